"""Web ACLs: kept whole, since moto's own model forgets a third of them."""

from __future__ import annotations

import copy
from typing import Any

from moto.backends import get_backend
from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..cloudfront.distributions import config_of
from ..mending import Mends
from .finding import associated, by_arn, invalid, named, scoped, values
from .logs import logs
from .rules import units

mends = Mends("wafv2")

_SETTINGS = (
    "DefaultAction",
    "Description",
    "Rules",
    "VisibilityConfig",
    "DataProtectionConfig",
    "CustomResponseBodies",
    "CaptchaConfig",
    "ChallengeConfig",
    "TokenDomains",
    "AssociationConfig",
    "OnSourceDDoSProtectionConfig",
    "ApplicationConfig",
    "MonetizationConfig",
)


@mends.first()
def scope_has_a_home(call: Call, backend: Any) -> None:
    """AWS: what is for CloudFront stands in us-east-1."""
    if call.parameters.get("Scope") == "CLOUDFRONT" and call.region != "us-east-1":
        raise invalid("The scope is not valid", "SCOPE_VALUE, parameter: CLOUDFRONT")


@mends.first("CreateWebACL")
def name_is_free(call: Call, backend: Any) -> None:
    """Moto has the code of an older WAF."""
    if any(acl.name == call.parameters["Name"] for acl in scoped(call).wacls.values()):
        message = "AWS WAF couldn't perform the operation: some resource in your request is a duplicate of an existing one."
        raise Refused("WAFDuplicateItemException", message)


@mends.then("CreateWebACL")
def keep(call: Call, backend: Any, result: Result) -> None:
    acl = scoped(call).wacls[result["Summary"]["ARN"]]
    acl.settings = {name: copy.deepcopy(call.parameters[name]) for name in _SETTINGS if name in call.parameters}


@mends.first("UpdateWebACL")
def update(call: Call, backend: Any) -> Result:
    """Done here: AWS replaces the whole, where moto keeps what is not said, and forgets what it does not know."""
    acl = named(call)
    if acl.lock_token != call.parameters["LockToken"]:
        message = "AWS WAF couldn't save your changes because someone changed the resource after you started to edit it."
        raise Refused("WAFOptimisticLockException", message)
    settings = {name: copy.deepcopy(call.parameters[name]) for name in _SETTINGS if name in call.parameters}
    kept = {"ApplicationConfig": acl.settings["ApplicationConfig"]} if "ApplicationConfig" in acl.settings else {}
    if kept and {**kept, **settings}["ApplicationConfig"] != kept["ApplicationConfig"]:
        raise invalid("Existing application attributes can not be modified", "APPLICATION_CONFIG")
    acl.settings = {**kept, **settings}
    acl.lock_token = str(mock_random.uuid4())
    return {"NextLockToken": acl.lock_token}


@mends.then("GetWebACL")
def show(call: Call, backend: Any, result: Result) -> Result:
    acl = by_arn(call, result["WebACL"]["ARN"])
    return {**result, "WebACL": shown(acl), "LockToken": acl.lock_token}


@mends.then("ListWebACLs")
def show_in_list(call: Call, backend: Any, result: Result) -> Result:
    for summary in result["WebACLs"]:
        summary["Description"] = by_arn(call, summary["ARN"]).settings.get("Description", "")
    return result


def shown(acl: Any) -> dict[str, Any]:
    """A whole ACL, with what AWS fills in."""
    settings = copy.deepcopy(acl.settings)
    for limit in values(settings, "RateBasedStatement"):
        limit.setdefault("EvaluationWindowSec", 300)
    return {
        "Name": acl.name,
        "Id": acl.id,
        "ARN": acl.arn,
        "Description": "",
        "Rules": [],
        "ManagedByFirewallManager": False,
        "RetrofittedByFirewallManager": False,
        "LabelNamespace": acl.label_namespace,
        "Capacity": units(settings.get("Rules", [])),
        **settings,
    }


@mends.first("DeleteWebACL")
def not_while_used(call: Call, backend: Any) -> None:
    acl = named(call)
    distributions = get_backend("cloudfront")[call.account]["aws"].distributions.values()
    if associated(call, acl) or any(config_of(one)["WebACLId"] == acl.arn for one in distributions):
        message = "AWS WAF couldn't perform the operation because your resource is being used by another resource."
        raise Refused("WAFAssociatedItemException", message)


@mends.then("DeleteWebACL")
def log_and_tags_go_too(call: Call, backend: Any, result: Result) -> None:
    for arn in [arn for arn in logs(call) if arn.endswith(f"/webacl/{call.parameters['Name']}/{call.parameters['Id']}")]:
        del logs(call)[arn]
        scoped(call).tagging_service.delete_all_tags_for_resource(arn)


@mends.first("ListTagsForResource", "TagResource", "UntagResource")
def of_what_is_there(call: Call, backend: Any) -> None:
    if "/webacl/" in call.parameters["ResourceARN"]:
        by_arn(call, call.parameters["ResourceARN"])
