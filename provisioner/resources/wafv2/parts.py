"""What a web ACL is made of, as a plan writes it. What a plan does not say (None) is WAF's default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from types_boto3_wafv2.literals import RateBasedStatementAggregateKeyTypeType

    from ...value import Deferred, Referable

    Text: TypeAlias = str | Deferred | Referable
    Action: TypeAlias = str | Mapping[str, Any]
    """An action by its name (`Block`, `Count`), or in WAF's spelling where it says more (a custom response)."""


class RateLimit(NamedTuple):
    """Who sends more than `limit` requests in the window: by address, or by what `custom_keys` (in WAF's spelling) say.

    The window is 60, 120, 300 or 600 seconds. `scope_down` (a statement in WAF's spelling) says which requests count.
    """

    limit: int
    evaluation_window_seconds: int = 300
    aggregate_key_type: RateBasedStatementAggregateKeyTypeType = "IP"
    custom_keys: Sequence[Mapping[str, Any]] | None = None
    forwarded_ip_header: str | None = None
    forwarded_ip_fallback: str = "MATCH"
    scope_down: Mapping[str, Any] | None = None

    def spelt(self) -> dict[str, Any]:
        """The statement in WAF's spelling."""
        header = {"HeaderName": self.forwarded_ip_header, "FallbackBehavior": self.forwarded_ip_fallback}
        limit = {
            "Limit": self.limit,
            "EvaluationWindowSec": self.evaluation_window_seconds,
            "AggregateKeyType": self.aggregate_key_type,
            "CustomKeys": self.custom_keys,
            "ForwardedIPConfig": header if self.forwarded_ip_header else None,
            "ScopeDownStatement": self.scope_down,
        }
        return {"RateBasedStatement": limit}


class ManagedRuleGroup(NamedTuple):
    """Rules that AWS (or another vendor) keeps up to date; without `version`, the one that the vendor has as default.

    `rule_action_overrides` gives single rules another action (`{"SizeRestrictions_BODY": "Count"}`). `configs` is what some
    groups want to know, in WAF's spelling; `scope_down` says which requests they see.
    """

    group: str
    vendor: str = "AWS"
    version: str | None = None
    rule_action_overrides: Mapping[str, Action] = {}
    excluded_rules: Sequence[str] = ()
    configs: Sequence[Mapping[str, Any]] | None = None
    scope_down: Mapping[str, Any] | None = None

    def spelt(self) -> dict[str, Any]:
        """The statement in WAF's spelling."""
        overrides = sorted(self.rule_action_overrides.items())
        group = {
            "VendorName": self.vendor,
            "Name": self.group,
            "Version": self.version,
            "RuleActionOverrides": [{"Name": rule, "ActionToUse": action_of(action)} for rule, action in overrides],
            "ExcludedRules": [{"Name": rule} for rule in sorted(self.excluded_rules)],
            "ManagedRuleGroupConfigs": self.configs,
            "ScopeDownStatement": self.scope_down,
        }
        return {"ManagedRuleGroupStatement": group}


class Rule(NamedTuple):
    """What becomes of the requests that a statement finds: a `RateLimit`, a `ManagedRuleGroup`, or any other in WAF's spelling.

    Rules are tried in the order of their priorities. The `action` of a group overrides what its own rules do (None: it does
    not); any other rule blocks unless told otherwise. The metric is called as the rule is. Immunity times are in seconds.
    """

    priority: int
    statement: RateLimit | ManagedRuleGroup | Mapping[str, Any]
    action: Action | None = None
    rule_labels: Sequence[str] = ()
    metric_name: str | None = None
    cloud_watch_metrics_enabled: bool = True
    sampled_requests_enabled: bool = True
    captcha_immunity_time: int | None = None
    challenge_immunity_time: int | None = None

    def spelt(self, name: str) -> dict[str, Any]:
        """The rule in WAF's spelling."""
        statement: Any = self.statement
        found = statement.spelt() if hasattr(statement, "spelt") else statement
        group = not {"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"}.isdisjoint(found)
        action = action_of(self.action or ("None" if group else "Block"))
        visibility = {
            "SampledRequestsEnabled": self.sampled_requests_enabled,
            "CloudWatchMetricsEnabled": self.cloud_watch_metrics_enabled,
            "MetricName": self.metric_name or name,
        }
        rule = {
            "Name": name,
            "Priority": self.priority,
            "Statement": found,
            "OverrideAction" if group else "Action": action,
            "RuleLabels": [{"Name": label} for label in self.rule_labels],
            "VisibilityConfig": visibility,
            "CaptchaConfig": immune_for(self.captcha_immunity_time),
            "ChallengeConfig": immune_for(self.challenge_immunity_time),
        }
        said: dict[str, Any] = without_defaults(rule)
        return said


def action_of(action: Action) -> Mapping[str, Any]:
    """An action in WAF's spelling."""
    return {action: {}} if isinstance(action, str) else action


def immune_for(seconds: int | None) -> dict[str, Any] | None:
    """How long who solved a puzzle is not asked again, in WAF's spelling."""
    return None if seconds is None else {"ImmunityTimeProperty": {"ImmunityTime": seconds}}


# What WAF shows, whether or not it was said.
_DEFAULTS = {
    "EvaluationWindowSec": 300,
    "SensitivityLevel": "LOW",
    "OversizeHandling": "CONTINUE",
    "EnableMachineLearning": True,
    "EnableRegexInPath": False,
}


def without_defaults(value: Any) -> Any:
    """A part of a rule without what says nothing or what WAF would say itself, and with its search strings as text."""
    if isinstance(value, Mapping):
        said = {key: without_defaults(item) for key, item in value.items()}
        return {key: item for key, item in said.items() if item is not None and item != [] and not _is_default(key, item)}
    if isinstance(value, list | tuple):
        return [without_defaults(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def _is_default(key: str, item: Any) -> bool:
    return key in _DEFAULTS and bool(_DEFAULTS[key] == item)


def is_ours(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is one that the plan may own: Shield adds one of its own where it wards off an attack."""
    return not rule["Name"].startswith("ShieldMitigationRuleGroup")


def by_priority(value: Any) -> list[Any]:
    """Rules in WAF's spelling, by priority; those that WAF shows are in it already."""
    listed = (
        [rule.spelt(name) for name, rule in value.items()]
        if isinstance(value, Mapping)
        else [without_defaults(rule) for rule in value if is_ours(rule)]
    )
    return sorted(listed, key=lambda rule: int(rule["Priority"]))
