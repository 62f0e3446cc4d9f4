"""Scaling policies: kept with their group, whole, with ARNs and the alarms that AWS makes for them."""

from __future__ import annotations

import uuid
from typing import Any

from ...call import Call, Result
from ..mending import Mends, kept
from .groups import invalid

mends = Mends("autoscaling")

_NEEDS = {
    "SimpleScaling": ("AdjustmentType", "ScalingAdjustment"),
    "StepScaling": ("AdjustmentType", "StepAdjustments"),
    "TargetTrackingScaling": ("TargetTrackingConfiguration",),
    "PredictiveScaling": ("PredictiveScalingConfiguration",),
}
_NOT_FOR = {
    "SimpleScaling": ("StepAdjustments", "TargetTrackingConfiguration", "MetricAggregationType", "EstimatedInstanceWarmup"),
    "StepScaling": ("ScalingAdjustment", "Cooldown", "TargetTrackingConfiguration"),
    "TargetTrackingScaling": ("AdjustmentType", "ScalingAdjustment", "StepAdjustments", "Cooldown", "MetricAggregationType"),
    "PredictiveScaling": ("AdjustmentType", "ScalingAdjustment", "StepAdjustments", "TargetTrackingConfiguration"),
}


@mends.first("PutScalingPolicy")
def put(call: Call, backend: Any) -> Result:
    """AWS: a put says everything anew, and each type has parameters of its own."""
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    kind = call.parameters.get("PolicyType", "SimpleScaling")
    if kind not in _NEEDS:
        raise invalid(f"{kind} is not a valid policy type")
    for name in _NEEDS[kind]:
        if name not in call.parameters:
            raise invalid(f"{name} is required for policy type {kind}")
    for name in _NOT_FOR[kind]:
        if name in call.parameters:
            raise invalid(f"{name} is not supported by policy type {kind}")
    earlier = _of(group).get(call.parameters["PolicyName"], {})
    own = {"MetricAggregationType": "Average"} if kind == "StepScaling" else {}
    made = {"Enabled": True, **own, **call.parameters, "PolicyType": kind, "Alarms": _alarms(group, kind)}
    made["PolicyARN"] = earlier.get("PolicyARN") or _arn(call, "scalingPolicy", f"policyName/{made['PolicyName']}")
    _of(group)[made["PolicyName"]] = made
    return {"PolicyARN": made["PolicyARN"], "Alarms": made["Alarms"]}


def _arn(call: Call, kind: str, what: str) -> str:
    where = f"arn:aws:autoscaling:{call.region}:{call.account}:{kind}:{uuid.uuid4()}"
    return f"{where}:autoScalingGroupName/{call.parameters['AutoScalingGroupName']}:{what}"


def _alarms(group: Any, kind: str) -> list[dict[str, str]]:
    if kind != "TargetTrackingScaling":
        return []
    names = [f"TargetTracking-{group.name}-Alarm{side}-{uuid.uuid4()}" for side in ("High", "Low")]
    where = f"arn:aws:cloudwatch:{group.region}:{group.account_id}:alarm"
    return [{"AlarmName": name, "AlarmARN": f"{where}:{name}"} for name in names]


@mends.first("DescribePolicies")
def describe(call: Call, backend: Any) -> Result:
    name, names, kinds = (call.parameters.get(one) for one in ("AutoScalingGroupName", "PolicyNames", "PolicyTypes"))
    if name and name not in backend.autoscaling_groups:
        raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    groups = [group for group in backend.autoscaling_groups.values() if name in (None, group.name)]
    policies = [policy for group in groups for policy in _of(group).values()]
    shown = [one for one in policies if (not names or _named(one, names)) and (not kinds or one["PolicyType"] in kinds)]
    return {"ScalingPolicies": shown}


@mends.first("DeletePolicy")
def delete(call: Call, backend: Any) -> Result:
    """AWS refuses to delete what is not there; moto does not care."""
    del _of(_group_of(call, backend))[_found(call, backend)["PolicyName"]]
    return {}


@mends.first("ExecutePolicy")
def execute(call: Call, backend: Any) -> Result:
    group, policy = _group_of(call, backend), _found(call, backend)
    steps = policy.get("StepAdjustments") or [policy]
    change, now = steps[0].get("ScalingAdjustment", 0), group.desired_capacity
    how = str(policy.get("AdjustmentType"))
    wanted = {"ExactCapacity": change, "ChangeInCapacity": now + change}.get(how, round(now * (1 + change / 100)))
    group.set_desired_capacity(max(group.min_size, min(group.max_size, wanted)))
    return {}


def _group_of(call: Call, backend: Any) -> Any:
    policy = _found(call, backend)
    return backend.autoscaling_groups[policy["AutoScalingGroupName"]]


def _found(call: Call, backend: Any) -> dict[str, Any]:
    name, wanted = call.parameters.get("AutoScalingGroupName"), [call.parameters["PolicyName"]]
    for group in backend.autoscaling_groups.values():
        for policy in _of(group).values():
            if name in (None, group.name) and _named(policy, wanted):
                found: dict[str, Any] = policy
                return found
    raise invalid(f"PolicyName {wanted[0]} not found")


def _named(policy: dict[str, Any], names: list[str]) -> bool:
    return policy["PolicyName"] in names or policy["PolicyARN"] in names


def _of(group: Any) -> dict[str, Any]:
    return kept(group, "policies")
