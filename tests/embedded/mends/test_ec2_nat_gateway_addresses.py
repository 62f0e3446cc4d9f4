"""Secondary addresses of NAT gateways."""

from __future__ import annotations

from typing import Any

import pytest

from ..conftest import refusal


@pytest.fixture
def addresses(ec2: Any) -> list[str]:
    return [str(ec2.allocate_address(Domain="vpc")["AllocationId"]) for _ in range(3)]


@pytest.fixture
def gateway(ec2: Any, subnet: str, addresses: list[str]) -> str:
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=addresses[0], SecondaryAllocationIds=addresses[1:2])
    return str(made["NatGateway"]["NatGatewayId"])


def shown(ec2: Any, gateway: str) -> dict[str, dict[str, Any]]:
    (found,) = ec2.describe_nat_gateways(NatGatewayIds=[gateway])["NatGateways"]
    return {address["AllocationId"]: address for address in found["NatGatewayAddresses"]}


def test_addresses_are_taken_at_birth_and_later(ec2: Any, gateway: str, addresses: list[str]) -> None:
    ec2.associate_nat_gateway_address(NatGatewayId=gateway, AllocationIds=addresses[2:])
    primary = {allocation: about["IsPrimary"] for allocation, about in shown(ec2, gateway).items()}
    assert primary == {addresses[0]: True, addresses[1]: False, addresses[2]: False}


def test_an_address_has_one_gateway_and_is_held_by_it(ec2: Any, gateway: str, addresses: list[str]) -> None:
    again = refusal(ec2.associate_nat_gateway_address, NatGatewayId=gateway, AllocationIds=addresses[1:2])
    assert again == "Resource.AlreadyAssociated"
    assert refusal(ec2.release_address, AllocationId=addresses[1]) == "InvalidIPAddress.InUse"


def test_an_address_that_is_let_go_is_free(ec2: Any, gateway: str, addresses: list[str]) -> None:
    association = shown(ec2, gateway)[addresses[1]]["AssociationId"]
    ec2.disassociate_nat_gateway_address(NatGatewayId=gateway, AssociationIds=[association])
    assert list(shown(ec2, gateway)) == addresses[:1]
    ec2.release_address(AllocationId=addresses[1])
    gone = refusal(ec2.disassociate_nat_gateway_address, NatGatewayId=gateway, AssociationIds=[association])
    assert gone == "InvalidAssociationID.NotFound"


def test_the_primary_address_stays(ec2: Any, gateway: str, addresses: list[str]) -> None:
    association = shown(ec2, gateway)[addresses[0]]["AssociationId"]
    refused = refusal(ec2.disassociate_nat_gateway_address, NatGatewayId=gateway, AssociationIds=[association])
    assert refused == "InvalidParameter"


def test_a_deleted_gateway_frees_all_its_addresses(ec2: Any, gateway: str, addresses: list[str]) -> None:
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    for address in addresses:
        ec2.release_address(AllocationId=address)
