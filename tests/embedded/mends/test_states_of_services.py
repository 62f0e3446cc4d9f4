"""With a clock, what services make and change takes the time that AWS takes for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal
from .test_acm import _prove, _request, _zone
from .test_cloudfront import _config, _create
from .test_firehose import create, made_role
from .test_lambda import VPC_ACCESS, about, make_role
from .test_rds_instances import CLUSTER, MEMBER

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Connect
    from .conftest import AwsTime

NAMED, GROUP = {"DBInstanceIdentifier": "i"}, {"AutoScalingGroupName": "app"}


@pytest.fixture
def rds(connect: Connect) -> Any:
    return connect("rds")


def _statuses(rds: Any) -> list[str]:
    clusters, instances = rds.describe_db_clusters()["DBClusters"], rds.describe_db_instances()["DBInstances"]
    return [*(one["Status"] for one in clusters), *(one["DBInstanceStatus"] for one in instances)]


@pytest.fixture
def database(time: AwsTime, rds: Any) -> None:
    """A cluster with one instance, both there."""
    rds.create_db_cluster(**CLUSTER)
    rds.create_db_instance(**NAMED, **MEMBER)
    _statuses(rds)
    time.passes(420)
    assert _statuses(rds) == ["available", "available"]


def test_a_cluster_is_there_long_before_its_instance(time: AwsTime, rds: Any) -> None:
    rds.create_db_cluster(**CLUSTER)
    rds.create_db_instance(**NAMED, **MEMBER)
    assert _statuses(rds) == ["creating", "creating"]
    time.passes(90)
    assert _statuses(rds) == ["available", "creating"]
    time.passes(330)
    assert _statuses(rds) == ["available", "available"]


@pytest.mark.usefixtures("database")
def test_what_is_told_to_change_is_available_some_seconds_more_and_waits_until_it_is_done(time: AwsTime, rds: Any) -> None:
    def shown() -> tuple[str, str, Any]:
        [instance] = rds.describe_db_instances()["DBInstances"]
        return instance["DBInstanceStatus"], instance["DBInstanceClass"], instance["PendingModifiedValues"]

    rds.modify_db_instance(**NAMED, DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    pending = {"DBInstanceClass": "db.r6g.xlarge"}
    assert shown() == ("available", "db.r6g.large", pending)
    time.passes(10)
    assert [shown() for _ in range(2)] == [("modifying", "db.r6g.large", pending)] * 2
    time.passes(120)
    assert shown() == ("available", "db.r6g.xlarge", {})


@pytest.mark.usefixtures("database")
def test_a_reboot_before_a_change_has_begun_does_not_lose_it(time: AwsTime, rds: Any) -> None:
    rds.modify_db_cluster(DBClusterIdentifier="c", BackupRetentionPeriod=9, ApplyImmediately=True)
    rds.modify_db_instance(**NAMED, DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    rds.reboot_db_instance(**NAMED)
    assert _statuses(rds) == ["available", "rebooting"]
    time.passes(60)
    assert [_statuses(rds) for _ in range(2)] == [["modifying", "available"]] * 2
    assert rds.describe_db_instances()["DBInstances"][0]["DBInstanceClass"] == "db.r6g.xlarge"
    time.passes(120)
    assert rds.describe_db_clusters()["DBClusters"][0]["BackupRetentionPeriod"] == 9


@pytest.mark.usefixtures("database")
def test_a_cluster_goes_after_its_instance(time: AwsTime, rds: Any) -> None:
    rds.delete_db_instance(**NAMED, SkipFinalSnapshot=True)
    rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)
    time.passes(299)
    assert _statuses(rds) == ["deleting", "deleting"]
    time.passes(1)
    assert _statuses(rds) == ["deleting"]
    time.passes(120)
    assert _statuses(rds) == []


def test_a_parameter_group_is_not_reset_while_a_change_is_on_its_way(time: AwsTime, rds: Any) -> None:
    group = {"DBParameterGroupName": "g"}
    rds.create_db_parameter_group(**group, DBParameterGroupFamily="aurora-mysql8.0", Description="d")
    parameter = {"ParameterName": "long_query_time", "ParameterValue": "3", "ApplyMethod": "immediate"}
    rds.reset_db_parameter_group(**group, Parameters=[parameter])
    time.passes(30)
    rds.modify_db_parameter_group(**group, Parameters=[parameter])
    reset = {**group, "Parameters": [parameter]}
    assert refusal(rds.reset_db_parameter_group, **reset) == "InvalidDBParameterGroupState"
    time.passes(30)
    rds.reset_db_parameter_group(**reset)


def test_a_function_is_pending_for_seconds_and_in_a_vpc_for_a_minute(
    time: AwsTime, connect: Connect, ec2: Any, vpc: str, subnet: str
) -> None:
    functions, role = connect("lambda"), make_role(connect, "r", "lambda.amazonaws.com", VPC_ACCESS)
    group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="d")["GroupId"]

    def states() -> list[str]:
        return [functions.get_function_configuration(FunctionName=name)["State"] for name in ("f", "in-vpc")]

    functions.create_function(**about(role))
    within = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    functions.create_function(**{**about(role), "FunctionName": "in-vpc"}, VpcConfig=within)
    assert states() == ["Pending", "Pending"]
    time.passes(5)
    assert states() == ["Active", "Pending"]
    time.passes(55)
    assert states() == ["Active", "Active"]
    functions.update_function_configuration(FunctionName="f", Timeout=9)
    assert refusal(functions.update_function_configuration, FunctionName="f", Timeout=8) == "ResourceConflictException"
    time.passes(10)
    functions.update_function_configuration(FunctionName="f", Timeout=8)


@pytest.mark.parametrize("leave", ["delete_function", "update_function_configuration"])
def test_a_functions_interfaces_stay_for_twenty_minutes(
    time: AwsTime, connect: Connect, ec2: Any, vpc: str, subnet: str, leave: str
) -> None:
    functions, role = connect("lambda"), make_role(connect, "r", "lambda.amazonaws.com", VPC_ACCESS)
    group = ec2.create_security_group(VpcId=vpc, GroupName="g", Description="d")["GroupId"]
    functions.create_function(**about(role), VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]})
    time.passes(60)
    nothing: dict[str, Any] = {"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}} if leave.startswith("update") else {}
    getattr(functions, leave)(FunctionName="f", **nothing)

    def left() -> list[str]:
        return [one["SubnetId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]]

    time.passes(1199)
    assert left() == [subnet]
    time.passes(1)
    assert left() == []


def test_a_certificate_is_issued_two_minutes_after_its_record_stands(time: AwsTime, connect: Connect) -> None:
    acm, route53 = connect("acm"), connect("route53")
    arn = _request(acm)

    def shown() -> tuple[str, bool]:
        found = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        return found["Status"], "ResourceRecord" in found["DomainValidationOptions"][0]

    assert [shown() for _ in range(2)] == [("PENDING_VALIDATION", False)] * 2
    time.passes(600)
    assert shown() == ("PENDING_VALIDATION", True)
    _prove(route53, _zone(route53), acm, arn)
    assert shown() == ("PENDING_VALIDATION", True)
    time.passes(119)
    assert shown() == ("PENDING_VALIDATION", True)
    time.passes(1)
    assert shown()[0] == "ISSUED"


def test_a_change_of_a_zone_is_known_everywhere_in_a_minute(time: AwsTime, connect: Connect) -> None:
    route53 = connect("route53")
    made = route53.create_hosted_zone(Name="example.com", CallerReference="once")

    def told() -> list[str]:
        features = route53.get_hosted_zone(Id=made["HostedZone"]["Id"])["HostedZone"]["Features"]
        change = route53.get_change(Id=made["ChangeInfo"]["Id"])["ChangeInfo"]
        return [change["Status"], features["AcceleratedRecoveryStatus"]]

    route53.update_hosted_zone_features(HostedZoneId=made["HostedZone"]["Id"], EnableAcceleratedRecovery=True)
    assert told() == ["PENDING", "ENABLING"]
    time.passes(45)
    assert told() == ["INSYNC", "ENABLING"]
    time.passes(255)
    assert told() == ["INSYNC", "ENABLED"]


def test_each_change_of_a_distribution_takes_five_minutes_to_be_everywhere(time: AwsTime, connect: Connect) -> None:
    cloudfront = connect("cloudfront")
    made, etag = _create(cloudfront, _config())

    def status() -> str:
        return str(cloudfront.get_distribution(Id=made)["Distribution"]["Status"])

    cloudfront.update_distribution(Id=made, IfMatch=etag, DistributionConfig=_config(Enabled=False))
    etag = cloudfront.get_distribution(Id=made)["ETag"]
    time.passes(299)
    assert status() == "InProgress"
    assert refusal(cloudfront.delete_distribution, Id=made, IfMatch=etag) == "DistributionNotDisabled"
    time.passes(1)
    cloudfront.delete_distribution(Id=made, IfMatch=etag)


def test_a_stream_comes_and_goes_in_a_minute(time: AwsTime, connect: Connect) -> None:
    firehose, role = connect("firehose"), made_role(connect, "firehose.amazonaws.com")
    create(firehose, role)

    def status() -> str:
        return str(
            firehose.describe_delivery_stream(DeliveryStreamName="s")["DeliveryStreamDescription"]["DeliveryStreamStatus"]
        )

    assert status() == "CREATING"
    time.passes(60)
    assert status() == "ACTIVE"
    firehose.delete_delivery_stream(DeliveryStreamName="s")
    assert status() == "DELETING"
    time.passes(60)
    assert refusal(status) == "ResourceNotFoundException"


def test_a_name_is_free_a_minute_after_its_secret_was_deleted_by_force(time: AwsTime, connect: Connect) -> None:
    secrets = connect("secretsmanager")
    wanted: Callable[[], object] = lambda: secrets.create_secret(Name="s", SecretString="x")  # noqa: E731
    wanted()
    secrets.delete_secret(SecretId="s", ForceDeleteWithoutRecovery=True)
    time.passes(59)
    assert [refusal(wanted) for _ in range(3)] == ["InvalidRequestException"] * 3
    time.passes(1)
    wanted()


def test_a_deleted_subscription_is_listed_for_minutes(time: AwsTime, connect: Connect) -> None:
    sns = connect("sns")
    topic = sns.create_topic(Name="t")["TopicArn"]
    queue = "arn:aws:sqs:eu-central-1:123456789012:q"
    sns.unsubscribe(SubscriptionArn=sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)["SubscriptionArn"])

    def listed() -> list[str]:
        return [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]]

    time.passes(179)
    assert [listed() for _ in range(3)] == [["Deleted"]] * 3
    time.passes(1)
    assert listed() == []


def test_a_groups_instances_come_and_go_in_two_minutes(time: AwsTime, connect: Connect, ec2: Any, subnet: str) -> None:
    scaling = connect("autoscaling")
    data = {"ImageId": "ami-12c6146b", "InstanceType": "t3.small"}
    template = ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData=data)["LaunchTemplate"]
    launched = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": "$Latest"}
    about = {"MinSize": 0, "MaxSize": 2, "DesiredCapacity": 1, "VPCZoneIdentifier": subnet, "LaunchTemplate": launched}
    scaling.create_auto_scaling_group(**GROUP, **about)

    def shown() -> list[tuple[str, int]]:
        there = len(ec2.describe_network_interfaces()["NetworkInterfaces"])
        groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
        return [(one["LifecycleState"], there) for group in groups for one in group["Instances"]]

    assert shown() == [("Pending", 1)]
    time.passes(119)
    assert shown() == [("Pending", 1)]
    time.passes(1)
    assert shown() == [("InService", 1)]
    refreshed = scaling.start_instance_refresh(**GROUP)["InstanceRefreshId"]
    time.passes(300)
    ec2.describe_vpcs()
    [refresh] = scaling.describe_instance_refreshes(**GROUP, InstanceRefreshIds=[refreshed])["InstanceRefreshes"]
    # The one that it replaces shuts down.
    assert (refresh["Status"], shown()) == ("Successful", [("Pending", 2)])
    scaling.delete_auto_scaling_group(**GROUP, ForceDelete=True)
    time.passes(119)
    assert shown() == [("Terminating", 1)]
    time.passes(1)
    assert shown() == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
