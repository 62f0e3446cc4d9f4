"""Internet gateways, Elastic IPs, NAT gateways, and the routes to them."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.embedded.mends.ec2 import nat_gateways

from ..conftest import REGION, refusal


@pytest.fixture
def table(ec2: Any, vpc: str) -> str:
    return str(ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"])


def _nat(ec2: Any, subnet: str, address: str, **more: Any) -> str:
    return str(ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, **more)["NatGateway"]["NatGatewayId"])


def _routes(ec2: Any, table: str) -> dict[str, dict[str, Any]]:
    (shown,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return {route.get("DestinationCidrBlock") or route["DestinationPrefixListId"]: route for route in shown["Routes"]}


def test_a_vpc_has_one_internet_gateway(ec2: Any, vpc: str) -> None:
    first, second = (ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"] for _ in range(2))
    ec2.attach_internet_gateway(InternetGatewayId=first, VpcId=vpc)
    assert refusal(ec2.attach_internet_gateway, InternetGatewayId=second, VpcId=vpc) == "Resource.AlreadyAssociated"
    assert refusal(ec2.attach_internet_gateway, InternetGatewayId=first, VpcId=vpc) == "Resource.AlreadyAssociated"


def test_a_route_needs_the_gateway_attached_and_is_a_blackhole_after(ec2: Any, vpc: str, table: str) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway}
    assert refusal(ec2.create_route, **route) == "InvalidParameterValue"
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.create_route(**route)
    assert _routes(ec2, table)["0.0.0.0/0"]["State"] == "active"
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert _routes(ec2, table)["0.0.0.0/0"]["State"] == "blackhole"


def test_an_address_shows_its_group_and_pool(ec2: Any, address: str) -> None:
    (shown,) = ec2.describe_addresses(AllocationIds=[address])["Addresses"]
    assert (shown["NetworkBorderGroup"], shown["PublicIpv4Pool"]) == (REGION, "amazon")
    assert {"InstanceId", "NetworkInterfaceId", "AssociationId"}.isdisjoint(shown)


def test_a_client_token_gives_the_same_nat_gateway(ec2: Any, subnet: str, address: str) -> None:
    first = _nat(ec2, subnet, address, ClientToken="t")
    assert _nat(ec2, subnet, address, ClientToken="t") == first
    assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1
    wrong = {"SubnetId": subnet, "ConnectivityType": "private", "ClientToken": "t"}
    assert refusal(ec2.create_nat_gateway, **wrong) == "IdempotentParameterMismatch"


def test_a_failed_create_does_not_use_up_its_token(ec2: Any, subnet: str, address: str) -> None:
    missing = {"SubnetId": subnet, "AllocationId": "eipalloc-0123456789abcdef0", "ClientToken": "t"}
    assert refusal(ec2.create_nat_gateway, **missing) == "InvalidAllocationID.NotFound"
    assert _nat(ec2, subnet, address, ClientToken="t")


def test_a_refused_nat_gateway_leaves_no_interface(ec2: Any, subnet: str, address: str) -> None:
    _nat(ec2, subnet, address)
    assert refusal(ec2.create_nat_gateway, SubnetId=subnet, AllocationId=address) == "Resource.AlreadyAssociated"
    assert refusal(ec2.create_nat_gateway, SubnetId=subnet) == "MissingParameter"
    (interface,) = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert interface["InterfaceType"] == "nat_gateway"


def test_a_nat_gateway_has_no_security_group(ec2: Any, subnet: str, address: str) -> None:
    _nat(ec2, subnet, address)
    [interface] = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["NetworkInterfaces"]
    assert (interface["InterfaceType"], interface["Groups"]) == ("nat_gateway", [])


def test_deleting_a_nat_gateway_frees_what_it_held(ec2: Any, subnet: str, address: str) -> None:
    nat = _nat(ec2, subnet, address)
    assert refusal(ec2.release_address, AllocationId=address) == "InvalidIPAddress.InUse"
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    second = _nat(ec2, subnet, address)
    ec2.delete_nat_gateway(NatGatewayId=second)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    ec2.release_address(AllocationId=address)
    assert ec2.describe_addresses()["Addresses"] == []


def test_a_deleted_nat_gateway_is_shown_for_a_while_only(ec2: Any, subnet: str, address: str) -> None:
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "a", "Value": "b"}]}]
    nat = _nat(ec2, subnet, address, TagSpecifications=tags)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    (shown,) = ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"]
    assert (shown["State"], "DeleteTime" in shown, shown["Tags"]) == ("deleted", True, [{"Key": "a", "Value": "b"}])
    for _ in range(1, nat_gateways.SHOWN_LOOKS):
        assert len(ec2.describe_nat_gateways()["NatGateways"]) == 1
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    assert refusal(ec2.describe_nat_gateways, NatGatewayIds=[nat]) == "NatGatewayNotFound"
    assert refusal(ec2.delete_nat_gateway, NatGatewayId=nat) == "NatGatewayNotFound"
    assert ec2.describe_tags()["Tags"] == []


def test_a_route_to_a_deleted_nat_gateway_is_a_blackhole_until_replaced(
    ec2: Any, vpc: str, subnet: str, address: str, table: str
) -> None:
    nat = _nat(ec2, subnet, address)
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0"}
    ec2.create_route(**route, NatGatewayId=nat)
    ec2.delete_nat_gateway(NatGatewayId=nat)
    assert _routes(ec2, table)["0.0.0.0/0"] == {
        "DestinationCidrBlock": "0.0.0.0/0",
        "NatGatewayId": nat,
        "Origin": "CreateRoute",
        "State": "blackhole",
    }
    assert refusal(ec2.replace_route, **route, NatGatewayId=nat) == "InvalidNatGatewayID.NotFound"
    second = _nat(ec2, subnet, address)
    assert refusal(ec2.create_route, **route, NatGatewayId=second) == "RouteAlreadyExists"
    ec2.replace_route(**route, NatGatewayId=second)
    assert _routes(ec2, table)["0.0.0.0/0"]["State"] == "active"


def test_a_route_to_no_nat_gateway_is_refused(ec2: Any, table: str) -> None:
    route = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0123456789abcdef0"}
    assert refusal(ec2.create_route, **route) == "InvalidNatGatewayID.NotFound"
    assert list(_routes(ec2, table)) == ["10.0.0.0/16"]


def test_the_local_route_stays(ec2: Any, table: str) -> None:
    local = {"RouteTableId": table, "DestinationCidrBlock": "10.0.0.0/16"}
    assert refusal(ec2.delete_route, **local) == "InvalidParameterValue"
    assert list(_routes(ec2, table)) == ["10.0.0.0/16"]


def test_nat_gateways_are_found_by_tag(ec2: Any, subnet: str) -> None:
    made = {}
    for value in ("one", "two"):
        tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "plan", "Value": value}]}]
        wanted = {"SubnetId": subnet, "ConnectivityType": "private", "TagSpecifications": tags}
        made[value] = ec2.create_nat_gateway(**wanted)["NatGateway"]["NatGatewayId"]

    def found(name: str, *values: str) -> list[str]:
        shown = ec2.describe_nat_gateways(Filters=[{"Name": name, "Values": list(values)}])["NatGateways"]
        return [gateway["NatGatewayId"] for gateway in shown]

    assert found("tag:plan", "one") == [made["one"]]
    assert found("tag:plan", "t*") == [made["two"]]
    assert found("tag-key", "plan") == list(made.values())
    assert found("tag-key", "other") == []
    unknown = [{"Name": "no-such-filter", "Values": ["x"]}]
    assert refusal(ec2.describe_nat_gateways, Filters=unknown) == "InvalidParameterValue"
