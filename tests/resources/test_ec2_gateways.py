"""Internet gateways, elastic IPs and NAT gateways."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.resource import GONE, LEAVING, PENDING, READY, broken
from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import errors, outcome, teardown, to_do, up, writes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.resource import State

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SUBNET = Subnet("subnet", vpc=VPC, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")
GATEWAY = InternetGateway("gateway", vpc=VPC)
ADDRESS = ElasticIp("address")
NAT = NatGateway("nat", subnet=SUBNET, allocation=ADDRESS, after=(GATEWAY,))
NETWORK = (VPC, SUBNET, GATEWAY, ADDRESS, NAT)


class Failing(Behaviour):
    """The first NAT gateways that are made fail, as AWS lets them: accepted, and `failed` in the next list."""

    def __init__(self, how_many: int) -> None:
        self.left, self.failed = how_many, set[str]()

    def after(self, call: Call, answer: Answer) -> Answer:
        if answer.error or not isinstance(answer.content, dict):
            return answer
        if call.operation == "CreateNatGateway" and self.left:
            self.left -= 1
            self.failed.add(answer.content["NatGateway"]["NatGatewayId"])
        if call.operation != "DescribeNatGateways":
            return answer
        return Answer.of({**answer.content, "NatGateways": [self._shown(one) for one in answer.content["NatGateways"]]})

    def _shown(self, gateway: dict[str, Any]) -> dict[str, Any]:
        if gateway["NatGatewayId"] not in self.failed or gateway["State"] != "available":
            return gateway
        why = {"FailureCode": "Gateway.NotAttached", "FailureMessage": "Network vpc-1 has no Internet gateway attached"}
        return {**gateway, "State": "failed", **why}


@pytest.fixture
def failing(embedded: Running, how_many: int) -> Iterator[Failing]:
    behaviour = Failing(how_many)
    embedded.behaviours.insert(0, behaviour)
    yield behaviour
    embedded.behaviours.remove(behaviour)


@pytest.mark.parametrize(
    ("shown", "state"),
    [
        ({"State": "pending"}, PENDING),
        ({"State": "available"}, READY),
        ({"State": "deleting"}, LEAVING),
        ({"State": "deleted"}, GONE),
        (
            {"State": "failed", "FailureCode": "InsufficientFreeAddressesInSubnet", "FailureMessage": "no room"},
            broken("InsufficientFreeAddressesInSubnet: no room"),
        ),
    ],
)
def test_the_states_of_a_nat_gateway(shown: dict[str, str], state: State) -> None:
    assert NatGateway.state(shown) == state


@pytest.mark.parametrize("how_many", [1])
def test_a_nat_gateway_that_failed_once_is_made_anew(aws: Aws, failing: Failing) -> None:
    made = up(aws, *NETWORK)
    assert len(failing.failed) == 1
    assert made["nat"]["NatGatewayId"] not in failing.failed


@pytest.mark.parametrize("how_many", [2])
def test_a_nat_gateway_that_fails_again_is_reported_with_its_reason(aws: Aws, failing: Failing) -> None:
    said = errors(outcome(aws, *NETWORK))["NatGateway/nat"]
    assert "Gateway.NotAttached: Network vpc-1 has no Internet gateway attached" in said


def test_a_private_nat_gateway_has_no_public_address(aws: Aws) -> None:
    made = up(aws, VPC, SUBNET, NatGateway("nat", subnet=SUBNET, connectivity_type="private"))
    assert made["nat"]["ConnectivityType"] == "private"
    assert "AllocationId" not in made["nat"]["NatGatewayAddresses"][0]


def test_more_addresses_come_at_birth_and_leave_without_a_replacement(aws: Aws, embedded: Running) -> None:
    more = [ElasticIp("more-1"), ElasticIp("more-2")]
    network = (*NETWORK[:-1], *more)
    first = up(aws, *network, replace(NAT, secondary_allocations=more))
    assert writes(embedded).count("AssociateNatGatewayAddress") == 0
    second = up(aws, *network, replace(NAT, secondary_allocations=more[:1]))
    assert second["nat"]["NatGatewayId"] == first["nat"]["NatGatewayId"]
    held = {address["AllocationId"] for address in second["nat"]["NatGatewayAddresses"]}
    assert held == {first["address"]["AllocationId"], first["more-1"]["AllocationId"]}


def test_an_internet_gateway_that_was_detached_is_attached_again_not_replaced(aws: Aws, embedded: Running) -> None:
    first = up(aws, VPC, GATEWAY)
    gateway, vpc = first["gateway"]["InternetGatewayId"], first["vpc"]["VpcId"]
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    before = len(embedded.calls)
    again = up(aws, VPC, GATEWAY)
    assert again["gateway"]["InternetGatewayId"] == gateway
    assert again["gateway"]["Attachments"][0]["VpcId"] == vpc
    assert writes(embedded, before) == ["AttachInternetGateway"]


def test_an_internet_gateway_of_another_vpc_is_replaced(aws: Aws) -> None:
    first = up(aws, VPC, GATEWAY)
    gateway, other = first["gateway"]["InternetGatewayId"], aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=first["vpc"]["VpcId"])
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=other)
    change = to_do(aws, VPC, GATEWAY)["InternetGateway/gateway"]["vpc"]
    assert change == (other, first["vpc"]["VpcId"], True)


def test_the_network_is_torn_down_to_the_last_address(aws: Aws) -> None:
    up(aws, *NETWORK)
    teardown(aws)
    assert aws.ec2.describe_addresses()["Addresses"] == []


def test_what_has_an_address_is_named_as_its_holder(aws: Aws) -> None:
    made = up(aws, *NETWORK)
    [address] = ElasticIp.living(aws)
    [interface] = [one["NetworkInterfaceId"] for one in made["nat"]["NatGatewayAddresses"]]
    words = f"{interface} (Interface for NAT Gateway {made['nat']['NatGatewayId']}, of "
    for holders in (ElasticIp.holders(aws, address), InternetGateway.holders(aws, made["gateway"])):
        assert [holder[: len(words)] for holder in holders] == [words]


def test_an_address_that_nobody_has_has_no_holder(aws: Aws) -> None:
    made = up(aws, ADDRESS)
    assert list(ElasticIp.holders(aws, made["address"])) == []
