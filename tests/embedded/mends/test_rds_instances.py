"""RDS instances of clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

CLUSTER = {"DBClusterIdentifier": "c", "Engine": "aurora-mysql", "MasterUsername": "root", "MasterUserPassword": "long-enough"}
MEMBER = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-mysql", "DBClusterIdentifier": "c"}
NAMED = {"DBInstanceIdentifier": "i"}


@pytest.fixture
def rds(connect: Connect) -> Any:
    client = connect("rds")
    client.create_db_cluster(**CLUSTER)
    return client


def show(rds: Any, name: str = "i") -> dict[str, Any]:
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    return dict(shown)


def ready(rds: Any) -> dict[str, Any]:
    while (shown := show(rds))["DBInstanceStatus"] != "available":
        pass
    return shown


def cluster(rds: Any) -> dict[str, Any]:
    for _ in range(3):
        (shown,) = rds.describe_db_clusters()["DBClusters"]
    return dict(shown)


@pytest.fixture
def instance(rds: Any) -> dict[str, Any]:
    rds.create_db_instance(**NAMED, **MEMBER)
    return ready(rds)


def test_an_instance_takes_two_looks_to_be_there_to_change_and_to_go(rds: Any) -> None:
    made = rds.create_db_instance(**NAMED, **MEMBER)["DBInstance"]
    assert (made["DBInstanceStatus"], "Endpoint" in made) == ("creating", False)
    assert [show(rds)["DBInstanceStatus"] for _ in range(3)] == ["creating", "creating", "available"]
    assert show(rds)["Endpoint"]["Address"].startswith("i.")
    rds.modify_db_instance(**NAMED, DBInstanceClass="db.r6g.xlarge", ApplyImmediately=True)
    under_way = show(rds)
    assert (under_way["DBInstanceStatus"], under_way["DBInstanceClass"]) == ("modifying", "db.r6g.large")
    assert under_way["PendingModifiedValues"] == {"DBInstanceClass": "db.r6g.xlarge"}
    changed = ready(rds)
    assert (changed["DBInstanceClass"], changed.get("PendingModifiedValues", {})) == ("db.r6g.xlarge", {})
    assert rds.delete_db_instance(**NAMED)["DBInstance"]["DBInstanceStatus"] == "deleting"
    assert refusal(rds.delete_db_instance, **NAMED) == "InvalidDBInstanceState"
    assert [show(rds)["DBInstanceStatus"] for _ in range(2)] == ["deleting", "deleting"]
    assert refusal(rds.describe_db_instances, **NAMED) == "DBInstanceNotFound"


def test_insights_read_back_and_keep_their_key(rds: Any, connect: Connect) -> None:
    rds.create_db_instance(**NAMED, **MEMBER, EnablePerformanceInsights=True, PerformanceInsightsRetentionPeriod=93)
    shown = ready(rds)
    assert (shown["PerformanceInsightsEnabled"], shown["PerformanceInsightsRetentionPeriod"]) == (True, 93)
    assert shown["PerformanceInsightsKMSKeyId"].startswith("arn:aws:kms:")
    key = connect("kms").create_key()["KeyMetadata"]["Arn"]
    other = {"EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": key}
    assert refusal(rds.modify_db_instance, **NAMED, **other) == "InvalidParameterCombination"
    rds.modify_db_instance(**NAMED, EnablePerformanceInsights=False, ApplyImmediately=True)
    assert ready(rds)["PerformanceInsightsEnabled"] is False


def test_a_class_that_is_not_to_come_at_once_waits_for_the_window(rds: Any, instance: dict[str, Any]) -> None:
    rds.modify_db_instance(**NAMED, DBInstanceClass="db.r6g.xlarge")
    waiting = show(rds)
    assert (waiting["DBInstanceStatus"], waiting["DBInstanceClass"]) == ("available", "db.r6g.large")


def test_each_has_its_own_resource_id(rds: Any, instance: dict[str, Any]) -> None:
    other = rds.create_db_instance(DBInstanceIdentifier="j", **MEMBER)["DBInstance"]
    assert other["DbiResourceId"] != instance["DbiResourceId"]


def test_instances_stand_in_the_zones_of_their_subnet_group(connect: Connect, ec2: Any, vpc: str) -> None:
    rds = connect("rds")
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"]["SubnetId"]
        for n, zone in ((1, "b"), (2, "c"), (3, "a"))
    ]
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="d", SubnetIds=subnets[:2])
    rds.create_db_cluster(**CLUSTER, DBSubnetGroupName="g")
    one, two, three = (rds.create_db_instance(DBInstanceIdentifier=name, **MEMBER)["DBInstance"] for name in "xyz")
    assert [one["AvailabilityZone"], two["AvailabilityZone"], three["AvailabilityZone"]] == [
        "eu-central-1b",
        "eu-central-1c",
        "eu-central-1b",
    ]
    assert {subnet["SubnetIdentifier"] for subnet in one["DBSubnetGroup"]["Subnets"]} == set(subnets[:2])
    other = {"DBSubnetGroupName": "g", "SubnetIds": [subnets[0], subnets[2]]}
    assert refusal(rds.modify_db_subnet_group, **other) == "SubnetAlreadyInUse"
    assert refusal(ec2.delete_subnet, SubnetId=subnets[0]) == "DependencyViolation"
    ec2.delete_subnet(SubnetId=subnets[2])


def test_a_security_group_is_held_by_its_cluster(connect: Connect, ec2: Any, vpc: str) -> None:
    used, free = (ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc)["GroupId"] for name in ("used", "free"))
    connect("rds").create_db_cluster(**CLUSTER, VpcSecurityGroupIds=[used])
    assert refusal(ec2.delete_security_group, GroupId=used) == "DependencyViolation"
    ec2.delete_security_group(GroupId=free)


def test_a_cluster_is_held_by_instances_that_are_not_going(rds: Any, instance: dict[str, Any]) -> None:
    cluster(rds)
    gone = {"DBClusterIdentifier": "c", "SkipFinalSnapshot": True}
    assert refusal(rds.delete_db_cluster, **gone) == "InvalidDBClusterStateFault"
    rds.delete_db_instance(**NAMED)
    rds.delete_db_cluster(**gone)
    late = {"DBInstanceIdentifier": "j", **MEMBER}
    assert refusal(rds.create_db_instance, **late) == "InvalidDBClusterStateFault"
    for _ in range(3):
        left = rds.describe_db_clusters()["DBClusters"]
    assert (left, rds.describe_db_instances()["DBInstances"]) == ([], [])


def test_what_an_instance_can_not_be_is_refused(rds: Any, instance: dict[str, Any]) -> None:
    assert refusal(rds.create_db_instance, **NAMED, **MEMBER) == "DBInstanceAlreadyExists"
    alone = {"DBInstanceIdentifier": "j", "DBInstanceClass": "db.r6g.large", "Engine": "aurora-mysql"}
    assert refusal(rds.create_db_instance, **alone) == "InvalidParameterCombination"
    assert refusal(rds.create_db_instance, **alone, DBClusterIdentifier="none") == "DBClusterNotFoundFault"
    assert refusal(rds.modify_db_instance, **NAMED, ApplyImmediately=True) == "InvalidParameterCombination"
    assert refusal(rds.modify_db_instance, DBInstanceIdentifier="none", PromotionTier=2) == "DBInstanceNotFound"
    assert refusal(rds.delete_db_instance, **NAMED, FinalDBSnapshotIdentifier="s") == "InvalidParameterCombination"


def test_an_instance_stops_with_its_cluster(rds: Any, instance: dict[str, Any]) -> None:
    cluster(rds)
    rds.stop_db_cluster(DBClusterIdentifier="c")
    assert show(rds)["DBInstanceStatus"] == "stopping"
    cluster(rds)
    assert show(rds)["DBInstanceStatus"] == "stopped"
    assert refusal(rds.delete_db_instance, **NAMED) == "InvalidDBInstanceState"
    rds.start_db_cluster(DBClusterIdentifier="c")
    assert ready(rds)


def test_static_parameters_wait_for_a_reboot(rds: Any, instance: dict[str, Any]) -> None:
    made = {"DBParameterGroupFamily": "aurora-mysql8.0", "Description": "d"}
    rds.create_db_parameter_group(DBParameterGroupName="one", **made)
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="all", **made)
    cluster(rds)
    rds.modify_db_instance(**NAMED, DBParameterGroupName="one", ApplyImmediately=True)
    rds.modify_db_cluster(DBClusterIdentifier="c", DBClusterParameterGroupName="all", ApplyImmediately=True)

    def applied() -> tuple[str, str]:
        return (
            ready(rds)["DBParameterGroups"][0]["ParameterApplyStatus"],
            cluster(rds)["DBClusterMembers"][0]["DBClusterParameterGroupStatus"],
        )

    assert applied() == ("pending-reboot", "pending-reboot")
    rds.reboot_db_instance(**NAMED)
    assert show(rds)["DBInstanceStatus"] == "rebooting"
    assert applied() == ("in-sync", "in-sync")
    dynamic = {"ParameterName": "require_secure_transport", "ParameterValue": "ON", "ApplyMethod": "immediate"}
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="all", Parameters=[dynamic])
    assert applied() == ("in-sync", "in-sync")
    static = {"ParameterName": "tls_version", "ParameterValue": "TLSv1.3", "ApplyMethod": "pending-reboot"}
    rds.create_db_cluster_parameter_group(DBClusterParameterGroupName="unused", **made)
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="unused", Parameters=[static])
    rds.create_db_parameter_group(DBParameterGroupName="unused", **made)
    rds.modify_db_parameter_group(DBParameterGroupName="unused", Parameters=[static])
    assert applied() == ("in-sync", "in-sync")
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="all", Parameters=[static])
    rds.modify_db_parameter_group(DBParameterGroupName="one", Parameters=[static])
    assert applied() == ("pending-reboot", "pending-reboot")


def test_an_instance_without_a_cluster_is_left_as_it_is(rds: Any) -> None:
    given = {
        "DBInstanceClass": "db.t4g.micro",
        "Engine": "mysql",
        "MasterUsername": "root",
        "MasterUserPassword": "long-enough",
    }
    rds.create_db_instance(**NAMED, **given, AllocatedStorage=20)
    rds.modify_db_instance(**NAMED, AllocatedStorage=30, ApplyImmediately=True)
    assert show(rds)["AllocatedStorage"] == 30
    rds.reboot_db_instance(**NAMED)
    rds.delete_db_instance(**NAMED, SkipFinalSnapshot=True)
    assert rds.describe_db_instances()["DBInstances"] == []
