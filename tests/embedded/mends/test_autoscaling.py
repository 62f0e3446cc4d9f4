"""Groups, what they launch, how their instances are rolled, and what changes their size."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

GROUP = {"AutoScalingGroupName": "app"}
IMAGE, ROLE = "ami-12c6146b", "arn:aws:iam::123456789012:role/one"
SETTINGS: dict[str, Any] = {
    "AvailabilityZoneDistribution": {"CapacityDistributionStrategy": "balanced-only"},
    "CapacityRebalance": True,
    "DefaultCooldown": 60,
    "DefaultInstanceWarmup": 30,
    "DeletionProtection": "prevent-all-deletion",
    "HealthCheckGracePeriod": 90,
    "InstanceMaintenancePolicy": {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150},
    "MaxInstanceLifetime": 86400,
    "PlacementGroup": "together",
    "ServiceLinkedRoleARN": ROLE,
    "TerminationPolicies": ["OldestInstance"],
}


@pytest.fixture
def scaling(connect: Connect) -> Any:
    return connect("autoscaling")


@pytest.fixture
def subnets(ec2: Any, vpc: str) -> list[str]:
    blocks = (("10.0.1.0/24", "eu-central-1a"), ("10.0.2.0/24", "eu-central-1b"))
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone) for block, zone in blocks]
    return [one["Subnet"]["SubnetId"] for one in made]


@pytest.fixture
def template(ec2: Any) -> dict[str, str]:
    data = {"ImageId": IMAGE, "InstanceType": "t3.small"}
    made = ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData=data)
    return {"LaunchTemplateId": made["LaunchTemplate"]["LaunchTemplateId"], "Version": "$Latest"}


@pytest.fixture
def create(scaling: Any, subnets: list[str], template: dict[str, str]) -> Any:
    def make(**more: Any) -> None:
        about = {"MinSize": 0, "MaxSize": 4, "VPCZoneIdentifier": ",".join(subnets), "LaunchTemplate": template}
        scaling.create_auto_scaling_group(**GROUP, **{**about, **more})

    return make


def shown(scaling: Any) -> Any:
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=["app"])["AutoScalingGroups"]
    return found[0] if found else None


def test_settings_read_back_and_change(scaling: Any, create: Any) -> None:
    create(**SETTINGS)
    assert {name: shown(scaling)[name] for name in SETTINGS} == SETTINGS
    taken_back = {
        "DefaultInstanceWarmup": -1,
        "InstanceMaintenancePolicy": {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1},
        "MaxInstanceLifetime": 0,
        "PlacementGroup": "",
    }
    scaling.update_auto_scaling_group(**GROUP, **taken_back, DefaultCooldown=90)
    assert not set(taken_back) & set(shown(scaling))
    assert shown(scaling)["DefaultCooldown"] == 90


def test_what_nobody_says_is_as_aws_has_it(scaling: Any, create: Any) -> None:
    create()
    found = shown(scaling)
    assert (found["HealthCheckGracePeriod"], found["DeletionProtection"]) == (0, "none")
    assert found["AvailabilityZoneDistribution"] == {"CapacityDistributionStrategy": "balanced-best-effort"}


@pytest.mark.parametrize(
    "wish",
    [
        {"MinSize": 5},
        {"DesiredCapacity": 5},
        {"MaxInstanceLifetime": 60},
        {"VPCZoneIdentifier": "subnet-0"},
        {"LaunchTemplate": {"LaunchTemplateId": "lt-0", "Version": "1"}},
        {"TargetGroupARNs": ["arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/none/0"]},
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_what_does_not_fit_or_is_not_there_is_refused(scaling: Any, subnets: list[str], template: Any, wish: Any) -> None:
    about = {"MinSize": 0, "MaxSize": 4, "VPCZoneIdentifier": ",".join(subnets), "LaunchTemplate": template}
    assert refusal(scaling.create_auto_scaling_group, **GROUP, **{**about, **wish}) == "ValidationError"


def test_a_name_is_taken_once(scaling: Any, create: Any, template: Any, subnets: list[str]) -> None:
    create(DesiredCapacity=1)
    again = {**GROUP, "MinSize": 0, "MaxSize": 1, "VPCZoneIdentifier": subnets[0], "LaunchTemplate": template}
    assert refusal(scaling.create_auto_scaling_group, **again) == "AlreadyExists"
    scaling.delete_auto_scaling_group(**GROUP, ForceDelete=True)
    assert refusal(scaling.create_auto_scaling_group, **again) == "AlreadyExists"


def test_what_is_about_a_missing_group_is_a_validation_error(scaling: Any) -> None:
    for call, more in (
        (scaling.update_auto_scaling_group, {}),
        (scaling.delete_auto_scaling_group, {}),
        (scaling.start_instance_refresh, {}),
        (scaling.describe_instance_refreshes, {}),
        (scaling.describe_policies, {}),
        (scaling.describe_scheduled_actions, {}),
        (scaling.set_desired_capacity, {"DesiredCapacity": 1}),
    ):
        assert refusal(call, **GROUP, **more) == "ValidationError"
    tag = {"ResourceId": "app", "ResourceType": "auto-scaling-group", "Key": "a", "Value": "b", "PropagateAtLaunch": True}
    assert refusal(scaling.create_or_update_tags, Tags=[tag]) == "ValidationError"


def test_instances_take_some_looks_and_stand_in_all_subnets(scaling: Any, ec2: Any, create: Any, subnets: list[str]) -> None:
    create(DesiredCapacity=3)
    states = [{one["LifecycleState"] for one in shown(scaling)["Instances"]} for _ in range(3)]
    assert states == [{"Pending"}, {"Pending"}, {"InService"}]
    running = [one for reservation in ec2.describe_instances()["Reservations"] for one in reservation["Instances"]]
    assert sorted(one["SubnetId"] for one in running) == sorted([*subnets, subnets[0]])
    assert {activity["StatusCode"] for activity in scaling.describe_scaling_activities(**GROUP)["Activities"]} == {"Successful"}


def test_a_launch_that_fails_says_why_and_is_tried_again(scaling: Any, ec2: Any, connect: Connect, create: Any) -> None:
    profile = {"ImageId": IMAGE, "IamInstanceProfile": {"Name": "app"}}
    ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData=profile)
    create(DesiredCapacity=1)
    assert shown(scaling)["Instances"] == []
    newest = scaling.describe_scaling_activities(**GROUP, MaxRecords=1)["Activities"][0]
    assert (newest["StatusCode"], "Instance profile app not found" in newest["StatusMessage"]) == ("Failed", True)
    connect("iam").create_instance_profile(InstanceProfileName="app")
    assert len(shown(scaling)["Instances"]) == 1


def test_nothing_is_launched_while_launching_is_suspended(scaling: Any, create: Any) -> None:
    create()
    scaling.suspend_processes(**GROUP, ScalingProcesses=["Launch"])
    scaling.set_desired_capacity(**GROUP, DesiredCapacity=1)
    assert shown(scaling)["Instances"] == []
    scaling.resume_processes(**GROUP, ScalingProcesses=["Launch"])
    assert len(shown(scaling)["Instances"]) == 1


def test_a_group_with_instances_goes_only_by_force_and_takes_its_time(scaling: Any, ec2: Any, create: Any) -> None:
    create(DesiredCapacity=1, NewInstancesProtectedFromScaleIn=True)
    assert refusal(scaling.delete_auto_scaling_group, **GROUP) == "ResourceInUse"
    for _ in range(2):
        scaling.delete_auto_scaling_group(**GROUP, ForceDelete=True)
    going = shown(scaling)
    assert (going["Status"], going["Instances"][0]["LifecycleState"]) == ("Delete in progress", "Terminating")
    assert refusal(scaling.update_auto_scaling_group, **GROUP, MinSize=0) == "ValidationError"
    shown(scaling)
    assert shown(scaling) is None
    [instance] = [one for reservation in ec2.describe_instances()["Reservations"] for one in reservation["Instances"]]
    assert instance["State"]["Name"] == "terminated"


@pytest.mark.parametrize("protection", ["prevent-all-deletion", "prevent-force-deletion"])
def test_a_locked_group_stays(scaling: Any, create: Any, protection: str) -> None:
    create(DeletionProtection=protection)
    assert refusal(scaling.delete_auto_scaling_group, **GROUP, ForceDelete=True) == "ValidationError"


def test_an_update_leaves_a_mixed_instances_policy_alone(scaling: Any, create: Any, template: dict[str, str]) -> None:
    override = {"InstanceType": "t3.large", "LaunchTemplateSpecification": {"LaunchTemplateName": "app", "Version": "1"}}
    mixed = {"LaunchTemplate": {"LaunchTemplateSpecification": template, "Overrides": [override]}}
    create()
    scaling.update_auto_scaling_group(**GROUP, MixedInstancesPolicy=mixed)
    scaling.update_auto_scaling_group(**GROUP, DefaultCooldown=30)
    [found] = shown(scaling)["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"]
    assert (found["InstanceType"], found["LaunchTemplateSpecification"]["LaunchTemplateId"]) == (
        "t3.large",
        template["LaunchTemplateId"],
    )


def test_a_group_launches_a_template_or_several_types_and_shows_only_that(
    scaling: Any, create: Any, template: dict[str, str]
) -> None:
    create(LaunchTemplate={**template, "Version": "$Latest"})
    mixed = {"LaunchTemplate": {"LaunchTemplateSpecification": {**template, "Version": "1"}, "Overrides": []}}
    scaling.update_auto_scaling_group(**GROUP, MixedInstancesPolicy=mixed)
    found = shown(scaling)
    assert "LaunchTemplate" not in found
    assert found["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "1"
    scaling.update_auto_scaling_group(**GROUP, LaunchTemplate={**template, "Version": "$Default"})
    found = shown(scaling)
    assert (found["LaunchTemplate"]["Version"], "MixedInstancesPolicy" in found) == ("$Default", False)


def test_metrics_are_collected_until_they_are_not(scaling: Any, create: Any) -> None:
    create()
    scaling.enable_metrics_collection(**GROUP, Granularity="1Minute")
    assert len(shown(scaling)["EnabledMetrics"]) > 10
    scaling.disable_metrics_collection(**GROUP)
    scaling.enable_metrics_collection(**GROUP, Granularity="1Minute", Metrics=["GroupMinSize"])
    assert [one["Metric"] for one in shown(scaling)["EnabledMetrics"]] == ["GroupMinSize"]
    wrong = {"Granularity": "1Minute", "Metrics": ["None"]}
    assert refusal(scaling.enable_metrics_collection, **GROUP, **wrong) == "ValidationError"


def test_who_is_told_of_launches_reads_back(scaling: Any, create: Any) -> None:
    create()
    topic = "arn:aws:sns:eu-central-1:123456789012:events"
    kinds = ["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"]
    scaling.put_notification_configuration(**GROUP, TopicARN=topic, NotificationTypes=kinds)
    found = scaling.describe_notification_configurations()["NotificationConfigurations"]
    assert [one["NotificationType"] for one in found] == kinds
    scaling.delete_notification_configuration(**GROUP, TopicARN=topic)
    assert (
        scaling.describe_notification_configurations(AutoScalingGroupNames=["app", "none"])["NotificationConfigurations"] == []
    )
    assert refusal(scaling.delete_notification_configuration, **GROUP, TopicARN=topic) == "ValidationError"
    wrong = {"TopicARN": topic, "NotificationTypes": ["none"]}
    assert refusal(scaling.put_notification_configuration, **GROUP, **wrong) == "ValidationError"


def refresh(scaling: Any) -> Any:
    return scaling.describe_instance_refreshes(**GROUP)["InstanceRefreshes"][0]


def test_a_refresh_rolls_the_instances_that_run_on_another_version(scaling: Any, ec2: Any, create: Any) -> None:
    create(DesiredCapacity=2)
    old = {one["InstanceId"] for one in shown(scaling)["Instances"]}
    data = {"ImageId": IMAGE, "InstanceType": "t3.large"}
    ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData=data)
    started = scaling.start_instance_refresh(**GROUP, Preferences={"SkipMatching": True})["InstanceRefreshId"]
    assert refusal(scaling.start_instance_refresh, **GROUP) == "InstanceRefreshInProgress"
    assert [refresh(scaling)["Status"] for _ in range(3)] == ["InProgress", "InProgress", "Successful"]
    found = shown(scaling)["Instances"]
    assert {one["LaunchTemplate"]["Version"] for one in found} == {"2"}
    assert not old & {one["InstanceId"] for one in found}
    # Nothing is left to roll: they stay.
    scaling.start_instance_refresh(**GROUP, Preferences={"SkipMatching": True})
    for _ in range(3):
        refresh(scaling)
    assert {one["InstanceId"] for one in shown(scaling)["Instances"]} == {one["InstanceId"] for one in found}
    by_id = scaling.describe_instance_refreshes(**GROUP, InstanceRefreshIds=[started])["InstanceRefreshes"]
    assert [one["InstanceRefreshId"] for one in by_id] == [started]


def test_a_refresh_that_can_not_launch_fails_and_leaves_the_instances(scaling: Any, ec2: Any, create: Any) -> None:
    create(DesiredCapacity=1)
    ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData={"ImageId": "ami-00000000"})
    scaling.start_instance_refresh(**GROUP)
    for _ in range(3):
        refresh(scaling)
    assert (refresh(scaling)["Status"], "does not exist" in refresh(scaling)["StatusReason"]) == ("Failed", True)
    assert [one["LaunchTemplate"]["Version"] for one in shown(scaling)["Instances"]] == ["1"]


def test_a_refresh_can_be_stopped_once(scaling: Any, create: Any) -> None:
    create(DesiredCapacity=1)
    assert refusal(scaling.cancel_instance_refresh, **GROUP) == "ActiveInstanceRefreshNotFound"
    scaling.start_instance_refresh(**GROUP)
    assert refusal(scaling.rollback_instance_refresh, **GROUP) == "IrreversibleInstanceRefresh"
    scaling.cancel_instance_refresh(**GROUP)
    assert refresh(scaling)["Status"] == "Cancelled"


def test_a_refresh_has_bounds(scaling: Any, create: Any) -> None:
    create()
    preferences = {"MinHealthyPercentage": 0, "MaxHealthyPercentage": 150}
    assert refusal(scaling.start_instance_refresh, **GROUP, Preferences=preferences) == "ValidationError"


STEP = {**GROUP, "PolicyName": "grow", "PolicyType": "StepScaling", "AdjustmentType": "ChangeInCapacity"}
ONE_MORE = [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}]


def test_a_policy_reads_back_whole_and_keeps_its_arn(scaling: Any, create: Any) -> None:
    create()
    made = scaling.put_scaling_policy(**STEP, StepAdjustments=ONE_MORE)
    [found] = scaling.describe_policies(**GROUP)["ScalingPolicies"]
    assert (found["PolicyARN"], found["Enabled"], found["MetricAggregationType"]) == (made["PolicyARN"], True, "Average")
    tracking = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}, "TargetValue": 50.0}
    again = {**GROUP, "PolicyName": "grow", "PolicyType": "TargetTrackingScaling", "TargetTrackingConfiguration": tracking}
    changed = scaling.put_scaling_policy(**again, Enabled=False)
    assert (changed["PolicyARN"], len(changed["Alarms"])) == (made["PolicyARN"], 2)
    named = scaling.describe_policies(PolicyNames=["grow"], PolicyTypes=["TargetTrackingScaling"])["ScalingPolicies"]
    assert ([one["Enabled"] for one in named], "StepAdjustments" in named[0]) == ([False], False)


@pytest.mark.parametrize(
    "wish",
    [{}, {"StepAdjustments": ONE_MORE, "Cooldown": 60}, {"PolicyType": "None"}],
    ids=["too little", "of another type", "no type"],
)
def test_each_type_of_policy_has_parameters_of_its_own(scaling: Any, create: Any, wish: dict[str, Any]) -> None:
    create()
    assert refusal(scaling.put_scaling_policy, **{**STEP, **wish}) == "ValidationError"


@pytest.mark.parametrize(
    ("how", "change", "size"), [("ChangeInCapacity", 1, 3), ("ExactCapacity", 1, 1), ("PercentChangeInCapacity", 900, 4)]
)
def test_a_policy_changes_the_size_within_the_bounds(scaling: Any, create: Any, how: str, change: int, size: int) -> None:
    create(DesiredCapacity=2)
    arn = scaling.put_scaling_policy(**GROUP, PolicyName="grow", AdjustmentType=how, ScalingAdjustment=change)["PolicyARN"]
    scaling.execute_policy(PolicyName=arn)
    assert shown(scaling)["DesiredCapacity"] == size


def test_what_is_not_there_can_not_be_deleted(scaling: Any, create: Any) -> None:
    create()
    scaling.put_scaling_policy(**STEP, StepAdjustments=ONE_MORE)
    scaling.delete_policy(**GROUP, PolicyName="grow")
    assert refusal(scaling.delete_policy, **GROUP, PolicyName="grow") == "ValidationError"
    assert refusal(scaling.delete_scheduled_action, **GROUP, ScheduledActionName="none") == "ValidationError"


ACTION = {**GROUP, "ScheduledActionName": "opening"}


def test_a_scheduled_action_reads_back_with_when_it_is_next(scaling: Any, create: Any) -> None:
    create()
    wish = {"Recurrence": "0 8 * * MON-FRI", "TimeZone": "America/New_York", "MinSize": 1}
    for _ in range(2):
        scaling.put_scheduled_update_group_action(**ACTION, **wish)
    [found] = scaling.describe_scheduled_actions(**GROUP, ScheduledActionNames=["opening"])["ScheduledUpdateGroupActions"]
    assert {name: found[name] for name in wish} == wish
    assert found["StartTime"] > datetime.now(UTC)
    assert found["ScheduledActionARN"].endswith("autoScalingGroupName/app:scheduledActionName/opening")
    scaling.delete_scheduled_action(**ACTION)
    assert scaling.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []


@pytest.mark.parametrize(
    "wish",
    [
        {"MinSize": 1},
        {"MinSize": 1, "Recurrence": "every morning"},
        {"MinSize": 1, "StartTime": datetime(2020, 1, 1, tzinfo=UTC)},
        {"Recurrence": "0 8 * * *"},
        {"MinSize": 1, "Recurrence": "0 8 * * *", "TimeZone": "New York"},
    ],
    ids=["no time", "no cron", "in the past", "no size", "no zone"],
)
def test_a_scheduled_action_must_say_when_and_what(scaling: Any, create: Any, wish: dict[str, Any]) -> None:
    create()
    assert refusal(scaling.put_scheduled_update_group_action, **ACTION, **wish) == "ValidationError"


def test_a_launch_configuration_is_left_to_moto(scaling: Any, subnets: list[str]) -> None:
    scaling.create_launch_configuration(LaunchConfigurationName="old", ImageId=IMAGE, InstanceType="t2.small")
    about = {"MinSize": 1, "MaxSize": 1, "VPCZoneIdentifier": subnets[0], "LaunchConfigurationName": "old"}
    scaling.create_auto_scaling_group(**GROUP, **about)
    assert len(shown(scaling)["Instances"]) == 1
    scaling.update_auto_scaling_group(**GROUP, LaunchConfigurationName="old")
