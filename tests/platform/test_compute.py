"""Module 6: the instances, and how many there are; what they are installed from is in `test_user_data.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from .conftest import ACCOUNT, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@pytest.fixture
def template(prod: Shown) -> Any:
    """The launch template's newest version."""
    [found] = prod.client("ec2").describe_launch_template_versions(LaunchTemplateName=prod.named("app"), Versions=["$Latest"])[
        "LaunchTemplateVersions"
    ]
    return found


@pytest.fixture
def group(prod: Shown) -> Any:
    [found] = prod.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    return found


@pytest.fixture
def instances(prod: Shown, group: Any) -> list[Any]:
    """The instances that the group launched."""
    ids = [one["InstanceId"] for one in group["Instances"]]
    found = prod.client("ec2").describe_instances(InstanceIds=ids)["Reservations"]
    return [instance for reservation in found for instance in reservation["Instances"]]


@pytest.fixture
def volumes(prod: Shown, instances: list[Any]) -> list[Any]:
    """The instances' volumes."""
    ids = [device["Ebs"]["VolumeId"] for instance in instances for device in instance["BlockDeviceMappings"]]
    found: list[Any] = prod.client("ec2").describe_volumes(VolumeIds=ids)["Volumes"]
    return found


@pytest.fixture
def private_subnets(prod: Shown) -> set[str]:
    named = [prod.named(f"private-subnet-{zone}") for zone in (1, 2, 3)]
    found = prod.client("ec2").describe_subnets(Filters=[{"Name": "tag:Name", "Values": named}])["Subnets"]
    return {one["SubnetId"] for one in found}


def test_the_template_launches_the_newest_amazon_linux_2023(prod: Shown, template: Any) -> None:
    newest = prod.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    assert template["LaunchTemplateData"]["ImageId"] == newest
    [looked_up] = {call.parameters["Name"] for call in prod.server.calls if call.operation == "GetParameter"}
    assert looked_up == IMAGE


def test_the_template_says_what_no_instance_may_do_without(prod: Shown, template: Any) -> None:
    data = template["LaunchTemplateData"]
    assert (data["InstanceType"], data["InstanceInitiatedShutdownBehavior"]) == ("t3.large", "terminate")
    assert data["MetadataOptions"] == {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"}
    assert data["Monitoring"] == {"Enabled": True}
    # Without a key pair nobody comes in by SSH, and without interfaces of its own no address is public.
    assert not {"KeyName", "NetworkInterfaces"} & set(data)


def test_the_group_launches_the_newest_version_which_is_the_default(prod: Shown, template: Any, group: Any) -> None:
    assert group["LaunchTemplate"]["LaunchTemplateId"] == template["LaunchTemplateId"]
    assert (group["LaunchTemplate"]["Version"], template["DefaultVersion"]) == (str(template["VersionNumber"]), True)


def test_the_group_stands_over_the_private_subnets_of_three_zones(group: Any, private_subnets: set[str]) -> None:
    assert set(group["VPCZoneIdentifier"].split(",")) == private_subnets
    assert len(group["AvailabilityZones"]) == 3


def test_the_load_balancer_decides_on_the_instances_health(prod: Shown, group: Any) -> None:
    targets = prod.client("elbv2").describe_target_groups(Names=[prod.named("app")])["TargetGroups"]
    assert group["TargetGroupARNs"] == [targets[0]["TargetGroupArn"]]
    assert (group["HealthCheckType"], group["HealthCheckGracePeriod"], group["DefaultInstanceWarmup"]) == ("ELB", 900, 120)
    health = prod.client("elbv2").describe_target_health(TargetGroupArn=targets[0]["TargetGroupArn"])
    healthy = {one["Target"]["Id"] for one in health["TargetHealthDescriptions"] if one["TargetHealth"]["State"] == "healthy"}
    assert healthy == {one["InstanceId"] for one in group["Instances"]}


def test_there_are_three_instances_of_at_most_ten_and_none_may_go_before_the_first_evening(group: Any) -> None:
    assert (group["MinSize"], group["DesiredCapacity"], group["MaxSize"]) == (3, 3, 10)
    states = [(one["LifecycleState"], one["HealthStatus"]) for one in group["Instances"]]
    assert states == [("InService", "Healthy")] * 3


def test_instances_are_spread_over_the_three_zones(instances: list[Any], private_subnets: set[str]) -> None:
    assert sorted(one["Placement"]["AvailabilityZone"] for one in instances) == ["us-east-1a", "us-east-1b", "us-east-1c"]
    assert {one["SubnetId"] for one in instances} == private_subnets


def test_no_instance_has_a_public_address(instances: list[Any]) -> None:
    for instance in instances:
        assert "PublicIpAddress" not in instance
        assert not [interface for interface in instance["NetworkInterfaces"] if interface.get("Association")]


def test_instances_answer_for_metadata_by_session_tokens_only_and_to_themselves_only(instances: list[Any]) -> None:
    shown = {(one["MetadataOptions"]["HttpTokens"], one["MetadataOptions"]["HttpPutResponseHopLimit"]) for one in instances}
    assert shown == {("required", 1)}


def test_instances_wear_the_role_and_stand_behind_the_applications_firewall(prod: Shown, instances: list[Any]) -> None:
    profile = prod.client("iam").get_instance_profile(InstanceProfileName=prod.named("instance-profile"))["InstanceProfile"]
    assert {one["IamInstanceProfile"]["Arn"] for one in instances} == {profile["Arn"]}
    groups = [[group["GroupName"] for group in one["SecurityGroups"]] for one in instances]
    assert groups == [[prod.named("app-group")]] * 3


def test_instances_are_of_the_type_of_the_profile_and_measured_every_minute(instances: list[Any]) -> None:
    assert {(one["InstanceType"], one["Monitoring"]["State"]) for one in instances} == {("t3.large", "enabled")}


def test_volumes_are_gp3_encrypted_with_the_data_key_and_gone_with_their_instance(
    prod: Shown, instances: list[Any], volumes: list[Any]
) -> None:
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('data-key')}")["KeyMetadata"]["Arn"]
    assert len(volumes) == 3
    shown = {(one["VolumeType"], one["Size"], one["Encrypted"], one["KmsKeyId"]) for one in volumes}
    assert shown == {("gp3", 20, True, key)}
    assert all(device["Ebs"]["DeleteOnTermination"] for one in instances for device in one["BlockDeviceMappings"])


