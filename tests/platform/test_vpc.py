"""Module 1: the network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from plans.financial_platform.vpc import PRIVATE_SERVICES

from .conftest import ACCOUNT, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
ZONES = ("us-east-1a", "us-east-1b", "us-east-1c")


@pytest.fixture
def vpc(prod: Shown) -> Any:
    [found] = [one for one in prod.client("ec2").describe_vpcs()["Vpcs"] if tags(one).get("Name") == prod.named("vpc")]
    return found


@pytest.fixture
def subnets(prod: Shown, vpc: Any) -> dict[str, Any]:
    """The subnets by their names' middles (`public-1`)."""
    found = prod.client("ec2").describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    return {tags(one)["Name"].removeprefix("financial-").removesuffix("-prod").replace("-subnet", ""): one for one in found}


def inside(prod: Shown, vpc: Any, operation: str, key: str) -> list[Any]:
    return prod.pages("ec2", operation, key, Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])


def tables(prod: Shown, vpc: Any) -> dict[str, Any]:
    """The route table of each subnet, by the subnet's id."""
    found = inside(prod, vpc, "describe_route_tables", "RouteTables")
    return {one["SubnetId"]: table for table in found for one in table["Associations"] if "SubnetId" in one}


def way_out(table: Any) -> Any:
    [route] = [route for route in table["Routes"] if route.get("DestinationCidrBlock") == "0.0.0.0/0"]
    return route


def test_the_vpc_has_its_range_and_both_dns_attributes(prod: Shown, vpc: Any) -> None:
    ec2 = prod.client("ec2")
    assert vpc["CidrBlock"] == "10.0.0.0/16"
    for attribute, name in (("enableDnsSupport", "EnableDnsSupport"), ("enableDnsHostnames", "EnableDnsHostnames")):
        assert ec2.describe_vpc_attribute(VpcId=vpc["VpcId"], Attribute=attribute)[name] == {"Value": True}


def test_there_is_a_public_and_a_private_subnet_in_each_of_three_zones(subnets: dict[str, Any]) -> None:
    shown = {name: (one["CidrBlock"], one["AvailabilityZone"]) for name, one in subnets.items()}
    assert shown == {
        **{f"public-{n + 1}": (f"10.0.{n}.0/24", ZONES[n]) for n in range(3)},
        **{f"private-{n + 1}": (f"10.0.{10 + n}.0/24", ZONES[n]) for n in range(3)},
    }


def test_no_subnet_hands_out_public_addresses(subnets: dict[str, Any]) -> None:
    assert {one["MapPublicIpOnLaunch"] for one in subnets.values()} == {False}


def test_public_subnets_lead_through_one_table_to_the_internet_gateway(prod: Shown, vpc: Any, subnets: dict[str, Any]) -> None:
    of = tables(prod, vpc)
    public = [of[subnets[f"public-{n}"]["SubnetId"]] for n in (1, 2, 3)]
    assert len({table["RouteTableId"] for table in public}) == 1
    [gateway] = prod.client("ec2").describe_internet_gateways(
        Filters=[{"Name": "attachment.vpc-id", "Values": [vpc["VpcId"]]}]
    )["InternetGateways"]
    assert way_out(public[0])["GatewayId"] == gateway["InternetGatewayId"]


def test_each_private_subnet_has_a_table_that_leads_to_the_nat_gateway_of_its_zone(
    prod: Shown, vpc: Any, subnets: dict[str, Any]
) -> None:
    of = tables(prod, vpc)
    gateways = {one["NatGatewayId"]: one["SubnetId"] for one in prod.client("ec2").describe_nat_gateways()["NatGateways"]}
    private = [of[subnets[f"private-{n}"]["SubnetId"]] for n in (1, 2, 3)]
    assert len({table["RouteTableId"] for table in private}) == 3
    stands_in = [gateways[way_out(table)["NatGatewayId"]] for table in private]
    assert stands_in == [subnets[f"public-{n}"]["SubnetId"] for n in (1, 2, 3)]


def test_each_nat_gateway_has_an_elastic_ip_of_the_plan(prod: Shown) -> None:
    ec2 = prod.client("ec2")
    ours = {one["AllocationId"]: tags(one)["Name"] for one in ec2.describe_addresses()["Addresses"]}
    used = [one["NatGatewayAddresses"][0]["AllocationId"] for one in ec2.describe_nat_gateways()["NatGateways"]]
    assert sorted(ours[one] for one in used) == [prod.named(f"nat-address-{n}") for n in (1, 2, 3)]


@pytest.mark.parametrize("tier", ["public", "private"])
def test_each_tier_has_a_network_acl_of_its_own(prod: Shown, vpc: Any, subnets: dict[str, Any], tier: str) -> None:
    [acl] = [
        one
        for one in inside(prod, vpc, "describe_network_acls", "NetworkAcls")
        if tags(one).get("Name") == prod.named(f"{tier}-acl")
    ]
    held = {one["SubnetId"] for one in acl["Associations"]}
    assert held == {one["SubnetId"] for name, one in subnets.items() if name.startswith(tier)}


