"""Rules of web ACLs: what AWS refuses, and what they cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...call import Call, Refused, Result
from ..mending import Mends
from .finding import both, invalid, missing, values

if TYPE_CHECKING:
    from collections.abc import Iterator

mends = Mends("wafv2")

_GROUPS = ("ManagedRuleGroupStatement", "RuleGroupReferenceStatement")
_REFERENCES = ("IPSetReferenceStatement", "RegexPatternSetReferenceStatement", "RuleGroupReferenceStatement")
# What rules cost, in capacity units; AWS counts their transformations too.
_UNITS = {"RateBasedStatement": 2, "SqliMatchStatement": 20, "XssMatchStatement": 40}
# AWS: "AWS Managed Rules rule groups list".
_MANAGED = {
    "AWSManagedRulesCommonRuleSet": 700,
    "AWSManagedRulesAdminProtectionRuleSet": 100,
    "AWSManagedRulesKnownBadInputsRuleSet": 200,
    "AWSManagedRulesSQLiRuleSet": 200,
    "AWSManagedRulesLinuxRuleSet": 200,
    "AWSManagedRulesUnixRuleSet": 100,
    "AWSManagedRulesWindowsRuleSet": 200,
    "AWSManagedRulesPHPRuleSet": 100,
    "AWSManagedRulesWordPressRuleSet": 100,
    "AWSManagedRulesAmazonIpReputationList": 25,
    "AWSManagedRulesAnonymousIpList": 50,
    "AWSManagedRulesBotControlRuleSet": 50,
    "AWSManagedRulesATPRuleSet": 50,
    "AWSManagedRulesACFPRuleSet": 50,
    "AWSManagedRulesAntiDDoSRuleSet": 50,
}
_MOST_UNITS = 5000


@mends.first("CreateWebACL", "UpdateWebACL", "CheckCapacity")
def rules_are_valid(call: Call, backend: Any) -> None:
    rules = call.parameters.get("Rules", [])
    for part in ("Priority", "Name"):
        if len({rule[part] for rule in rules}) != len(rules):
            raise invalid(f"Each rule needs a {part} of its own", "RULE")
    for rule in rules:
        group = any(kind in rule["Statement"] for kind in _GROUPS)
        if ("OverrideAction" in rule) != group or ("Action" in rule) == group:
            raise invalid("A rule has an action, and a rule group an override action", "RULE_ACTION")
        _parts_are_there(call, rule["Statement"])
    if units(rules) > _MOST_UNITS:
        raise Refused("WAFLimitsExceededException", "AWS WAF couldn't perform the operation: you exceeded your resource limit.")


def _parts_are_there(call: Call, statement: Any) -> None:
    known = [getattr(there, kind) for there in both(call) for kind in ("ip_sets", "rule_groups", "regex_pattern_sets")]
    if any(all(arn not in arns for arns in known) for arn in _referred(statement)):
        raise missing()
    for group in values(statement, "ManagedRuleGroupStatement"):
        if group["VendorName"] == "AWS" and group["Name"] not in _MANAGED:
            raise invalid(f"There is no managed rule group {group['Name']}", "MANAGED_RULE_SET")


@mends.first("CreateWebACL", "UpdateWebACL")
def bodies_are_there(call: Call, backend: Any) -> None:
    bodies = call.parameters.get("CustomResponseBodies", {})
    for key in values(call.parameters, "CustomResponseBodyKey"):
        if key not in bodies:
            raise invalid(f"There is no custom response body {key}", "CUSTOM_RESPONSE")


@mends.first("CheckCapacity")
def check_capacity(call: Call, backend: Any) -> Result:
    """Missing in moto."""
    return {"Capacity": units(call.parameters["Rules"])}


def units(rules: list[dict[str, Any]]) -> int:
    """What rules cost, more or less."""
    managed = (group["Name"] for group in values(rules, "ManagedRuleGroupStatement"))
    own = (_UNITS.get(kind, 1) for rule in rules for kind in rule["Statement"] if kind != "ManagedRuleGroupStatement")
    return sum(own) + sum(_MANAGED.get(name, 200) for name in managed)


def _referred(statement: Any) -> Iterator[str]:
    for kind in _REFERENCES:
        yield from (found["ARN"] for found in values(statement, kind))