def test_instances_and_volumes_carry_the_plans_tags(prod: Shown, group: Any, instances: list[Any], volumes: list[Any]) -> None:
    assert all(tag["PropagateAtLaunch"] for tag in group["Tags"])
    assert tags(group)["Name"] == prod.named("app")
    assert all(tags(one).items() >= tags(group).items() for one in instances)
    [template] = prod.client("ec2").describe_launch_templates(LaunchTemplateNames=[prod.named("app")])["LaunchTemplates"]
    assert all(tags(one) == tags(template) for one in volumes)


@pytest.mark.parametrize(
    ("policy", "alarm", "comparison", "percent", "step"),
    [
        ("scale-out", "processors-busy", "GreaterThanThreshold", 70.0, (0.0, None, 1)),
        ("scale-in", "processors-idle", "LessThanThreshold", 30.0, (None, 0.0, -1)),
    ],
)
def test_an_alarm_on_the_processors_calls_the_step_policy(
    prod: Shown, policy: str, alarm: str, comparison: str, percent: float, step: tuple[float | None, float | None, int]
) -> None:
    group = prod.named("app")
    [found] = prod.client("autoscaling").describe_policies(AutoScalingGroupName=group, PolicyNames=[prod.named(policy)])[
        "ScalingPolicies"
    ]
    assert (found["PolicyType"], found["AdjustmentType"], found["Enabled"]) == ("StepScaling", "ChangeInCapacity", True)
    [one] = found["StepAdjustments"]
    bounds = (one.get("MetricIntervalLowerBound"), one.get("MetricIntervalUpperBound"), one["ScalingAdjustment"])
    assert bounds == step
    [rings] = prod.client("cloudwatch").describe_alarms(AlarmNames=[prod.named(alarm)])["MetricAlarms"]
    assert (rings["AlarmActions"], rings["ActionsEnabled"]) == ([found["PolicyARN"]], True)
    assert (rings["Namespace"], rings["MetricName"], rings["Statistic"]) == ("AWS/EC2", "CPUUtilization", "Average")
    assert rings["Dimensions"] == [{"Name": "AutoScalingGroupName", "Value": group}]
    assert (rings["ComparisonOperator"], rings["Threshold"], rings["Period"]) == (comparison, percent, 60)
    assert rings["TreatMissingData"] == "notBreaching"


def scheduled(prod: Shown) -> dict[str, Any]:
    """The scheduled actions by the middle of their names."""
    found = prod.client("autoscaling").describe_scheduled_actions(AutoScalingGroupName=prod.named("app"))
    return {
        one["ScheduledActionName"].removeprefix("financial-").removesuffix("-prod"): one
        for one in found["ScheduledUpdateGroupActions"]
    }


@pytest.mark.parametrize(
    ("action", "hour", "in_winter", "in_summer", "instances"),
    [("business-hours", 8, 13, 12, 3), ("after-hours", 18, 23, 22, 2)],
)
def test_business_hours_are_new_yorks_in_winter_and_in_summer(
    prod: Shown, action: str, hour: int, in_winter: int, in_summer: int, instances: int
) -> None:
    found = scheduled(prod)[action]
    assert (found["MinSize"], found["DesiredCapacity"], found["MaxSize"]) == (instances, instances, 10)
    assert found["Recurrence"] == f"0 {hour} * * MON-FRI"
    for day, wanted in ((datetime(2027, 1, 11), in_winter), (datetime(2027, 7, 12), in_summer)):  # noqa: DTZ001
        local = day.replace(hour=int(found["Recurrence"].split()[1]), tzinfo=ZoneInfo(found["TimeZone"]))
        assert (local.weekday(), local.astimezone(UTC).hour) == (0, wanted)


def test_there_are_two_scheduled_actions_and_no_end_to_them(prod: Shown) -> None:
    found = scheduled(prod)
    assert set(found) == {"business-hours", "after-hours"}
    assert not [one for one in found.values() if "EndTime" in one]


def test_auto_scaling_acts_by_its_own_role_which_the_data_key_knows(group: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    assert group["ServiceLinkedRoleARN"] == role