def rules(prod: Shown, vpc: Any, name: str, *, egress: bool) -> set[tuple[str, str, str, Any]]:
    [acl] = [
        one for one in inside(prod, vpc, "describe_network_acls", "NetworkAcls") if tags(one).get("Name") == prod.named(name)
    ]
    return {
        (one["RuleAction"], one["CidrBlock"], one["Protocol"], tuple(one.get("PortRange", {}).values()))
        for one in acl["Entries"]
        if one["Egress"] is egress and one["RuleNumber"] < 32767
    }


def test_nobody_outside_reaches_the_database_port_of_the_private_tier(prod: Shown, vpc: Any) -> None:
    inbound = rules(prod, vpc, "private-acl", egress=False)
    assert ("deny", "0.0.0.0/0", "6", (3306, 3306)) in inbound
    assert ("allow", "10.0.0.0/16", "-1", ()) in inbound


def test_the_public_tier_admits_the_web_and_answers_only(prod: Shown, vpc: Any) -> None:
    inbound = rules(prod, vpc, "public-acl", egress=False)
    allowed = {ports for action, block, _, ports in inbound if action == "allow" and block == "0.0.0.0/0"}
    assert allowed == {(443, 443), (80, 80), (1024, 3388), (3390, 65535), ()}


def test_the_default_network_acl_allows_nothing(prod: Shown, vpc: Any) -> None:
    [acl] = [one for one in inside(prod, vpc, "describe_network_acls", "NetworkAcls") if one["IsDefault"]]
    assert ({entry["RuleAction"] for entry in acl["Entries"]}, acl["Associations"]) == ({"deny"}, [])


def test_the_default_security_group_has_no_rule(prod: Shown, vpc: Any) -> None:
    [group] = [one for one in inside(prod, vpc, "describe_security_groups", "SecurityGroups") if one["GroupName"] == "default"]
    assert (group["IpPermissions"], group["IpPermissionsEgress"]) == ([], [])


def endpoints(shown: Shown) -> dict[str, Any]:
    found = shown.client("ec2").describe_vpc_endpoints()["VpcEndpoints"]
    return {one["ServiceName"].rpartition(".")[2]: one for one in found}


def test_s3_is_reached_by_a_gateway_endpoint_in_every_private_table(prod: Shown, vpc: Any, subnets: dict[str, Any]) -> None:
    of = tables(prod, vpc)
    found = endpoints(prod)["s3"]
    assert found["VpcEndpointType"] == "Gateway"
    assert set(found["RouteTableIds"]) == {of[subnets[f"private-{n}"]["SubnetId"]]["RouteTableId"] for n in (1, 2, 3)}


@pytest.mark.parametrize("service", PRIVATE_SERVICES)
def test_a_service_has_a_private_endpoint_in_every_zone(prod: Shown, subnets: dict[str, Any], service: str) -> None:
    found = endpoints(prod)[service]
    assert (found["VpcEndpointType"], found["PrivateDnsEnabled"]) == ("Interface", True)
    assert set(found["SubnetIds"]) == {subnets[f"private-{n}"]["SubnetId"] for n in (1, 2, 3)}


@pytest.mark.parametrize("service", ["s3", *PRIVATE_SERVICES])
def test_an_endpoint_lets_this_account_pass(prod: Shown, service: str) -> None:
    statements = json.loads(endpoints(prod)[service]["PolicyDocument"])["Statement"]
    [ours] = [one for one in statements if one["Sid"] == "Ours"]
    assert ours["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}
    assert [one["Action"] for one in statements if "Condition" not in one] == (["s3:GetObject"] if service == "s3" else [])


def test_the_endpoints_take_https_from_the_network_alone(prod: Shown) -> None:
    [group] = {one["GroupId"] for service in PRIVATE_SERVICES for one in endpoints(prod)[service]["Groups"]}
    [shown] = prod.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"]
    [rule] = shown["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"]) == (443, 443)
    assert [one["CidrIp"] for one in rule["IpRanges"]] == ["10.0.0.0/16"]
    assert shown["IpPermissionsEgress"] == []


def test_all_traffic_is_recorded(prod: Shown, vpc: Any) -> None:
    [flow_log] = prod.client("ec2").describe_flow_logs()["FlowLogs"]
    assert (flow_log["ResourceId"], flow_log["TrafficType"]) == (vpc["VpcId"], "ALL")
    assert (flow_log["LogGroupName"], flow_log["DeliverLogsStatus"]) == (prod.named("vpc-flow-logs"), "SUCCESS")


def test_the_role_of_the_flow_log_writes_to_its_group_only_and_makes_none(prod: Shown) -> None:
    [flow_log] = prod.client("ec2").describe_flow_logs()["FlowLogs"]
    role, iam = flow_log["DeliverLogsPermissionArn"].rpartition("/")[2], prod.client("iam")
    group = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{prod.named('vpc-flow-logs')}"
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    statements = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    resources = [one["Resource"] if isinstance(one["Resource"], list) else [one["Resource"]] for one in statements]
    assert {arn for arns in resources for arn in arns} == {group, f"{group}:*"}
    assert "logs:CreateLogGroup" not in str(statements)
    [trust] = iam.get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


@pytest.mark.xdist_group("local")
def test_local_has_one_nat_gateway_for_all_zones_and_no_interface_endpoints(local: Shown) -> None:
    gateways = [one for one in local.client("ec2").describe_nat_gateways()["NatGateways"] if one["State"] == "available"]
    assert len(gateways) == 1
    assert set(endpoints(local)) == {"s3"}
