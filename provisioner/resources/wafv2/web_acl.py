"""Which requests get through to what faces the world."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Ids, Output, Resource, Value, attr, tag_list
from . import associations, request_log
from .parts import action_of, by_priority, immune_for, is_ours

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_wafv2.literals import LowReputationModeType, ScopeType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .parts import Action, Rule

_HOME = "us-east-1"
_MINE = {"logging_destination", "redacted_fields", "logging_filter", "associations", "tags"}
# What GetWebACL shows and UpdateWebACL takes; application attributes can not change, and are kept.
_KEPT = (
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
    "MonetizationConfig",
)


def _attributes(value: Any) -> Any:
    if isinstance(value, list):
        return {attribute["Name"]: sorted(attribute["Values"]) for attribute in value}
    return {name: sorted(values) for name, values in value.items()}


def _plain(arn: str) -> str:
    return arn.removesuffix(":*")


class WebAcl(Resource):
    """Rules, in the order of their priorities, and what becomes of requests that none of them decides on.

    An ACL of the scope `CLOUDFRONT` stands in us-east-1, and a distribution names it by its ARN (`web_acl_id=acl`); one of the
    scope `REGIONAL` names what it protects in `associations`. Its log goes to one group, bucket or stream, whose name begins
    with `aws-waf-logs-`, given by its ARN; an empty one is a wish for none. Rules are owned whole, but for the one that Shield
    adds. Configurations that are mappings are in WAF's spelling.

    AWS: WAFv2 CreateWebACL. Every change replaces the whole, with the newest lock token. What is new is known to other services
    after minutes. AWS replaces another ACL on a load balancer without a word: here that is refused, unless it is the plan's.
    """

    scope: ScopeType = attr("Scope", default="REGIONAL", replace=True)
    default_action: Action = attr("DefaultAction", default="Allow", norm=action_of)
    rules: Value[Mapping[str, Rule] | None] = attr("Rules", factory=dict, norm=by_priority)
    description: str | None = attr("Description", default=None)
    metric_name: str | None = attr("VisibilityConfig.MetricName", default=None)
    cloud_watch_metrics_enabled: bool = attr("VisibilityConfig.CloudWatchMetricsEnabled", default=True)
    sampled_requests_enabled: bool = attr("VisibilityConfig.SampledRequestsEnabled", default=True)
    custom_response_bodies: Mapping[str, Mapping[str, str]] | None = attr("CustomResponseBodies", default=None)
    captcha_immunity_time: int | None = attr("CaptchaConfig.ImmunityTimeProperty.ImmunityTime", default=None)
    challenge_immunity_time: int | None = attr("ChallengeConfig.ImmunityTimeProperty.ImmunityTime", default=None)
    token_domains: Sequence[str] | None = attr("TokenDomains", default=None, norm=norm.unordered)
    association_config: Mapping[str, Any] | None = attr("AssociationConfig", default=None, same=norm.within)
    data_protections: Sequence[Mapping[str, Any]] | None = attr(
        "DataProtectionConfig.DataProtections", default=None, same=norm.within
    )
    alb_low_reputation_mode: LowReputationModeType | None = attr(
        "OnSourceDDoSProtectionConfig.ALBLowReputationMode", default=None
    )
    monetization_config: Mapping[str, Any] | None = attr("MonetizationConfig", default=None, same=norm.within)
    application_attributes: Mapping[str, Sequence[str]] | None = attr(
        "ApplicationConfig.Attributes", default=None, replace=True, norm=_attributes
    )
    logging_destination: Value[str | None] = attr("Logging.LogDestinationConfigs[0]", default=None, ready=True, norm=_plain)
    redacted_fields: Sequence[Mapping[str, Any]] | None = attr("Logging.RedactedFields", default=None, norm=request_log.fields)
    logging_filter: Mapping[str, Any] | None = attr("Logging.LoggingFilter", default=None, same=norm.within)
    associations: Ids[Any] = attr("Associations", default=None, ready=True, norm=norm.unordered)

    id = Output("ARN")
    arn = Output("ARN")
    web_acl_name = Output("Name")
    metric = Output("VisibilityConfig.MetricName")

    longest_name = 128
    usual_seconds = 3.0

    def __post_init__(self) -> None:
        if self.scope == "CLOUDFRONT":
            if self.region not in (None, _HOME):
                raise PlanError(f"{self.key}: web ACLs for CloudFront stand in {_HOME}, not in {self.region}")
            if self.associations:
                raise PlanError(f"{self.key}: a distribution names its web ACL (web_acl_id), not the other way round")
            object.__setattr__(self, "region", _HOME)
        if self.logging_destination in (None, "") and (self.redacted_fields or self.logging_filter):
            raise PlanError(f"{self.key}: redacted_fields and logging_filter need a logging_destination")
        if isinstance(self.rules, Mapping):
            self._refuse_doubles(self.rules)

    def _refuse_doubles(self, given: Mapping[str, Rule]) -> None:
        first: dict[int, str] = {}
        for name, rule in given.items():
            if (other := first.setdefault(rule.priority, name)) != name:
                raise PlanError(f"{self.key}: rules {other} and {name} have the same priority, {rule.priority}")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        scopes: Sequence[ScopeType] = ("REGIONAL", "CLOUDFRONT") if aws.region == _HOME else ("REGIONAL",)
        return [acl for found in aws.together(lambda scope: _living(aws, scope), scopes) for acl in found]

    def create(self, aws: Aws) -> Live | None:
        tags: Any = tag_list(self.tags)
        settings: Any = self._settings(aws, {})
        if attributes := self.application_attributes:
            listed = [{"Name": name, "Values": list(values)} for name, values in attributes.items()]
            settings["ApplicationConfig"] = {"Attributes": listed}
        made = aws.wafv2.create_web_acl(Name=aws.named(self), Scope=self.scope, Tags=tags, **settings)
        return {"Associations": [], **settings, **made["Summary"], "Scope": self.scope, "Tags": tags}

    def adoption(self, aws: Aws) -> str:
        # WAF's refusal says neither what the item is called nor which one it is.
        there = [acl["ARN"] for acl in _list(aws, self.scope) if acl["Name"] == aws.named(self)]
        return "; ".join([*(f"what stands there is {arn}" for arn in there), super().adoption(aws)])

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if changed.keys() - _MINE:
            place: Any = {name: live[name] for name in ("Name", "Scope", "Id")}
            current: Any = aws.wafv2.get_web_acl(**place)
            settings: Any = self._settings(aws, current["WebACL"])
            aws.wafv2.update_web_acl(**place, LockToken=current["LockToken"], **settings)
        if changed.keys() & {"logging_destination", "redacted_fields", "logging_filter"}:
            request_log.put(aws, self, live)
        if "associations" in changed:
            associations.bring(aws, self, live["ARN"], *changed["associations"][:2])
        if "tags" in changed:
            tags: Any = tag_list(changed["tags"].after)
            aws.wafv2.tag_resource(ResourceARN=live["ARN"], Tags=tags)

    def _settings(self, aws: Aws, current: Mapping[str, Any]) -> dict[str, Any]:
        """The whole ACL: what is shown, with what is wanted in its place."""
        added = [rule for rule in current.get("Rules", ()) if not is_ours(rule)]
        shown = {name: current[name] for name in _KEPT if name in current}
        metric = self.metric_name or shown.get("VisibilityConfig", {}).get("MetricName") or aws.named(self)
        wanted = {
            "DefaultAction": action_of(self.default_action),
            "Rules": None if self.rules is None else [*by_priority(self.rules), *added],
            "VisibilityConfig": {
                "SampledRequestsEnabled": self.sampled_requests_enabled,
                "CloudWatchMetricsEnabled": self.cloud_watch_metrics_enabled,
                "MetricName": metric,
            },
            "Description": self.description,
            "CustomResponseBodies": self.custom_response_bodies,
            "CaptchaConfig": immune_for(self.captcha_immunity_time),
            "ChallengeConfig": immune_for(self.challenge_immunity_time),
            "TokenDomains": self.token_domains,
            "AssociationConfig": self.association_config,
            "DataProtectionConfig": _in("DataProtections", self.data_protections),
            "OnSourceDDoSProtectionConfig": _in("ALBLowReputationMode", self.alb_low_reputation_mode),
            "MonetizationConfig": self.monetization_config,
        }
        whole = {**shown, **{name: value for name, value in wanted.items() if value is not None}}
        # What is empty is told by leaving it out.
        return {name: value for name, value in whole.items() if value or name == "Rules"}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live.get("Logging"):
            aws.wafv2.delete_logging_configuration(ResourceArn=live["ARN"])
        for resource in live.get("Associations", ()):
            aws.wafv2.disassociate_web_acl(ResourceArn=resource)
        place: Any = {name: live[name] for name in ("Name", "Scope", "Id")}
        if current := aws.maybe(lambda: aws.wafv2.get_web_acl(**place)):
            aws.wafv2.delete_web_acl(**place, LockToken=current["LockToken"])


def _in(name: str, value: Any) -> Any:
    """A part of a configuration that has only this one; nothing where it is empty."""
    return value and {name: value}


def _living(aws: Aws, scope: ScopeType) -> list[Live]:
    # Tags are shown ACL by ACL, at five calls a second: asked for only where the name is by the plan's convention.
    named = [acl for acl in _list(aws, scope) if acl["Name"].startswith(aws.ownership.prefix)]
    found = aws.together(lambda acl: aws.maybe(lambda: _read(aws, acl, scope)), named)
    ours = [acl for acl in found if acl]
    logs = request_log.by_acl(aws, scope) if ours else {}
    return [{**acl, **({"Logging": logs[acl["ARN"]]} if acl["ARN"] in logs else {})} for acl in ours]


def _list(aws: Aws, scope: ScopeType) -> list[Any]:
    found: list[Any] = []
    marker: Any = {}
    while True:
        page = aws.wafv2.list_web_acls(Scope=scope, Limit=100, **marker)
        found += page["WebACLs"]
        if not page.get("NextMarker") or not page["WebACLs"]:
            return found
        marker = {"NextMarker": page["NextMarker"]}


def _read(aws: Aws, acl: Any, scope: ScopeType) -> Live:
    tags = aws.wafv2.list_tags_for_resource(ResourceARN=acl["ARN"], Limit=100)["TagInfoForResource"]["TagList"]
    if aws.ownership.step_of(WebAcl, {"Tags": tags}) is None:
        return {}
    whole = aws.wafv2.get_web_acl(Name=acl["Name"], Scope=scope, Id=acl["Id"])["WebACL"]
    protected = associations.of(aws, acl["ARN"]) if scope == "REGIONAL" else []
    return {**whole, "Scope": scope, "Tags": tags, "Associations": protected}
