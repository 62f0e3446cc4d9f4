"""Routes and associations: targets that must exist, and what AWS does not let be there twice."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused
from ..mending import Mends

mends = Mends("ec2")


@mends.first("CreateRoute", "ReplaceRoute")
def target_exists(call: Call, backend: Any) -> None:
    """Moto drops a target that it does not know, and the route would go nowhere."""
    table = backend.get_route_table(call.parameters["RouteTableId"])
    nat_gateway_id = call.parameters.get("NatGatewayId")
    if nat_gateway_id:
        nat_gateway = backend.nat_gateways.get(nat_gateway_id)
        if nat_gateway is None or nat_gateway.state == "deleted":
            raise Refused("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat_gateway_id}' does not exist")
    transit = call.parameters.get("TransitGatewayId")
    if transit and transit not in backend.transit_gateways:
        raise Refused("InvalidTransitGatewayID.NotFound", f"The transitGateway ID '{transit}' does not exist")
    gateway_id = call.parameters.get("GatewayId") or ""
    if gateway_id.startswith("igw-"):
        gateway = backend.get_internet_gateway(gateway_id)
        if gateway.vpc is None or gateway.vpc.id != table.vpc_id:
            raise Refused(
                "InvalidParameterValue", f"route table {table.id} and network gateway {gateway_id} belong to different networks"
            )


@mends.first("CreateRoute")
def not_twice(call: Call, backend: Any) -> None:
    """Moto looks for an equal route among IPv4 ranges only."""
    table = backend.get_route_table(call.parameters["RouteTableId"])
    wanted = _destination(call)
    if wanted in {_shown_destination(route) for route in table.routes if not route.local}:
        raise Refused("RouteAlreadyExists", f"The route identified by {wanted} already exists.")
    if wanted in {_shown_destination(route) for route in table.routes if route.local}:
        raise Refused("InvalidParameterValue", f"The destination {wanted} is the table's local route")


@mends.first("DeleteRoute")
def not_the_local_route(call: Call, backend: Any) -> None:
    table = backend.get_route_table(call.parameters["RouteTableId"])
    wanted = _destination(call)
    if any(route.local and _shown_destination(route) == wanted for route in table.routes):
        raise Refused("InvalidParameterValue", f"cannot remove local route {wanted} in route table {table.id}")


@mends.first("AssociateRouteTable")
def one_table_a_subnet(call: Call, backend: Any) -> None:
    """Moto answers with the association that is there, though it is another table's."""
    table = backend.get_route_table(call.parameters["RouteTableId"])
    subnet_id = call.parameters.get("SubnetId")
    if not subnet_id:
        return
    subnet = backend.get_subnet(subnet_id)
    if subnet.vpc_id != table.vpc_id:
        raise Refused("InvalidParameterValue", f"Route table {table.id} and subnet {subnet_id} belong to different networks")
    for other in backend.route_tables.values():
        if other.id != table.id and subnet_id in other._associations.values():
            raise Refused(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {table.id} conflicts with an existing association",
            )


@mends.first("DisassociateRouteTable")
def not_the_main_one(call: Call, backend: Any) -> None:
    association = call.parameters["AssociationId"]
    if any(table.main_association_id == association for table in backend.route_tables.values()):
        raise Refused("InvalidParameterValue", f"cannot disassociate the main route table association {association}")


def _destination(call: Call) -> str:
    names = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
    return next((str(call.parameters[name]) for name in names if call.parameters.get(name)), "")


def _shown_destination(route: Any) -> str:
    prefix_list = route.destination_prefix_list.id if route.destination_prefix_list else ""
    return str(route.destination_cidr_block or route.destination_ipv6_cidr_block or prefix_list)
