from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import READY, State, as_tags
from provisioner.resources.autoscaling.auto_scaling_group import AutoScalingGroup
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME, IMAGE = "shop-app-test", "ami-12c6146b"
VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SUBNETS = [
    Subnet(zone, vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("ab")
]


def template(instance_type: Any = "t3.small", **more: Any) -> LaunchTemplate:
    return LaunchTemplate("app", **{"image_id": IMAGE, "instance_type": instance_type, **more})


def steps(of: LaunchTemplate | None = None, **more: Any) -> tuple[Any, ...]:
    launched = of or template()
    wishes = {"min_size": 0, "max_size": 4, "desired_capacity": 2, "vpc_zone_identifier": SUBNETS, **more}
    return VPC, *SUBNETS, launched, AutoScalingGroup("app", **{"launch_template": launched, **wishes})


def group(aws: Aws) -> Any:
    [found] = aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"]
    return found


def instances(aws: Aws) -> list[Any]:
    found = aws.ec2.describe_instances(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
    return [instance for reservation in found["Reservations"] for instance in reservation["Instances"]]


def test_instances_are_in_service_over_all_subnets_with_all_tags(aws: Aws) -> None:
    made = up(aws, *steps())["app"]
    assert [one["LifecycleState"] for one in made["Instances"]] == ["InService"] * 2
    running = instances(aws)
    assert sorted(one["Placement"]["AvailabilityZone"] for one in running) == ["us-east-1a", "us-east-1b"]
    tags = as_tags(running[0]["Tags"])
    assert (tags["team"], tags["provisioner:step"]) == ("shop", "AutoScalingGroup/app")


def test_a_change_of_the_template_rolls_the_instances(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    old = {one["InstanceId"] for one in instances(aws)}
    changed = steps(template("t3.large"))
    assert list(to_do(aws, *changed)) == ["LaunchTemplate/app", "AutoScalingGroup/app"]
    before = len(embedded.calls)
    up(aws, *changed)
    assert writes(embedded, before)[-2:] == ["UpdateAutoScalingGroup", "StartInstanceRefresh"]
    running = instances(aws)
    assert {one["InstanceType"] for one in running} == {"t3.large"}
    assert not old & {one["InstanceId"] for one in running}


def test_a_run_killed_before_the_refresh_is_finished_by_the_next(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    up(aws, *steps(template("t3.large"), instance_refresh=False))
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.small"}
    assert list(to_do(aws, *steps(template("t3.large")))["AutoScalingGroup/app"]) == ["instance_refresh"]
    up(aws, *steps(template("t3.large")))
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.large"}
    started = [call.parameters["Preferences"] for call in embedded.calls if call.operation == "StartInstanceRefresh"]
    assert started == [
        {
            "MinHealthyPercentage": 100,
            "MaxHealthyPercentage": 110,
            "SkipMatching": True,
            "ScaleInProtectedInstances": "Refresh",
            "StandbyInstances": "Terminate",
        }
    ]


def test_a_refresh_that_fails_is_told_and_begun_again_by_the_next_run_only(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    broken = steps(template(image_id="ami-00000000"))
    told = errors(outcome(aws, *broken))["AutoScalingGroup/app"]
    assert "the last instance refresh did not roll" in told
    assert "The image id '[ami-00000000]' does not exist" in told
    assert [call.operation for call in embedded.calls].count("StartInstanceRefresh") == 1
    assert {one["ImageId"] for one in instances(aws)} == {IMAGE}
    up(aws, *steps(template("t3.medium")))
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.medium"}


def test_a_refresh_under_way_is_waited_for_and_not_begun_again(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    up(aws, *steps(template("t3.large"), instance_refresh=False))
    aws.autoscaling.start_instance_refresh(AutoScalingGroupName=NAME)
    wanted = steps(template("t3.large"))
    before = len(embedded.calls)
    going = run(aws, *wanted)
    preview = going.preview()
    [action] = [action for action in preview.actions if action.step == "AutoScalingGroup/app"]
    assert (action.kind, action.state) == ("none", State("pending", "its instances are rolled, 50 % done"))
    assert going.up(preview).ok
    assert writes(embedded, before) == []
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.large"}


def test_the_newest_version_is_known_where_the_group_names_none(aws: Aws) -> None:
    up(aws, *steps(launch_template_version="$Latest"))
    # The template is changed by this very run: the next one sees that instances are stale.
    assert errors(outcome(aws, *steps(template("t3.large"), launch_template_version="$Latest"))) == {}
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.small"}
    up(aws, *steps(template("t3.large"), launch_template_version="$Latest"))
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.large"}


def test_launches_that_fail_are_told_in_awss_words_and_mended_by_another_template(
    aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(AutoScalingGroup, "patience_seconds", 60.0)
        told = errors(outcome(aws, *steps(template(iam_instance_profile="none"))))["AutoScalingGroup/app"]
    assert "is still pending (2 more to be in service; Instance profile none not found" in told
    up(aws, *steps(template(iam_instance_profile="")))
    assert len(instances(aws)) == 2


def test_capacity_is_left_to_policies_and_schedules_unless_it_is_fixed(aws: Aws) -> None:
    up(aws, *steps())
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName=NAME, DesiredCapacity=3)
    assert to_do(aws, *steps()) == {}
    up(aws, *steps(desired_capacity=None, fixed_capacity=1))
    assert len(instances(aws)) == 1


def test_one_template_in_several_types_and_back(aws: Aws) -> None:
    mixed = {"Overrides": [{"InstanceType": "t3.medium"}, {"InstanceType": "t3.large"}]}
    up(aws, *steps(mixed_instances_policy=mixed))
    assert {one["InstanceType"] for one in instances(aws)} == {"t3.medium"}
    up(aws, *steps(mixed_instances_policy=mixed, health_check_grace_period=30))
    assert group(aws)["MixedInstancesPolicy"]["LaunchTemplate"]["Overrides"] == mixed["Overrides"]
    up(aws, *steps(mixed_instances_policy={}))
    assert "MixedInstancesPolicy" not in group(aws)


def test_a_group_moves_to_several_types_and_another_version_in_one_change(aws: Aws) -> None:
    up(aws, *steps(launch_template_version="$Latest"))
    mixed = {"Overrides": [{"InstanceType": "t3.medium"}, {"InstanceType": "t3.large"}]}
    up(aws, *steps(launch_template_version="1", mixed_instances_policy=mixed))
    assert group(aws)["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]["Version"] == "1"
    up(aws, *steps(launch_template_version="$Default", mixed_instances_policy={}))
    assert group(aws)["LaunchTemplate"]["Version"] == "$Default"


def test_a_type_with_a_template_of_its_own_is_not_stale(aws: Aws) -> None:
    own = LaunchTemplate("own", image_id=IMAGE, instance_type="t3.large")
    up(aws, *steps(), own)
    override = {
        "InstanceType": "t3.large",
        "LaunchTemplateSpecification": {"LaunchTemplateName": "shop-own-test", "Version": "$Default"},
    }
    launched = {"LaunchTemplateSpecification": {"LaunchTemplateName": NAME, "Version": "1"}, "Overrides": [override]}
    mixed: Any = {"LaunchTemplate": launched}
    aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=NAME, MixedInstancesPolicy=mixed)
    assert next(iter(AutoScalingGroup.living(aws)))["Stale"] == []


def test_what_is_not_a_setting_has_calls_of_its_own_and_comes_before_the_instances(aws: Aws, embedded: Running) -> None:
    topic = "arn:aws:sns:us-east-1:123456789012:events"
    launch = ("autoscaling:EC2_INSTANCE_LAUNCH",)
    kept: dict[str, Any] = {"enabled_metrics": ("GroupMinSize",), "suspended_processes": ("AZRebalance",)}
    up(aws, *steps(**kept, notifications={topic: launch}))
    made = writes(embedded)
    assert made[-4:] == [
        "CreateAutoScalingGroup",
        "EnableMetricsCollection",
        "SuspendProcesses",
        "PutNotificationConfiguration",
    ]
    before = len(embedded.calls)
    up(aws, *steps(**kept, notifications={topic: launch, f"{topic}-too": launch}))
    assert writes(embedded, before) == ["PutNotificationConfiguration"]
    aws.autoscaling.delete_notification_configuration(AutoScalingGroupName=NAME, TopicARN=f"{topic}-too")
    before = len(embedded.calls)
    up(aws, *steps(enabled_metrics=(), suspended_processes=(), notifications={}))
    assert writes(embedded, before) == [
        "DisableMetricsCollection",
        "ResumeProcesses",
        "DeleteNotificationConfiguration",
    ]


def test_target_groups_are_attached_ten_at_a_time(aws: Aws, embedded: Running) -> None:
    vpc = up(aws, *steps(desired_capacity=0))["vpc"]["VpcId"]
    made = [aws.elbv2.create_target_group(Name=f"t{n}", Protocol="HTTP", Port=80, VpcId=vpc) for n in range(12)]
    arns = [one["TargetGroups"][0]["TargetGroupArn"] for one in made]
    before = len(embedded.calls)
    up(aws, *steps(desired_capacity=0, target_groups=arns))
    up(aws, *steps(desired_capacity=0, target_groups=arns[:1]))
    assert writes(embedded, before) == ["AttachLoadBalancerTargetGroups"] * 2 + ["DetachLoadBalancerTargetGroups"] * 2
    base = steps(desired_capacity=0, target_groups=arns[:1])
    born: dict[str, Any] = {"launch_template": base[-2], "vpc_zone_identifier": SUBNETS, "target_groups": arns[:2]}
    other = AutoScalingGroup("other", min_size=0, max_size=1, **born)
    assert len(up(aws, *base, other)["other"]["TargetGroupARNs"]) == 2


def test_with_elb_health_it_is_ready_when_its_targets_are(aws: Aws, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    vpc = up(aws, *steps())["vpc"]["VpcId"]
    arn = aws.elbv2.create_target_group(Name="t", Protocol="HTTP", Port=80, VpcId=vpc)["TargetGroups"][0]["TargetGroupArn"]
    up(aws, *steps(target_groups=(arn,)))
    served = steps(target_groups=(arn,), health_check_type="ELB")
    ids = [one["InstanceId"] for one in instances(aws)]
    health = [
        {"Target": {"Id": ids[0]}, "TargetHealth": {"State": "unhealthy", "Description": "Health checks failed"}},
        {"Target": {"Id": ids[1]}, "TargetHealth": {"State": "healthy"}},
        {"Target": {"Id": "i-0"}, "TargetHealth": {"State": "initial"}},
    ]
    with answering(embedded, "DescribeTargetHealth", {"TargetHealthDescriptions": health}), monkeypatch.context() as impatient:
        impatient.setattr(AutoScalingGroup, "patience_seconds", 60.0)
        told = errors(outcome(aws, *served))["AutoScalingGroup/app"]
    assert f"is still pending ({ids[0]}: Health checks failed)" in told
    with refusing(embedded, "DescribeTargetHealth", "TargetGroupNotFound"):
        assert to_do(aws, *served) == {}


def test_a_locked_group_is_unlocked_and_goes_with_its_instances(aws: Aws) -> None:
    up(aws, *steps(deletion_protection="prevent-all-deletion", new_instances_protected_from_scale_in=True))
    teardown(aws)
    assert instances(aws) == []


def test_a_group_on_its_way_out_is_waited_for_before_another_one_is_made(aws: Aws) -> None:
    up(aws, *steps())
    aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=NAME, ForceDelete=True)
    [live] = AutoScalingGroup.living(aws)
    assert AutoScalingGroup.state(live) == State("leaving", "Delete in progress")
    up(aws, *steps())


def test_a_group_that_is_gone_since_it_was_listed_is_left_out(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    missing = f"AutoScalingGroup name not found - AutoScalingGroup '{NAME}' not found"
    with refusing(embedded, "DescribeInstanceRefreshes", "ValidationError", missing):
        assert list(AutoScalingGroup.living(aws)) == []


def test_refreshes_are_read_to_the_last_page(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    for _ in range(51):
        aws.autoscaling.start_instance_refresh(AutoScalingGroupName=NAME)
        aws.autoscaling.cancel_instance_refresh(AutoScalingGroupName=NAME)
        aws.autoscaling.describe_instance_refreshes(AutoScalingGroupName=NAME)
    before = len(embedded.calls)
    [live] = AutoScalingGroup.living(aws)
    assert (live["Refresh"]["Status"], AutoScalingGroup.state(live)) == ("Cancelled", READY)
    assert [call.operation for call in list(embedded.calls)[before:]].count("DescribeInstanceRefreshes") == 2


def test_tags_that_do_not_reach_the_instances_are_drift(aws: Aws) -> None:
    up(aws, *steps())
    about = {"ResourceId": NAME, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    tag: Any = {**about, "Key": "provisioner:plan", "Value": "shop"}
    aws.autoscaling.create_or_update_tags(Tags=[tag])
    assert list(to_do(aws, *steps())["AutoScalingGroup/app"]) == ["propagate_tags_at_launch"]
    up(aws, *steps())


def test_how_instances_are_rolled_can_be_said(aws: Aws, embedded: Running) -> None:
    up(aws, *steps())
    up(
        aws,
        *steps(
            template("t3.large"),
            refresh_min_healthy_percentage=50,
            refresh_max_healthy_percentage=None,
            refresh_instance_warmup=30,
            refresh_alarms=("errors",),
        ),
    )
    [started] = [call.parameters["Preferences"] for call in embedded.calls if call.operation == "StartInstanceRefresh"]
    assert (started["MinHealthyPercentage"], started["InstanceWarmup"]) == (50, 30)
    assert started["AlarmSpecification"] == {"Alarms": ["errors"]}
    assert "MaxHealthyPercentage" not in started


def test_a_template_by_its_id_and_whatever_version_is_its_default(aws: Aws) -> None:
    launched = up(aws, template())["app"]["LaunchTemplateId"]
    mine = AutoScalingGroup(
        "app", min_size=0, max_size=1, desired_capacity=1, launch_template=launched, vpc_zone_identifier=SUBNETS
    )
    made = up(aws, VPC, *SUBNETS, template(), mine)["app"]
    assert "Version" not in made["LaunchTemplate"]
    assert (made["Instances"][0]["LaunchTemplate"]["Version"], made["Stale"]) == ("1", [])


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        ({"desired_capacity": 5}, "desired_capacity is between 0 and 4, not 5"),
        ({"fixed_capacity": -1}, "fixed_capacity is between 0 and 4"),
        ({"min_size": 5, "desired_capacity": None}, "is more than max_size"),
        ({"min_size": (3, 2), "desired_capacity": 2}, "desired_capacity is between 3 and 4, not 2"),
    ],
)
def test_sizes_that_do_not_fit_are_refused_at_once(wishes: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        steps(**wishes)
