"""Subnet groups and parameter groups."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.options import Options
from provisioner.resource import PENDING, READY
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.rds.db_cluster import DbCluster
from provisioner.resources.rds.db_cluster_parameter_group import DbClusterParameterGroup
from provisioner.resources.rds.db_parameter_group import DbParameterGroup
from provisioner.resources.rds.db_subnet_group import DbSubnetGroup
from provisioner.resources.rds.parameters import Shown, plain, same
from provisioner.secret import Secret

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("net", cidr_block="10.0.0.0/16")
SUBNETS = tuple(
    Subnet(f"net-{zone}", vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("ab")
)
MANY = {f"made_up_{number:02}": str(number) for number in range(45)}


def group(**more: Any) -> DbClusterParameterGroup:
    return DbClusterParameterGroup("data", **{"db_parameter_group_family": "aurora-mysql8.0", **more})


def single(**more: Any) -> DbParameterGroup:
    return DbParameterGroup("data", db_parameter_group_family="aurora-mysql8.0", **more)


def cluster(parameters: DbClusterParameterGroup) -> DbCluster:
    return DbCluster(
        "data",
        engine="aurora-mysql",
        master_username="example",
        master_user_password=Secret("a-password-for-these-tests"),
        db_cluster_parameter_group=parameters,
        deletion_protection=False,
    )


def told(server: Running, operation: str) -> list[list[tuple[str, str]]]:
    """The parameters of each call, with how they are to be applied."""
    calls = [call.parameters["Parameters"] for call in server.calls if call.operation == operation]
    return [[(one["ParameterName"], one["ApplyMethod"]) for one in parameters] for parameters in calls]


def test_a_subnet_group_is_known_by_its_tags(aws: Aws, embedded: Running) -> None:
    wanted = DbSubnetGroup("data", db_subnet_group_description="Data", subnets=SUBNETS)
    up(aws, VPC, *SUBNETS, wanted)
    before = len(embedded.calls)
    up(aws, VPC, *SUBNETS, dataclasses.replace(wanted, tags={"more": "yes"}))
    assert writes(embedded, before) == ["AddTagsToResource"]


def test_a_subnet_that_is_not_known_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    wanted = DbSubnetGroup("data", db_subnet_group_description="Data", subnets=SUBNETS)
    with refusing(embedded, "CreateDBSubnetGroup", "InvalidSubnet", times=2):
        up(aws, VPC, *SUBNETS, wanted)


def test_a_foreign_group_of_the_same_name_is_not_taken(aws: Aws) -> None:
    live = up(aws, VPC, *SUBNETS)
    ids = [live[subnet.name]["SubnetId"] for subnet in SUBNETS]
    aws.rds.create_db_subnet_group(DBSubnetGroupName="shop-data-test", DBSubnetGroupDescription="Theirs", SubnetIds=ids)
    wanted = DbSubnetGroup("data", db_subnet_group_description="Data", subnets=SUBNETS)
    assert "not this plan's" in errors(outcome(aws, VPC, *SUBNETS, wanted))["DbSubnetGroup/data"]


@pytest.mark.parametrize(("status", "stands"), [("Complete", READY), ("Creating", PENDING)])
def test_where_a_subnet_group_stands_in_its_life(status: str, stands: Any) -> None:
    assert DbSubnetGroup.state({"SubnetGroupStatus": status}) == stands


def test_parameters_go_by_twenties(aws: Aws, embedded: Running) -> None:
    up(aws, group(parameters=MANY))
    up(aws, group())
    assert [len(call) for call in told(embedded, "ModifyDBClusterParameterGroup")] == [20, 20, 5]
    assert [len(call) for call in told(embedded, "ResetDBClusterParameterGroup")] == [20, 20, 5]


def test_static_parameters_wait_for_a_reboot_and_the_others_do_not(aws: Aws, embedded: Running) -> None:
    up(aws, group(parameters={"require_secure_transport": "ON", "tls_version": "TLSv1.3"}))
    up(aws, group())
    both = [("require_secure_transport", "immediate"), ("tls_version", "pending-reboot")]
    assert told(embedded, "ModifyDBClusterParameterGroup") == [both]
    assert told(embedded, "ResetDBClusterParameterGroup") == [both]


def test_only_what_differs_is_sent(aws: Aws, embedded: Running) -> None:
    up(aws, single(parameters={"slow_query_log": 1, "long_query_time": 2}))
    up(aws, single(parameters={"slow_query_log": 1, "long_query_time": 3}))
    up(aws, single(parameters={"long_query_time": 3}))
    assert told(embedded, "ModifyDBParameterGroup")[1:] == [[("long_query_time", "immediate")]]
    assert told(embedded, "ResetDBParameterGroup") == [[("slow_query_log", "immediate")]]


def test_a_parameter_of_another_hand_is_reset(aws: Aws, embedded: Running) -> None:
    name = up(aws, single())["data"]["DBParameterGroupName"]
    theirs: Any = {"ParameterName": "general_log", "ParameterValue": "1", "ApplyMethod": "immediate"}
    aws.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[theirs])
    change = to_do(aws, single())["DbParameterGroup/data"]["parameters"]
    assert (change.before, change.after) == ({"general_log": "1"}, {})
    up(aws, single())


def test_a_parameter_with_awss_own_value_is_as_wanted(aws: Aws, embedded: Running) -> None:
    wanted = group(parameters={"require_secure_transport": "OFF"})
    assert up(aws, wanted)["data"]["Parameters"] == {}
    before = len(embedded.calls)
    up(aws, wanted)
    assert writes(embedded, before) == []


def test_parameters_are_text(aws: Aws) -> None:
    assert plain({"a": True, "b": 0.5, "c": "x", "d": 3}) == {"a": "1", "b": "0.5", "c": "x", "d": "3"}


def test_what_nobody_has_set_is_not_what_is_wanted() -> None:
    have = Shown([{"ParameterName": "a", "Source": "system"}, {"ParameterName": "b", "ParameterValue": "1", "Source": "user"}])
    assert (dict(have), have.others) == ({"b": "1"}, {"a": None})
    assert not same({"a": "1", "b": "1"}, have)
    assert same({"b": "1"}, have)


def test_a_group_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, group())
    with refusing(embedded, "DescribeDBClusterParameters", "DBParameterGroupNotFound", status=404):
        assert list(DbClusterParameterGroup.living(aws)) == []
    with refusing(embedded, "ListTagsForResource", "DBParameterGroupNotFound", status=404):
        assert list(DbClusterParameterGroup.living(aws)) == []


def test_tags_are_read_only_of_groups_that_may_be_ours(aws: Aws, embedded: Running) -> None:
    for number in range(5):
        aws.rds.create_db_parameter_group(
            DBParameterGroupName=f"theirs-{number}", DBParameterGroupFamily="aurora-mysql8.0", Description="Theirs"
        )
    up(aws, single())
    before = len(embedded.calls)
    run(aws, single()).preview()
    asked = [
        call.parameters["ResourceName"] for call in list(embedded.calls)[before:] if call.operation == "ListTagsForResource"
    ]
    assert [arn.rpartition(":")[2][:15] for arn in asked] == ["shop-data-test-"]


@pytest.mark.parametrize("change", [{"description": "Other"}, {"db_parameter_group_family": "aurora-mysql8.4"}])
def test_another_group_stands_beside_the_old_one_until_its_cluster_lets_go(aws: Aws, change: Any) -> None:
    old = group(parameters={"require_secure_transport": "ON"})
    before = up(aws, old, cluster(old))["data"]["DBClusterParameterGroup"]
    new = dataclasses.replace(old, **change)
    live = up(aws, new, cluster(new))
    [left] = DbClusterParameterGroup.living(aws)
    assert left["DBClusterParameterGroupName"] != before
    assert live["data"]["DBClusterParameterGroup"] == left["DBClusterParameterGroupName"]


def test_a_group_can_be_replaced_by_one_that_is_alike(aws: Aws) -> None:
    wanted = group()
    up(aws, wanted, cluster(wanted))
    [before] = DbClusterParameterGroup.living(aws)
    again = run(aws, wanted, cluster(wanted))
    again.options = Options(replace=("DbClusterParameterGroup/data",))
    result = again.up(again.preview())
    assert errors(result) == {}
    [after] = DbClusterParameterGroup.living(aws)
    assert after["DBClusterParameterGroupName"] != before["DBClusterParameterGroupName"]


def test_parameters_are_set_before_a_cluster_is_born_with_them(aws: Aws, embedded: Running) -> None:
    wanted = group(parameters={"tls_version": "TLSv1.3"})
    up(aws, wanted, cluster(wanted))
    assert writes(embedded) == ["CreateDBClusterParameterGroup", "ModifyDBClusterParameterGroup", "CreateDBCluster"]
