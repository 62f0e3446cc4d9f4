"""When a group grows and shrinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ... import norm
from ...resource import Id, Name, Output, Resource, attr
from .auto_scaling_group import AutoScalingGroup
from .reading import owned, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live


class StepAdjustment(NamedTuple):
    """By how much the capacity changes while the metric is so far from the alarm's threshold (None: without an end)."""

    scaling_adjustment: int
    metric_interval_lower_bound: float | None = None
    metric_interval_upper_bound: float | None = None


def _adjustments(value: Any) -> list[dict[str, Any]]:
    found = [
        {
            "ScalingAdjustment": one.scaling_adjustment,
            "MetricIntervalLowerBound": one.metric_interval_lower_bound,
            "MetricIntervalUpperBound": one.metric_interval_upper_bound,
        }
        if isinstance(one, StepAdjustment)
        else one
        for one in value
    ]
    return sorted((norm.said(one) for one in found), key=lambda one: one.get("MetricIntervalLowerBound", float("-inf")))


_PARAMETERS = {
    "policy_type": "PolicyType",
    "adjustment_type": "AdjustmentType",
    "scaling_adjustment": "ScalingAdjustment",
    "min_adjustment_magnitude": "MinAdjustmentMagnitude",
    "cooldown": "Cooldown",
    "metric_aggregation_type": "MetricAggregationType",
    "step_adjustments": "StepAdjustments",
    "estimated_instance_warmup": "EstimatedInstanceWarmup",
    "target_tracking_configuration": "TargetTrackingConfiguration",
    "predictive_scaling_configuration": "PredictiveScalingConfiguration",
    "enabled": "Enabled",
}


class ScalingPolicy(Resource):
    """When one of the plan's groups grows and shrinks: by steps or simply, when an alarm calls the policy's ARN; to keep a
    metric at a target, with alarms that AWS makes and keeps; or by prediction.

    The last two are configurations in AWS's spelling. A policy takes no tags: it is the plan's where its group is, by its name.

    AWS: Auto Scaling PutScalingPolicy, which says everything anew: what the plan does not manage is sent as it is. A policy
    dies with its group.
    """

    auto_scaling_group: Id[AutoScalingGroup] = attr("AutoScalingGroupName", replace=True)
    policy_type: str = attr("PolicyType", default="StepScaling")
    adjustment_type: str | None = attr("AdjustmentType", default=None)
    scaling_adjustment: int | None = attr("ScalingAdjustment", default=None)
    min_adjustment_magnitude: int | None = attr("MinAdjustmentMagnitude", default=None)
    cooldown: int | None = attr("Cooldown", default=None)
    metric_aggregation_type: str | None = attr("MetricAggregationType", default=None)
    step_adjustments: Sequence[StepAdjustment] | None = attr("StepAdjustments", default=None, norm=_adjustments)
    estimated_instance_warmup: int | None = attr("EstimatedInstanceWarmup", default=None)
    target_tracking_configuration: Mapping[str, Any] | None = attr(
        "TargetTrackingConfiguration", default=None, same=norm.within
    )
    predictive_scaling_configuration: Mapping[str, Any] | None = attr(
        "PredictiveScalingConfiguration", default=None, same=norm.within
    )
    enabled: bool = attr("Enabled", default=True)

    id = Name("PolicyName", longest=255)

    whole = "AutoScalingGroupName"
    arn = Output("PolicyARN")
    mark = "Mark"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for policies in aws.together(lambda group: _policies(aws, group["AutoScalingGroupName"]), owned(aws)):
            for policy in policies:
                yield {**policy, "Mark": aws.ownership.mark_of_named(cls, policy["PolicyName"])}

    def create(self, aws: Aws) -> Live | None:
        aws.ownership.must_own(self, AutoScalingGroup, shown(aws, self.auto_scaling_group))
        about = {"AutoScalingGroupName": self.auto_scaling_group, "PolicyName": aws.named(self), **self._wishes({})}
        made = aws.autoscaling.put_scaling_policy(**about)
        return {**about, "PolicyARN": made["PolicyARN"], "Mark": aws.ownership.mark_of_named(type(self), about["PolicyName"])}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        where = {name: live[name] for name in ("AutoScalingGroupName", "PolicyName")}
        aws.autoscaling.put_scaling_policy(**where, **self._wishes(live))

    def _wishes(self, live: Live) -> dict[str, Any]:
        # Each type has parameters of its own, and AWS refuses those of another one.
        kept = live if live.get("PolicyType") == self.policy_type else {}
        sent = {said: kept.get(said) for said in _PARAMETERS.values()}
        wanted = {said: getattr(self, name) for name, said in _PARAMETERS.items()}
        if self.step_adjustments is not None:
            wanted["StepAdjustments"] = _adjustments(self.step_adjustments)
        sent |= {said: value for said, value in wanted.items() if value is not None}
        return {said: value for said, value in sent.items() if value not in (None, [], {})}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.autoscaling.delete_policy(AutoScalingGroupName=live["AutoScalingGroupName"], PolicyName=live["PolicyName"])


def _policies(aws: Aws, group: str) -> list[Any]:
    pages = aws.autoscaling.get_paginator("describe_policies").paginate(AutoScalingGroupName=group)
    # The group may be gone since it was listed.
    found = aws.maybe(lambda: {"Policies": [policy for page in pages for policy in page["ScalingPolicies"]]})
    return found["Policies"] if found else []
