"""Where the traffic of subnets goes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Id, Ids, Output, Resource, attr
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ...aws.account import Aws
    from ...resource import Change, Changes, Live
    from ...value import Deferred
    from .subnet import Subnet
    from .vpc import Vpc

# The parameter, and the place in a shown route, of each kind of target, by how its id begins.
_TARGETS = {
    "arn:": "CoreNetworkArn",
    "cagw-": "CarrierGatewayId",
    "eigw-": "EgressOnlyInternetGatewayId",
    "eni-": "NetworkInterfaceId",
    "igw-": "GatewayId",
    "lgw-": "LocalGatewayId",
    "nat-": "NatGatewayId",
    "pcx-": "VpcPeeringConnectionId",
    "tgw-": "TransitGatewayId",
    "vgw-": "GatewayId",
    "vpce-": "VpcEndpointId",
}
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def _by_destination(routes: Any) -> dict[str, str]:
    if isinstance(routes, Mapping):
        return {_block(destination): target for destination, target in routes.items()}
    return {_first(route, _DESTINATIONS): _first(route, _TARGETS.values()) for route in routes}


def _block(destination: str) -> str:
    return norm.cidr(destination) if "/" in destination else destination


def _first(route: Mapping[str, str], names: Iterable[str]) -> str:
    return next((route[name] for name in names if route.get(name)), "")


class RouteTable(Resource):
    """Where the traffic of subnets goes; a subnet that no table names follows its VPC's main one.

    AWS: EC2 CreateRouteTable, CreateRoute, AssociateRouteTable. Routes and associations take no tags, so they are fields:
    `routes` leads from a CIDR block or a prefix list's id to a gateway, network interface, peering connection or endpoint.
    Routes that AWS makes itself (local ones, those of gateway endpoints, propagated ones) are left alone. A route whose target
    is gone stays as a blackhole until it is replaced.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    routes: Mapping[Any, Resource | Deferred | str] = attr(
        "Routes[?Origin=='CreateRoute' && !(DestinationPrefixListId && starts_with(not_null(GatewayId, ''), 'vpce-'))]",
        factory=dict,
        ready=True,
        norm=_by_destination,
    )
    subnets: Ids[Subnet] = attr(
        "Associations[?SubnetId && !contains(['disassociating', 'disassociated', 'failed'], AssociationState.State)].SubnetId",
        default=(),
        norm=norm.unordered,
    )

    id = Output("RouteTableId")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_route_tables").paginate(Filters=aws.owned):
            yield from page["RouteTables"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_route_table(
            VpcId=self.vpc, ClientToken=aws.token(self), TagSpecifications=born_with("route-table", self)
        )
        return made["RouteTable"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        # A subnet that moves here must find its routes.
        if "routes" in changed:
            aws.together(lambda call: call(), _routing(aws, live["RouteTableId"], changed["routes"]))
        if "subnets" in changed:
            aws.together(lambda call: call(), _associating(aws, live, changed["subnets"]))
        retag(aws, live["RouteTableId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        associations = [found["RouteTableAssociationId"] for found in live["Associations"] if not found["Main"]]
        aws.together(lambda association: aws.ec2.disassociate_route_table(AssociationId=association), associations)
        aws.ec2.delete_route_table(RouteTableId=live["RouteTableId"])

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return [f"{live['VpcId']}, whose main route table it is" for found in live["Associations"] if found["Main"]]


def _routing(aws: Aws, table: str, change: Change) -> list[Callable[[], object]]:
    have, wanted = change.before or {}, change.after
    calls: list[Callable[[], object]] = [
        partial(aws.ec2.delete_route, RouteTableId=table, **_destination(surplus))
        for surplus in sorted(have.keys() - wanted.keys())
    ]
    for destination, target in sorted(wanted.items() - have.items()):
        put = aws.ec2.replace_route if destination in have else aws.ec2.create_route
        calls.append(partial(put, RouteTableId=table, **_destination(destination), **_target(target)))
    return calls


def _destination(destination: str) -> dict[str, Any]:
    if "/" not in destination:
        return {"DestinationPrefixListId": destination}
    return {"DestinationIpv6CidrBlock" if ":" in destination else "DestinationCidrBlock": destination}


def _target(target: str) -> dict[str, Any]:
    for beginning, name in _TARGETS.items():
        if target.startswith(beginning):
            return {name: target}
    raise PlanError(f"a route can not lead to {target!r}: give it a gateway, network interface, peering connection or endpoint")


def _associating(aws: Aws, live: Live, change: Change) -> list[Callable[[], object]]:
    have, wanted = set(change.before or ()), set(change.after)
    calls: list[Callable[[], object]] = [
        partial(aws.ec2.disassociate_route_table, AssociationId=found["RouteTableAssociationId"])
        for found in live["Associations"]
        if found.get("SubnetId") in have - wanted
    ]
    missing = sorted(wanted - have)
    elsewhere = _associations(aws, missing)
    for subnet in missing:
        if subnet in elsewhere:
            move = aws.ec2.replace_route_table_association
            calls.append(partial(move, AssociationId=elsewhere[subnet], RouteTableId=live["RouteTableId"]))
        else:
            calls.append(partial(aws.ec2.associate_route_table, SubnetId=subnet, RouteTableId=live["RouteTableId"]))
    return calls


def _associations(aws: Aws, subnets: list[str]) -> dict[str, str]:
    """The associations that subnets have with other tables."""
    if not subnets:
        return {}
    filters: list[FilterTypeDef] = [{"Name": "association.subnet-id", "Values": subnets}]
    pages = aws.ec2.get_paginator("describe_route_tables").paginate(Filters=filters)
    found = [association for page in pages for table in page["RouteTables"] for association in table["Associations"]]
    return {one["SubnetId"]: one["RouteTableAssociationId"] for one in found if "SubnetId" in one}
