"""What changes a group's size: policies, and schedules."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resources.autoscaling.auto_scaling_group import AutoScalingGroup
from provisioner.resources.autoscaling.scaling_policy import ScalingPolicy, StepAdjustment
from provisioner.resources.autoscaling.scheduled_action import ScheduledAction
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.resource import Live, Resource

GROUP_NAME = "shop-app-test"
VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SUBNET = Subnet("subnet", vpc=VPC, cidr_block="10.0.0.0/24", availability_zone="us-east-1a")
TEMPLATE = LaunchTemplate("app", image_id="ami-12c6146b", instance_type="t3.small")
GROUP = AutoScalingGroup("app", min_size=(0, 1, 2), max_size=(9, 5), launch_template=TEMPLATE, vpc_zone_identifier=(SUBNET,))
BASE = (VPC, SUBNET, TEMPLATE, GROUP)
TRACKING = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0}
PREDICTING = {
    "MetricSpecifications": [
        {"TargetValue": 40.0, "PredefinedMetricPairSpecification": {"PredefinedMetricType": "ASGCPUUtilization"}}
    ]
}


def policy(**wishes: Any) -> ScalingPolicy:
    return ScalingPolicy("grow", auto_scaling_group=GROUP, **wishes)


def steps(**wishes: Any) -> ScalingPolicy:
    return policy(adjustment_type="ChangeInCapacity", **{"step_adjustments": (StepAdjustment(1, 0),), **wishes})


def action(**wishes: Any) -> ScheduledAction:
    return ScheduledAction("opening", auto_scaling_group=GROUP, **{"recurrence": "0 8 * * MON-FRI", "min_size": 1, **wishes})


def made(aws: Aws, step: Resource) -> Live:
    return up(aws, *BASE, step)[step.name]


def test_a_policy_is_named_by_the_plans_convention_and_has_an_arn_for_alarms(aws: Aws) -> None:
    shown = made(aws, steps())
    assert shown["PolicyName"] == "shop-grow-test"
    assert shown["PolicyARN"].endswith(":autoScalingGroupName/shop-app-test:policyName/shop-grow-test")


@pytest.mark.parametrize(
    "wishes",
    [
        {"policy_type": "SimpleScaling", "adjustment_type": "ExactCapacity", "scaling_adjustment": 3, "cooldown": 60},
        {"policy_type": "TargetTrackingScaling", "target_tracking_configuration": TRACKING, "estimated_instance_warmup": 60},
        {"policy_type": "PredictiveScaling", "predictive_scaling_configuration": PREDICTING},
    ],
    ids=lambda wishes: str(wishes["policy_type"]),
)
def test_a_policy_can_become_one_of_another_type_and_back(aws: Aws, wishes: dict[str, Any]) -> None:
    arn = made(aws, steps(min_adjustment_magnitude=2))["PolicyARN"]
    shown = made(aws, policy(**wishes))
    assert (shown["PolicyType"], shown["PolicyARN"]) == (wishes["policy_type"], arn)
    assert made(aws, steps())["PolicyType"] == "StepScaling"


def test_what_a_policy_does_not_manage_is_sent_as_it_is(aws: Aws) -> None:
    made(aws, steps(metric_aggregation_type="Maximum", estimated_instance_warmup=30))
    shown = made(aws, steps(step_adjustments=(StepAdjustment(2, 0),)))
    assert (shown["MetricAggregationType"], shown["EstimatedInstanceWarmup"]) == ("Maximum", 30)


def test_steps_are_compared_in_their_order_on_the_scale(aws: Aws) -> None:
    made(aws, steps(step_adjustments=(StepAdjustment(2, 20), StepAdjustment(1, 0, 20))))
    assert to_do(aws, *BASE, steps(step_adjustments=(StepAdjustment(1, 0.0, 20.0), StepAdjustment(2, 20)))) == {}


def test_policies_of_others_in_the_plans_groups_are_left_alone(aws: Aws) -> None:
    made(aws, steps())
    aws.autoscaling.put_scaling_policy(
        AutoScalingGroupName=GROUP_NAME, PolicyName="theirs", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1
    )
    up(aws, *BASE)
    left = aws.autoscaling.describe_policies(AutoScalingGroupName=GROUP_NAME)["ScalingPolicies"]
    assert [one["PolicyName"] for one in left] == ["theirs"]


def test_what_stands_in_a_group_goes_before_it(aws: Aws, embedded: Running) -> None:
    up(aws, *BASE, steps(), action())
    before = len(embedded.calls)
    teardown(aws)
    order = writes(embedded, before)
    assert sorted(order[:2]) == ["DeletePolicy", "DeleteScheduledAction"]
    assert order.index("DeleteAutoScalingGroup") < order.index("DeleteLaunchTemplate")


def test_a_group_that_is_gone_since_it_was_listed_has_neither(aws: Aws, embedded: Running) -> None:
    up(aws, *BASE, steps(), action())
    missing = "AutoScalingGroup name not found - AutoScalingGroup 'shop-app-test' not found"
    for kind, operation in ((ScalingPolicy, "DescribePolicies"), (ScheduledAction, "DescribeScheduledActions")):
        with refusing(embedded, operation, "ValidationError", missing):
            assert list(kind.living(aws)) == []


def test_a_recurring_action_keeps_its_zone_and_shows_when_it_is_next(aws: Aws) -> None:
    shown = made(aws, action(time_zone="America/New_York"))
    assert (shown["TimeZone"], shown["Recurrence"]) == ("America/New_York", "0 8 * * MON-FRI")
    assert shown["StartTime"] > datetime.now(UTC)
    assert to_do(aws, *BASE, action(time_zone="America/New_York")) == {}


def test_a_start_that_has_passed_is_neither_drift_nor_sent(aws: Aws, embedded: Running) -> None:
    begun = action(start_time=datetime(2020, 1, 1, tzinfo=UTC))
    made(aws, begun)
    assert to_do(aws, *BASE, begun) == {}
    [put, *_] = [call for call in embedded.calls if call.operation == "PutScheduledUpdateGroupAction"]
    assert "StartTime" not in put.parameters
    made(aws, action(start_time=datetime(2020, 1, 1, tzinfo=UTC), min_size=2))


def test_an_action_that_happens_once(aws: Aws) -> None:
    once = ScheduledAction("once", auto_scaling_group=GROUP, start_time=datetime(2090, 1, 1, tzinfo=UTC), desired_capacity=2)
    assert made(aws, once)["StartTime"] == datetime(2090, 1, 1, tzinfo=UTC)


def test_what_an_action_does_not_manage_is_sent_as_it_is(aws: Aws) -> None:
    made(aws, action(max_size=5))
    assert made(aws, action(min_size=2))["MaxSize"] == 5


def test_what_an_action_of_its_own_sets_is_no_drift_of_a_group(aws: Aws) -> None:
    made(aws, action(max_size=5))
    fired: Any = {"AutoScalingGroupName": GROUP_NAME, "MinSize": 1, "MaxSize": 5, "DesiredCapacity": 1}
    aws.autoscaling.update_auto_scaling_group(**fired)
    assert to_do(aws, *BASE, action(max_size=5)) == {}


def test_a_size_that_no_action_sets_is_drift_and_goes_back_to_the_first(aws: Aws) -> None:
    made(aws, action())
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP_NAME, MinSize=3, MaxSize=8)
    changes = to_do(aws, *BASE, action())["AutoScalingGroup/app"]
    assert changes == {"min_size": (3, (0, 1, 2), False), "max_size": (8, (9, 5), False)}
    shown = up(aws, *BASE, action())["app"]
    assert (shown["MinSize"], shown["MaxSize"]) == (0, 9)


def test_another_schedule_reaches_the_group_in_the_same_run(aws: Aws) -> None:
    made(aws, action(max_size=5))
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=GROUP_NAME, MinSize=1, MaxSize=5)
    larger = dataclasses.replace(GROUP, min_size=(0, 2), max_size=7)
    opening = ScheduledAction("opening", auto_scaling_group=larger, recurrence="0 8 * * MON-FRI", min_size=2, max_size=7)
    shown = up(aws, VPC, SUBNET, TEMPLATE, larger, opening)["app"]
    assert (shown["MinSize"], shown["MaxSize"]) == (0, 7)


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"recurrence": None}, "needs a recurrence or a start_time"),
        ({"min_size": None}, "needs min_size, max_size or desired_capacity"),
        ({"min_size": 3}, r"would take back: give that min_size=\(0, 1, 2, 3\)"),
        ({"max_size": 8}, r"sets a max_size that AutoScalingGroup/app would take back: give that max_size=\(9, 5, 8\)"),
        ({"end_time": datetime(2090, 1, 1)}, "times need a time zone"),  # noqa: DTZ001 - that is what is refused
    ],
)
def test_an_action_that_says_too_little_or_what_its_group_does_not_know_is_refused_at_once(
    wishes: dict[str, Any], words: str
) -> None:
    with pytest.raises(PlanError, match=words):
        action(**wishes)
