"""Rules: the default one stays, priorities change places in one call, and transforms, of which moto knows nothing."""

from __future__ import annotations

import copy
from typing import Any

from moto.elbv2.models import FakeAction

from ...call import Call, Refused, Result
from ..mending import Mends
from . import shown
from .models import listeners_of, note_users

mends = Mends("elbv2")

# AWS, "Quotas for your Application Load Balancers".
_VALUES_IN_A_CONDITION, _VALUES_IN_A_RULE = 3, 5


@mends.first("CreateRule", "ModifyRule")
def not_too_much(call: Call, elbv2: Any) -> None:
    counts = [_values(condition) for condition in call.parameters.get("Conditions", ())]
    if max(counts, default=0) > _VALUES_IN_A_CONDITION or sum(counts) > _VALUES_IN_A_RULE:
        raise Refused("ValidationError", f"A rule can only have '{_VALUES_IN_A_RULE}' condition values")


def _values(condition: dict[str, Any]) -> int:
    config: dict[str, Any] = next((item for key, item in condition.items() if key.endswith("Config")), condition)
    return len(config.get("Values", ())) + len(config.get("RegexValues", ()))


@mends.then("CreateRule")
def as_aws_makes_it(call: Call, elbv2: Any, result: Result) -> Result:
    rule = _rule(result["Rules"][0]["RuleArn"], elbv2)
    rule.transforms = call.parameters.get("Transforms", [])
    note_users(elbv2)
    return {"Rules": [_shown(rule)]}


@mends.first("ModifyRule")
def change(call: Call, elbv2: Any) -> Result:
    """Done here: what is left out stays as it is, transforms among it."""
    parameters, rule = call.parameters, _rule(call.parameters["RuleArn"], elbv2)
    _not_the_default(rule, "modified")
    if "Actions" in parameters:
        actions = [FakeAction(copy.deepcopy(action)) for action in parameters["Actions"]]
        elbv2._validate_actions(actions)
        rule.actions = actions
    if "Conditions" in parameters:
        elbv2._validate_conditions(parameters["Conditions"])
        rule.conditions = parameters["Conditions"]
    if parameters.get("ResetTransforms") or "Transforms" in parameters:
        rule.transforms = parameters.get("Transforms", [])
    note_users(elbv2)
    return {"Rules": [_shown(rule)]}


@mends.first("SetRulePriorities")
def move(call: Call, elbv2: Any) -> Result:
    """AWS: rules may change places in one call; moto wants each place to be free before."""
    wanted = {_rule(one["RuleArn"], elbv2).arn: one["Priority"] for one in call.parameters["RulePriorities"]}
    rules = [_rule(arn, elbv2) for arn in wanted]
    for rule in rules:
        _not_the_default(rule, "moved")
    listener = next(listener for listener in listeners_of(elbv2) if listener.arn == rules[0].listener_arn)
    staying = [int(rule.priority) for rule in listener._non_default_rules.values() if rule.arn not in wanted]
    if len({*wanted.values(), *staying}) < len(wanted) + len(staying):
        raise Refused("PriorityInUse", "Priority is currently in use")
    for rule in rules:
        rule.priority = wanted[rule.arn]
    return {"Rules": [_shown(rule) for rule in rules]}


@mends.then("DescribeRules")
def show(call: Call, elbv2: Any, result: Result) -> Result:
    return {**result, "Rules": [_shown(_rule(one["RuleArn"], elbv2)) for one in result.get("Rules", [])]}


@mends.first("DeleteRule")
def can_go(call: Call, elbv2: Any) -> None:
    rule = _rule(call.parameters["RuleArn"], elbv2)
    _not_the_default(rule, "deleted")
    elbv2.tagging_service.delete_all_tags_for_resource(rule.arn)


@mends.then("DeleteRule")
def let_go(call: Call, elbv2: Any, result: Result) -> None:
    note_users(elbv2)


def _rule(arn: str, elbv2: Any) -> Any:
    found = next((rule for listener in listeners_of(elbv2) for rule in listener.rules.values() if rule.arn == arn), None)
    if found is None:
        raise Refused("RuleNotFound", "One or more rules not found")
    return found


def _not_the_default(rule: Any, what: str) -> None:
    if rule.is_default:
        raise Refused("OperationNotPermitted", f"Default rule '{rule.arn}' cannot be {what}")


def _shown(rule: Any) -> dict[str, Any]:
    return {
        "RuleArn": rule.arn,
        "Priority": str(rule.priority),
        "Conditions": shown.conditions(rule.conditions),
        "Actions": shown.actions(rule.actions),
        "IsDefault": rule.is_default,
        "Transforms": getattr(rule, "transforms", []),
    }
