"""The way out for what has no public address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import norm
from ...resource import GONE, LEAVING, PENDING, READY, Id, Ids, Output, Resource, State, attr, broken
from .parameters import given
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_ec2.literals import ConnectivityTypeType

    from ...aws.account import Aws
    from ...resource import Change, Changes, Live
    from .elastic_ip import ElasticIp
    from .subnet import Subnet

# The answer of the create does not yet say which address is the primary one.
_PRIMARY = "(NatGatewayAddresses[?IsPrimary] || NatGatewayAddresses)[0]"
_SECONDARY = "NatGatewayAddresses[?IsPrimary==`false` && Status!='disassociating' && Status!='failed']"


class NatGateway(Resource):
    """The way out for what has no public address: a public one to the internet, a private one to other networks.

    AWS: EC2 CreateNatGateway: `available` after one to three minutes, or `failed` for good with a reason. A public one needs an
    `allocation`, stands in a public subnet, and its VPC an attached internet gateway: list that in `after`. More addresses
    (`secondary_allocations`) are its connections' only to change. A deleted one stays listed for about an hour; routes to it
    stay too, as blackholes.
    """

    subnet: Id[Subnet] = attr("SubnetId", replace=True)
    allocation: Id[ElasticIp | None] = attr(f"{_PRIMARY}.AllocationId", default=None, replace=True)
    connectivity_type: ConnectivityTypeType = attr("ConnectivityType", default="public", replace=True)
    private_ip_address: str | None = attr(f"{_PRIMARY}.PrivateIp", default=None, replace=True)
    secondary_allocations: Ids[ElasticIp] = attr(f"{_SECONDARY}.AllocationId", default=(), norm=norm.unordered)

    id = Output("NatGatewayId")
    public_ip = Output(f"{_PRIMARY}.PublicIp")
    private_ip = Output(f"{_PRIMARY}.PrivateIp")

    usual_seconds = 100.0
    since = "CreateTime"

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_nat_gateways").paginate(Filters=aws.owned):
            yield from page["NatGateways"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_nat_gateway(
            SubnetId=self.subnet,
            ConnectivityType=self.connectivity_type,
            ClientToken=aws.token(self),
            TagSpecifications=born_with("natgateway", self),
            **given(
                AllocationId=self.allocation,
                PrivateIpAddress=self.private_ip_address,
                SecondaryAllocationIds=list(self.secondary_allocations) or None,
            ),
        )
        return made["NatGateway"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "secondary_allocations" in changed:
            _associate(aws, live, changed["secondary_allocations"])
        retag(aws, live["NatGatewayId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live["State"] not in ("deleting", "deleted"):
            aws.ec2.delete_nat_gateway(NatGatewayId=live["NatGatewayId"])

    @staticmethod
    def state(live: Live) -> State:
        if live["State"] == "failed":
            return broken(f"{live.get('FailureCode')}: {live.get('FailureMessage')}")
        return {"available": READY, "deleting": LEAVING, "deleted": GONE}.get(live["State"], PENDING)


def _associate(aws: Aws, live: Live, change: Change) -> None:
    have, wanted = set(change.before or ()), set(change.after)
    if surplus := have - wanted:
        shown = live["NatGatewayAddresses"]
        associations = [address["AssociationId"] for address in shown if address.get("AllocationId") in surplus]
        aws.ec2.disassociate_nat_gateway_address(NatGatewayId=live["NatGatewayId"], AssociationIds=associations)
    if missing := wanted - have:
        aws.ec2.associate_nat_gateway_address(NatGatewayId=live["NatGatewayId"], AllocationIds=sorted(missing))
