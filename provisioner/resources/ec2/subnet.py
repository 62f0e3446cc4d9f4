"""A range of a VPC's addresses in one zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...resource import PENDING, READY, Id, Output, Resource, State, Value, attr, broken, shown
from .network_interfaces import holders_in
from .parameters import given
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.literals import HostnameTypeType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc

_BOOLEANS = {
    "map_public_ip_on_launch": "MapPublicIpOnLaunch",
    "enable_dns64": "EnableDns64",
    "resource_name_dns_a_record": "EnableResourceNameDnsARecordOnLaunch",
    "resource_name_dns_aaaa_record": "EnableResourceNameDnsAAAARecordOnLaunch",
    "assign_ipv6_address_on_creation": "AssignIpv6AddressOnCreation",
}
_IPV6 = "Ipv6CidrBlockAssociationSet[?Ipv6CidrBlockState.State!='disassociated' && Ipv6CidrBlockState.State!='failed'] | [0]"


def _block(block: str) -> str:
    return norm.cidr(block) if block else ""


class Subnet(Resource):
    """A range of a VPC's addresses in one zone.

    AWS: EC2 CreateSubnet. Shown to other calls after up to 5 minutes; ModifySubnetAttribute takes one attribute a call. Blocks
    its VPC's deletion, and is held by every network interface in it. `ipv6_cidr_block` is a /64 of its VPC's; an empty one is
    a wish for none.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    cidr_block: str = attr("CidrBlock", replace=True, norm=norm.cidr)
    availability_zone: Value[str] = attr("AvailabilityZone", replace=True)
    map_public_ip_on_launch: bool = attr("MapPublicIpOnLaunch", default=False)
    enable_dns64: bool = attr("EnableDns64", default=False)
    private_dns_hostname_type: HostnameTypeType = attr("PrivateDnsNameOptionsOnLaunch.HostnameType", default="ip-name")
    resource_name_dns_a_record: bool = attr("PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord", default=False)
    resource_name_dns_aaaa_record: bool = attr("PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsAAAARecord", default=False)
    ipv6_cidr_block: Value[str | None] = attr(f"{_IPV6}.Ipv6CidrBlock", default=None, norm=_block)
    assign_ipv6_address_on_creation: bool = attr("AssignIpv6AddressOnCreation", default=False)

    id = Output("SubnetId")
    arn = Output("SubnetArn")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_subnets").paginate(Filters=aws.owned):
            yield from page["Subnets"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_subnet(
            VpcId=self.vpc,
            CidrBlock=self.cidr_block,
            AvailabilityZone=self.availability_zone,
            TagSpecifications=born_with("subnet", self),
            **given(Ipv6CidrBlock=self.ipv6_cidr_block or None),
        )
        return made["Subnet"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        subnet = live["SubnetId"]
        if "ipv6_cidr_block" in changed:
            _associate(aws, live, self.ipv6_cidr_block)
        for field, parameter in _BOOLEANS.items():
            if field in changed:
                wanted: dict[str, Any] = {parameter: {"Value": getattr(self, field)}}
                aws.ec2.modify_subnet_attribute(SubnetId=subnet, **wanted)
        if "private_dns_hostname_type" in changed:
            hostname_type = self.private_dns_hostname_type
            aws.ec2.modify_subnet_attribute(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch=hostname_type)
        retag(aws, subnet, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.ec2.delete_subnet(SubnetId=live["SubnetId"])

    @staticmethod
    def state(live: Live) -> State:
        if live["State"].startswith("failed"):
            return broken(live["State"])
        return READY if live["State"] == "available" else PENDING

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return holders_in(aws, "subnet-id", live["SubnetId"])


def _associate(aws: Aws, live: Live, block: str | None) -> None:
    # A subnet has one block: another one can come only when AWS shows the old one no more.
    if old := shown(_IPV6, live):
        aws.ec2.disassociate_subnet_cidr_block(AssociationId=old["AssociationId"])
    elif block:
        aws.ec2.associate_subnet_cidr_block(SubnetId=live["SubnetId"], Ipv6CidrBlock=block)
