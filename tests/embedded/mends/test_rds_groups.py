"""RDS's groups: of subnets, and of parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

CLUSTER = {"DBClusterIdentifier": "c", "Engine": "aurora-mysql", "MasterUsername": "root", "MasterUserPassword": "long-enough"}
MADE = {"DBParameterGroupFamily": "aurora-mysql8.0", "Description": "d"}
GROUP, SINGLE = {"DBClusterParameterGroupName": "g"}, {"DBParameterGroupName": "g"}


@pytest.fixture
def rds(connect: Connect) -> Any:
    return connect("rds")


@pytest.fixture
def groups(rds: Any) -> None:
    rds.create_db_cluster_parameter_group(**GROUP, **MADE)
    rds.create_db_parameter_group(**SINGLE, **MADE)


@pytest.fixture
def subnets(ec2: Any, vpc: str) -> list[str]:
    zones = ((1, "a"), (2, "b"), (3, "a"))
    return [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}")["Subnet"]["SubnetId"]
        for n, zone in zones
    ]


def value(name: str, wanted: str, method: str = "immediate") -> dict[str, str]:
    return {"ParameterName": name, "ParameterValue": wanted, "ApplyMethod": method}


def was_set(rds: Any) -> dict[str, str]:
    shown = rds.describe_db_cluster_parameters(**GROUP, Source="user")["Parameters"]
    return {one["ParameterName"]: one["ParameterValue"] for one in shown}


def test_a_subnet_group_survives_its_change(rds: Any, subnets: list[str]) -> None:
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="d", SubnetIds=subnets[:2])
    rds.modify_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="e", SubnetIds=subnets[1:])
    (shown,) = rds.describe_db_subnet_groups()["DBSubnetGroups"]
    assert shown["DBSubnetGroupDescription"] == "e"
    assert [entry["SubnetIdentifier"] for entry in shown["Subnets"]] == subnets[1:]


def test_what_no_subnet_group_can_be_is_refused(rds: Any, subnets: list[str]) -> None:
    wanted = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d"}
    one_zone = [subnets[0], subnets[2]]
    assert refusal(rds.create_db_subnet_group, **wanted, SubnetIds=one_zone) == "DBSubnetGroupDoesNotCoverEnoughAZs"
    assert refusal(rds.create_db_subnet_group, **wanted, SubnetIds=[*subnets, "subnet-1"]) == "InvalidSubnet"
    rds.create_db_subnet_group(**wanted, SubnetIds=subnets)
    assert refusal(rds.create_db_subnet_group, **wanted, SubnetIds=subnets) == "DBSubnetGroupAlreadyExists"
    missing = {"DBSubnetGroupName": "none"}
    assert refusal(rds.modify_db_subnet_group, **missing, SubnetIds=subnets) == "DBSubnetGroupNotFoundFault"
    assert refusal(rds.delete_db_subnet_group, **missing) == "DBSubnetGroupNotFoundFault"


def test_a_subnet_group_is_held_until_its_cluster_is_gone(rds: Any, subnets: list[str]) -> None:
    rds.create_db_subnet_group(DBSubnetGroupName="g", DBSubnetGroupDescription="d", SubnetIds=subnets)
    rds.create_db_cluster(**CLUSTER, DBSubnetGroupName="g")
    for _ in range(3):
        rds.describe_db_clusters()
    rds.delete_db_cluster(DBClusterIdentifier="c", SkipFinalSnapshot=True)
    assert refusal(rds.delete_db_subnet_group, DBSubnetGroupName="g") == "InvalidDBSubnetGroupStateFault"
    for _ in range(3):
        rds.describe_db_clusters()
    rds.delete_db_subnet_group(DBSubnetGroupName="g")


def test_the_engines_own_parameters_are_shown_in_pages(rds: Any, groups: None) -> None:
    first = rds.describe_db_cluster_parameters(**GROUP, MaxRecords=20)
    rest = rds.describe_db_cluster_parameters(**GROUP, MaxRecords=20, Marker=first["Marker"])
    assert (len(first["Parameters"]), "Marker" in rest) == (20, False)
    shown = {one["ParameterName"]: one for one in (*first["Parameters"], *rest["Parameters"])}
    assert shown["tls_version"]["ApplyType"] == "static"
    assert (shown["require_secure_transport"]["ApplyType"], shown["require_secure_transport"]["Source"]) == (
        "dynamic",
        "engine-default",
    )
    named = [{"Name": "parameter-name", "Values": ["tls_version"]}]
    assert len(rds.describe_db_parameters(**SINGLE, Filters=named)["Parameters"]) == 1
    assert rds.describe_db_parameters(DBParameterGroupName="default.aurora-postgresql16")["Parameters"]


def test_parameters_are_set_and_reset(rds: Any, groups: None) -> None:
    wanted = [value("require_secure_transport", "ON"), value("general_log", "1"), value("unheard_of", "x")]
    rds.modify_db_cluster_parameter_group(**GROUP, Parameters=wanted)
    assert was_set(rds) == {"require_secure_transport": "ON", "general_log": "1", "unheard_of": "x"}
    reset = [{"ParameterName": "general_log", "ApplyMethod": "immediate"}]
    rds.reset_db_cluster_parameter_group(**GROUP, Parameters=reset)
    assert was_set(rds) == {"require_secure_transport": "ON", "unheard_of": "x"}
    rds.reset_db_cluster_parameter_group(**GROUP, ResetAllParameters=True)
    assert was_set(rds) == {}


def test_what_is_set_to_the_engines_own_value_is_set_by_nobody(rds: Any, groups: None) -> None:
    rds.modify_db_cluster_parameter_group(**GROUP, Parameters=[value("require_secure_transport", "OFF")])
    assert was_set(rds) == {}


def test_what_no_parameters_can_be_is_refused(rds: Any, groups: None) -> None:
    modify = rds.modify_db_parameter_group
    many = [value(f"p{number}", "1") for number in range(21)]
    assert refusal(modify, **SINGLE, Parameters=many) == "InvalidParameterValue"
    assert refusal(modify, **SINGLE, Parameters=[value("tls_version", "TLSv1.3")]) == "InvalidParameterCombination"
    default = {"DBParameterGroupName": "default.aurora-mysql8.0"}
    assert refusal(modify, **default, Parameters=many[:1]) == "InvalidDBParameterGroupState"
    assert refusal(modify, DBParameterGroupName="none", Parameters=many[:1]) == "DBParameterGroupNotFound"
    unknown = {**MADE, "DBParameterGroupFamily": "aurora-mysql9.9"}
    assert refusal(rds.create_db_parameter_group, DBParameterGroupName="h", **unknown) == "InvalidParameterValue"


def test_a_parameter_group_that_is_not_there_is_an_error(rds: Any, groups: None) -> None:
    assert refusal(rds.describe_db_parameter_groups, DBParameterGroupName="none") == "DBParameterGroupNotFound"
    assert len(rds.describe_db_parameter_groups(**SINGLE)["DBParameterGroups"]) == 1
    assert refusal(rds.delete_db_parameter_group, DBParameterGroupName="none") == "DBParameterGroupNotFound"


def test_a_parameter_group_is_held_by_who_uses_it(rds: Any, groups: None) -> None:
    rds.create_db_cluster(**CLUSTER, **GROUP)
    member = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-mysql", "DBClusterIdentifier": "c"}
    rds.create_db_instance(DBInstanceIdentifier="i", **member, **SINGLE)
    assert refusal(rds.delete_db_cluster_parameter_group, **GROUP) == "InvalidDBParameterGroupState"
    assert refusal(rds.delete_db_parameter_group, **SINGLE) == "InvalidDBParameterGroupState"
    for _ in range(3):
        rds.describe_db_instances()
    rds.modify_db_instance(DBInstanceIdentifier="i", DBParameterGroupName="default.aurora-mysql8.0", ApplyImmediately=True)
    rds.delete_db_parameter_group(**SINGLE)
