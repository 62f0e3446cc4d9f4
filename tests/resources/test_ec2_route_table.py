from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.route_table import RouteTable
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.ec2.vpc_endpoint import VpcEndpoint

from .in_aws import errors, outcome, to_do, up, writes

if TYPE_CHECKING:
    from types_boto3_ec2.type_defs import FilterTypeDef

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SUBNET = Subnet("subnet", vpc=VPC, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")
GATEWAY = InternetGateway("gateway", vpc=VPC)
ADDRESS = ElasticIp("address")
NAT = NatGateway("nat", subnet=SUBNET, allocation=ADDRESS, after=(GATEWAY,))


def routes(aws: Aws, table: str) -> dict[str, tuple[Any, ...]]:
    [found] = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return {
        route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId", ""): (
            route.get("NatGatewayId") or route.get("GatewayId"),
            route["State"],
        )
        for route in found["Routes"]
    }


def subnets(aws: Aws, table: str) -> list[str]:
    [found] = aws.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"]
    return [association["SubnetId"] for association in found["Associations"] if "SubnetId" in association]


def test_a_blackhole_is_replaced_when_its_nat_gateway_is_made_again(aws: Aws, embedded: Running) -> None:
    steps = (VPC, SUBNET, GATEWAY, ADDRESS, NAT, RouteTable("table", vpc=VPC, routes={"0.0.0.0/0": NAT}))
    first = up(aws, *steps)
    table, dead = first["table"]["RouteTableId"], first["nat"]["NatGatewayId"]
    aws.ec2.delete_nat_gateway(NatGatewayId=dead)
    assert routes(aws, table)["0.0.0.0/0"] == (dead, "blackhole")
    before = len(embedded.calls)
    again = up(aws, *steps)
    assert routes(aws, table)["0.0.0.0/0"] == (again["nat"]["NatGatewayId"], "active")
    assert again["table"]["RouteTableId"] == table
    assert writes(embedded, before) == ["CreateNatGateway", "ReplaceRoute"]


def test_a_subnet_is_taken_from_the_table_it_sits_in_without_a_gap(aws: Aws, embedded: Running) -> None:
    first = up(aws, VPC, SUBNET)
    vpc, subnet = first["vpc"]["VpcId"], first["subnet"]["SubnetId"]
    foreign = aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    aws.ec2.associate_route_table(RouteTableId=foreign, SubnetId=subnet)
    before = len(embedded.calls)
    made = up(aws, VPC, SUBNET, RouteTable("table", vpc=VPC, subnets=[SUBNET]))
    assert subnets(aws, foreign) == []
    assert subnets(aws, made["table"]["RouteTableId"]) == [subnet]
    assert writes(embedded, before) == ["CreateRouteTable", "ReplaceRouteTableAssociation"]


def test_a_subnet_moves_between_two_tables_of_the_plan(aws: Aws) -> None:
    up(aws, VPC, SUBNET, RouteTable("one", vpc=VPC, subnets=[SUBNET]), RouteTable("two", vpc=VPC))
    moved = up(aws, VPC, SUBNET, RouteTable("one", vpc=VPC), RouteTable("two", vpc=VPC, subnets=[SUBNET]))
    assert subnets(aws, moved["one"]["RouteTableId"]) == []
    assert subnets(aws, moved["two"]["RouteTableId"]) == [moved["subnet"]["SubnetId"]]


def test_the_route_of_a_gateway_endpoint_is_no_drift(aws: Aws) -> None:
    table = RouteTable("table", vpc=VPC)
    endpoint = VpcEndpoint("s3", vpc=VPC, service_name="com.amazonaws.us-east-1.s3", route_tables=[table])
    made = up(aws, VPC, table, endpoint)
    shown = routes(aws, made["table"]["RouteTableId"])
    assert (made["s3"]["VpcEndpointId"], "active") in shown.values()
    assert to_do(aws, VPC, table, endpoint) == {}


def test_a_route_that_another_hand_added_is_drift_and_goes(aws: Aws) -> None:
    steps = (VPC, GATEWAY, RouteTable("table", vpc=VPC, routes={"192.0.2.7/24": GATEWAY}))
    made = up(aws, *steps)
    table, gateway = made["table"]["RouteTableId"], made["gateway"]["InternetGatewayId"]
    aws.ec2.create_route(RouteTableId=table, DestinationCidrBlock="198.51.100.0/24", GatewayId=gateway)
    assert to_do(aws, *steps)["RouteTable/table"]["routes"][:2] == (
        {"192.0.2.0/24": gateway, "198.51.100.0/24": gateway},
        {"192.0.2.0/24": gateway},
    )
    up(aws, *steps)
    assert set(routes(aws, table)) == {"10.0.0.0/16", "192.0.2.0/24"}


def test_a_route_leads_to_a_network_interface_and_to_a_prefix_list(aws: Aws) -> None:
    made = up(aws, VPC, SUBNET, GATEWAY)
    interface = aws.ec2.create_network_interface(SubnetId=made["subnet"]["SubnetId"])["NetworkInterface"]["NetworkInterfaceId"]
    listed = aws.ec2.create_managed_prefix_list(PrefixListName="offices", MaxEntries=3, AddressFamily="IPv4")
    prefix_list = listed["PrefixList"]["PrefixListId"]
    table = RouteTable("table", vpc=VPC, routes={"192.0.2.0/24": interface, prefix_list: GATEWAY})
    shown = up(aws, VPC, SUBNET, GATEWAY, table)["table"]
    assert routes(aws, shown["RouteTableId"])[prefix_list] == (made["gateway"]["InternetGatewayId"], "active")


def test_a_route_to_what_can_not_be_a_target_is_refused(aws: Aws, embedded: Running) -> None:
    said = errors(outcome(aws, VPC, RouteTable("table", vpc=VPC, routes={"0.0.0.0/0": "subnet-1"})))
    assert said == {
        "RouteTable/table": "a route can not lead to 'subnet-1': "
        "give it a gateway, network interface, peering connection or endpoint"
    }
    assert "CreateRoute" not in writes(embedded)


def test_a_table_that_was_made_the_main_one_says_who_holds_it(aws: Aws) -> None:
    made = up(aws, VPC, RouteTable("table", vpc=VPC))
    vpc, table = made["vpc"]["VpcId"], made["table"]["RouteTableId"]
    filters: list[FilterTypeDef] = [{"Name": "association.main", "Values": ["true"]}, {"Name": "vpc-id", "Values": [vpc]}]
    [main] = aws.ec2.describe_route_tables(Filters=filters)["RouteTables"]
    association = main["Associations"][0]["RouteTableAssociationId"]
    aws.ec2.replace_route_table_association(AssociationId=association, RouteTableId=table)
    [shown] = RouteTable.living(aws)
    assert RouteTable.holders(aws, shown) == [f"{vpc}, whose main route table it is"]
