"""Distributions: the submitted configuration is kept whole, since moto's own model forgets a third of it."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from moto.cloudfront.models import Distribution, DistributionConfig
from moto.core.utils import get_service_model, utcnow

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from ..under_way import begin
from .defaults import with_defaults
from .etags import renew, require_match
from .quantities import quantities_are_right

mends = Mends("cloudfront")

_SEEN_BY = ("cloudfront:GetDistribution", "cloudfront:ListDistributions")
_CREATES = ("CreateDistribution", "CreateDistributionWithTags")


@cache
def mend() -> None:
    """Puts right what is wrong in moto's own model, once in a process: nothing was ever seen `InProgress`."""
    distribution: Any = Distribution
    distribution.status = "InProgress"
    owner: Any = DistributionConfig
    original = owner.__init__
    owner.__init__ = lambda model, config: original(model, _of_an_origin(config))


def _of_an_origin(config: dict[str, Any]) -> dict[str, Any]:
    """Moto refuses a default behaviour for an origin group; what it keeps of a behaviour is never shown."""
    behavior = {**config["DefaultCacheBehavior"], "TargetOriginId": config["Origins"]["Items"][0]["Id"]}
    return {**config, "DefaultCacheBehavior": behavior}


@mends.first(*_CREATES, "UpdateDistribution")
def config_is_valid(call: Call, backend: Any) -> None:
    config = _submitted(call)
    quantities_are_right(config, "DistributionConfig")
    for origin in config["Origins"]["Items"]:
        if sum(kind in origin for kind in ("S3OriginConfig", "CustomOriginConfig", "VpcOriginConfig")) != 1:
            raise Refused("InvalidArgument", "Exactly one of CustomOriginConfig, VpcOriginConfig and S3OriginConfig is needed")
        control = origin.get("OriginAccessControlId")
        if control and control not in backend.origin_access_controls:
            raise Refused("InvalidOriginAccessControl", "The origin access control is not valid.")
    wanted = set(config.get("Aliases", {}).get("Items", ()))
    for other in backend.distributions.values():
        if other.id != call.parameters.get("Id") and wanted & set(config_of(other)["Aliases"].get("Items", ())):
            raise Refused("CNAMEAlreadyExists", "One or more of the CNAMEs you provided are already associated", 409)
    groups = config.get("OriginGroups", {}).get("Items", ())
    targets = {target["Id"] for target in (*config["Origins"]["Items"], *groups)}
    for behavior in (config["DefaultCacheBehavior"], *config.get("CacheBehaviors", {}).get("Items", ())):
        if behavior["TargetOriginId"] not in targets:
            raise Refused("NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404)


@mends.first("UpdateDistribution", "DeleteDistribution")
def etag_matches(call: Call, backend: Any) -> None:
    distribution = _distribution(call, backend)
    require_match(call, distribution)
    config = config_of(distribution)
    if call.operation == "DeleteDistribution" and (config["Enabled"] or distribution.status != "Deployed"):
        raise Refused("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.", 409)
    if call.operation == "UpdateDistribution" and _submitted(call)["CallerReference"] != config["CallerReference"]:
        raise Refused("IllegalUpdate", "The update contains modifications that are not allowed.")


@mends.first("UpdateDistribution")
def update(call: Call, backend: Any) -> Result:
    """Done here: moto takes the update apart and loses what it does not know."""
    distribution = _distribution(call, backend)
    distribution.submitted = with_defaults(_submitted(call))
    distribution.last_modified_time = utcnow()
    renew(distribution)
    _deploy(call, distribution)
    return {"Distribution": _shown(distribution), "ETag": distribution.etag}


@mends.then(*_CREATES)
def keep_config(call: Call, backend: Any, result: Result) -> Result:
    distribution = backend.distributions[result["Distribution"]["Id"]]
    distribution.submitted = with_defaults(_submitted(call))
    distribution.last_modified_time = utcnow()
    _deploy(call, distribution)
    result["Distribution"]["DistributionConfig"] = distribution.submitted
    result["Distribution"]["LastModifiedTime"] = distribution.last_modified_time
    return result


def _deploy(call: Call, distribution: Any) -> None:
    """AWS: minutes after each change it is `Deployed`."""

    def is_about_it(look: Call) -> bool:
        return bool(look.parameters.get("Id", distribution.id) == distribution.id)

    distribution.status = "InProgress"
    deployed = partial(setattr, distribution, "status", "Deployed")
    begin(call, distribution.arn, Delay(300, looks=3), deployed, seen_by=_SEEN_BY, if_asked=is_about_it)


@mends.then("GetDistribution")
def show(call: Call, backend: Any, result: Result) -> Result:
    result["Distribution"]["DistributionConfig"] = config_of(_distribution(call, backend))
    return result


@mends.then("GetDistributionConfig")
def show_config(call: Call, backend: Any, result: Result) -> Result:
    return {**result, "DistributionConfig": config_of(_distribution(call, backend))}


@mends.then("ListDistributions")
def show_in_list(call: Call, backend: Any, result: Result) -> Result:
    members = get_service_model("cloudfront").shape_for("DistributionSummary").members  # type: ignore[attr-defined]
    for summary in result["DistributionList"].get("Items") or ():
        distribution = backend.distributions[summary["Id"]]
        config = config_of(distribution)
        summary.update({name: config[name] for name in members if name in config}, ETag=distribution.etag)
    return result


def config_of(distribution: Any) -> dict[str, Any]:
    """The whole configuration of a distribution."""
    found: dict[str, Any] = distribution.submitted
    return found


def _shown(distribution: Any) -> dict[str, Any]:
    none = {"Enabled": False, "Quantity": 0}
    return {
        "Id": distribution.id,
        "ARN": distribution.arn,
        "Status": distribution.status,
        "LastModifiedTime": distribution.last_modified_time,
        "InProgressInvalidationBatches": 0,
        "DomainName": distribution.domain_name,
        "ActiveTrustedSigners": none,
        "ActiveTrustedKeyGroups": none,
        "DistributionConfig": config_of(distribution),
    }


def _submitted(call: Call) -> dict[str, Any]:
    tagged = call.parameters.get("DistributionConfigWithTags")
    found: dict[str, Any] = tagged["DistributionConfig"] if tagged else call.parameters["DistributionConfig"]
    return found


def _distribution(call: Call, backend: Any) -> Any:
    distribution = backend.distributions.get(call.parameters["Id"])
    if distribution is None:
        raise Refused("NoSuchDistribution", "The specified distribution does not exist.", 404)
    return distribution
