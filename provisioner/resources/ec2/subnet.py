"""A range of a VPC's addresses in one zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import norm
from ...resource import PENDING, READY, Id, Output, Resource, State, Value, attr, broken
from .network_interfaces import holders_in
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.literals import HostnameTypeType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc


class Subnet(Resource):
    """A range of a VPC's addresses in one zone.

    AWS: EC2 CreateSubnet. Shown to other calls after up to 5 minutes; ModifySubnetAttribute takes one attribute a call. Blocks
    its VPC's deletion, and is held by every network interface in it.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    cidr_block: str = attr("CidrBlock", replace=True, norm=norm.cidr)
    availability_zone: Value[str] = attr("AvailabilityZone", replace=True)
    map_public_ip_on_launch: bool = attr("MapPublicIpOnLaunch", default=False)
    enable_dns64: bool = attr("EnableDns64", default=False)
    private_dns_hostname_type: HostnameTypeType = attr("PrivateDnsNameOptionsOnLaunch.HostnameType", default="ip-name")
    resource_name_dns_a_record: bool = attr("PrivateDnsNameOptionsOnLaunch.EnableResourceNameDnsARecord", default=False)

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
        )
        return made["Subnet"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        subnet, modify = live["SubnetId"], aws.ec2.modify_subnet_attribute
        if "map_public_ip_on_launch" in changed:
            modify(SubnetId=subnet, MapPublicIpOnLaunch={"Value": self.map_public_ip_on_launch})
        if "enable_dns64" in changed:
            modify(SubnetId=subnet, EnableDns64={"Value": self.enable_dns64})
        if "private_dns_hostname_type" in changed:
            modify(SubnetId=subnet, PrivateDnsHostnameTypeOnLaunch=self.private_dns_hostname_type)
        if "resource_name_dns_a_record" in changed:
            modify(SubnetId=subnet, EnableResourceNameDnsARecordOnLaunch={"Value": self.resource_name_dns_a_record})
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
