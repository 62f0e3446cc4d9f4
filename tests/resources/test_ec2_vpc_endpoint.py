from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.resource import GONE, LEAVING, PENDING, READY, State, broken, needs
from provisioner.resources.ec2.route_table import RouteTable
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.ec2.vpc_endpoint import VpcEndpoint

from .in_aws import errors, outcome, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
SUBNET = Subnet("subnet", vpc=VPC, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")
TABLES = [RouteTable(name, vpc=VPC) for name in ("one", "two")]
POLICY = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}


def gateway(**more: Any) -> VpcEndpoint:
    return VpcEndpoint("s3", vpc=VPC, service_name="com.amazonaws.us-east-1.s3", **more)


def interface(name: str = "kms", **more: Any) -> VpcEndpoint:
    return VpcEndpoint(
        name, vpc=VPC, service_name="com.amazonaws.us-east-1.kms", vpc_endpoint_type="Interface", subnets=[SUBNET], **more
    )


def endpoint_routes(aws: Aws, endpoint: str) -> set[str]:
    tables = aws.ec2.describe_route_tables()["RouteTables"]
    return {table["RouteTableId"] for table in tables if any(route.get("GatewayId") == endpoint for route in table["Routes"])}


def test_a_gateway_endpoint_moves_between_route_tables_in_one_call(aws: Aws, embedded: Running) -> None:
    first = up(aws, VPC, *TABLES, gateway(route_tables=TABLES[:1]))
    endpoint = first["s3"]["VpcEndpointId"]
    assert endpoint_routes(aws, endpoint) == {first["one"]["RouteTableId"]}
    before = len(embedded.calls)
    up(aws, VPC, *TABLES, gateway(route_tables=TABLES[1:], policy_document=POLICY))
    assert endpoint_routes(aws, endpoint) == {first["two"]["RouteTableId"]}
    assert writes(embedded, before) == ["ModifyVpcEndpoint"]


def test_an_empty_policy_asks_for_the_services_own_and_none_for_nothing(aws: Aws) -> None:
    up(aws, VPC, gateway(policy_document=POLICY))
    assert to_do(aws, VPC, gateway()) == {}
    assert list(to_do(aws, VPC, gateway(policy_document={}))["VpcEndpoint/s3"]) == ["policy_document"]
    shown = up(aws, VPC, gateway(policy_document={}))["s3"]
    [statement] = json.loads(shown["PolicyDocument"])["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"], statement["Resource"]) == ("Allow", "*", "*", "*")


@pytest.mark.parametrize("version", [{}, {"Version": "2008-10-17"}])
def test_the_default_policy_is_known_in_every_spelling(version: dict[str, str]) -> None:
    norm = VpcEndpoint.attributes["policy_document"].norm
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    assert norm(json.dumps({**version, "Statement": [full]})) == norm({})


def test_the_same_policy_in_another_spelling_is_no_drift(aws: Aws) -> None:
    up(aws, VPC, gateway(policy_document=POLICY))
    other = {"Statement": {"Resource": ["*"], "Action": ["s3:GetObject"], "Principal": {"AWS": "*"}, "Effect": "Allow"}}
    assert to_do(aws, VPC, gateway(policy_document=json.dumps(other))) == {}


def test_an_interface_endpoint_waits_for_the_names_of_its_vpc() -> None:
    assert (VPC, None) in list(needs(interface()))


def test_a_group_that_another_hand_added_is_drift_and_goes(aws: Aws) -> None:
    group = SecurityGroup("group", vpc=VPC, description="An example")
    steps = (VPC, SUBNET, group, interface(security_groups=[group]))
    made = up(aws, *steps)
    foreign = aws.ec2.create_security_group(GroupName="foreign", Description="x", VpcId=made["vpc"]["VpcId"])["GroupId"]
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=made["kms"]["VpcEndpointId"], AddSecurityGroupIds=[foreign])
    assert list(to_do(aws, *steps)["VpcEndpoint/kms"]) == ["security_groups"]
    assert [one["GroupId"] for one in up(aws, *steps)["kms"]["Groups"]] == [made["group"]["GroupId"]]


def test_a_private_name_that_is_taken_is_waited_for_and_then_reported(aws: Aws) -> None:
    said = errors(outcome(aws, VPC, SUBNET, interface(private_dns_enabled=True), interface("again", private_dns_enabled=True)))
    assert len(said) == 1
    assert "conflicting DNS domain" in next(iter(said.values()))


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ({"State": "pending"}, PENDING),
        ({"State": "Available"}, READY),
        ({"State": "pendingAcceptance"}, State("pending", "the service's owner has to accept it")),
        ({"State": "deleting"}, LEAVING),
        ({"State": "deleted"}, GONE),
        ({"State": "rejected"}, broken("rejected")),
        ({"State": "failed", "LastError": {"Code": "x", "Message": "no addresses"}}, broken("no addresses")),
    ],
)
def test_the_states_of_an_endpoint(shown: dict[str, Any], state: State) -> None:
    assert VpcEndpoint.state(shown) == state
