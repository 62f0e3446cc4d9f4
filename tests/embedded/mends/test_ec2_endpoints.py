"""VPC endpoints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from provisioner.embedded.mends.ec2 import endpoints

from ..conftest import REGION, refusal

S3 = f"com.amazonaws.{REGION}.s3"
KMS = f"com.amazonaws.{REGION}.kms"


@pytest.fixture
def tables(ec2: Any, vpc: str) -> list[str]:
    return [ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2)]


@pytest.fixture
def named(ec2: Any, vpc: str) -> str:
    """A VPC whose endpoints can have private DNS names."""
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return vpc


def _targets(ec2: Any, table: str) -> list[str]:
    (shown,) = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return [route["GatewayId"] for route in shown["Routes"] if "DestinationPrefixListId" in route]


def _shown(ec2: Any, endpoint: str) -> dict[str, Any]:
    (shown,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    return dict(shown)


def _interfaces(ec2: Any) -> dict[str, str]:
    return {shown["SubnetId"]: shown["NetworkInterfaceId"] for shown in ec2.describe_network_interfaces()["NetworkInterfaces"]}


def test_a_gateway_endpoints_routes_follow_its_tables(ec2: Any, vpc: str, tables: list[str]) -> None:
    first, second = tables
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[first])["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]
    assert (made["VpcEndpointType"], made["PrivateDnsEnabled"]) == ("Gateway", False)
    assert (_targets(ec2, first), _targets(ec2, second)) == ([endpoint], [])
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[second], RemoveRouteTableIds=[first])
    assert (_targets(ec2, first), _targets(ec2, second)) == ([], [endpoint])
    assert _shown(ec2, endpoint)["RouteTableIds"] == [second]
    assert ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"] == []
    assert (_targets(ec2, first), _targets(ec2, second)) == ([], [])


def test_one_gateway_endpoint_of_a_service_in_a_table(ec2: Any, vpc: str, tables: list[str]) -> None:
    wanted = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": tables[:1], "ClientToken": "t"}
    made = {ec2.create_vpc_endpoint(**wanted)["VpcEndpoint"]["VpcEndpointId"] for _ in range(2)}
    assert len(made) == 1
    again = {"VpcId": vpc, "ServiceName": S3, "RouteTableIds": tables[:1]}
    assert refusal(ec2.create_vpc_endpoint, **again) == "RouteAlreadyExists"


def test_a_policy_can_be_set_and_reset(ec2: Any, vpc: str) -> None:
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, VpcEndpointType="Gateway")["VpcEndpoint"]
    own = json.dumps({"Version": "2012-10-17", "Statement": []})
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], PolicyDocument=own)
    assert _shown(ec2, endpoint["VpcEndpointId"])["PolicyDocument"] == own
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], ResetPolicy=True)
    assert _shown(ec2, endpoint["VpcEndpointId"])["PolicyDocument"] == endpoint["PolicyDocument"]


def test_an_interface_endpoints_interfaces_follow_its_subnets(ec2: Any, named: str, subnet: str) -> None:
    other = ec2.create_subnet(VpcId=named, CidrBlock="10.0.2.0/24")["Subnet"]["SubnetId"]
    wanted = {"VpcId": named, "ServiceName": KMS, "VpcEndpointType": "Interface", "SubnetIds": [subnet]}
    made = ec2.create_vpc_endpoint(**wanted)["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]
    assert list(_interfaces(ec2)) == [subnet]
    assert [group["GroupName"] for group in made["Groups"]] == ["default"]
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddSubnetIds=[other], RemoveSubnetIds=[subnet])
    assert list(_interfaces(ec2)) == [other]
    assert _shown(ec2, endpoint)["NetworkInterfaceIds"] == list(_interfaces(ec2).values())
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert _interfaces(ec2) == {}


def test_an_interface_endpoint_reads_back_what_is_set(ec2: Any, named: str, subnet: str) -> None:
    made = ec2.create_vpc_endpoint(
        VpcId=named,
        ServiceName=KMS,
        VpcEndpointType="Interface",
        SubnetIds=[subnet],
        IpAddressType="ipv4",
        DnsOptions={"DnsRecordIpType": "ipv4"},
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]
    endpoint = made["VpcEndpointId"]
    assert (made["IpAddressType"], made["DnsOptions"], made["PrivateDnsEnabled"]) == ("ipv4", {"DnsRecordIpType": "ipv4"}, True)
    change = {"IpAddressType": "dualstack", "DnsOptions": {"DnsRecordIpType": "dualstack"}, "PrivateDnsEnabled": False}
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, **change)
    shown = _shown(ec2, endpoint)
    assert {name: shown[name] for name in change} == change


def test_private_dns_needs_the_vpcs_attributes_and_is_one_endpoints(ec2: Any, vpc: str, subnet: str) -> None:
    wanted = {"VpcId": vpc, "ServiceName": KMS, "VpcEndpointType": "Interface", "SubnetIds": [subnet]}
    assert refusal(ec2.create_vpc_endpoint, **wanted) == "InvalidParameter"
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    ec2.create_vpc_endpoint(**wanted)
    assert refusal(ec2.create_vpc_endpoint, **wanted) == "InvalidParameter"
    assert ec2.create_vpc_endpoint(**wanted, PrivateDnsEnabled=False)["VpcEndpoint"]["PrivateDnsEnabled"] is False


@pytest.mark.parametrize("kind", ["Gateway", "Interface"])
def test_an_unknown_service_is_refused(ec2: Any, vpc: str, kind: str) -> None:
    wanted = {"VpcId": vpc, "ServiceName": f"com.amazonaws.{REGION}.nothing", "VpcEndpointType": kind}
    assert refusal(ec2.create_vpc_endpoint, **wanted) == "InvalidServiceName"


def test_a_deleted_endpoint_is_shown_for_a_while_only(ec2: Any, vpc: str) -> None:
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3)["VpcEndpoint"]["VpcEndpointId"]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert _shown(ec2, endpoint)["State"] == "deleted"
    for _ in range(1, endpoints.SHOWN_LOOKS):
        assert len(ec2.describe_vpc_endpoints()["VpcEndpoints"]) == 1
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert refusal(ec2.modify_vpc_endpoint, VpcEndpointId=endpoint, ResetPolicy=True) == "InvalidVpcEndpointId.NotFound"
    (error,) = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])["Unsuccessful"]
    assert (error["ResourceId"], error["Error"]["Code"]) == (endpoint, "InvalidVpcEndpoint.NotFound")


def test_endpoint_services_are_listed(ec2: Any) -> None:
    details = ec2.describe_vpc_endpoint_services(ServiceNames=[KMS, S3])["ServiceDetails"]
    kinds = sorted((shown["ServiceName"], shown["ServiceType"][0]["ServiceType"]) for shown in details)
    assert kinds == [(KMS, "Interface"), (S3, "Gateway"), (S3, "Interface")]
