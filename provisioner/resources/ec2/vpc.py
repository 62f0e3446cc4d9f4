"""A network of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import norm
from ...resource import LEAVING, PENDING, READY, Output, Resource, State, attr
from .network_interfaces import holders_in
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.literals import TenancyType, VpcAttributeNameType

    from ...aws.account import Aws
    from ...resource import Changes, Live


class Vpc(Resource):
    """A virtual private cloud.

    AWS: EC2 CreateVpc. The block and the tenancy can not change; the DNS attributes are set one a call, and host names need
    support first. Goes only when nothing is left in it but what it was born with.
    """

    cidr_block: str = attr("CidrBlock", replace=True, norm=norm.cidr)
    instance_tenancy: TenancyType = attr("InstanceTenancy", default="default", replace=True)
    enable_dns_support: bool = attr("EnableDnsSupport", default=True)
    enable_dns_hostnames: bool = attr("EnableDnsHostnames", default=False)

    id = Output("VpcId")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.ec2.get_paginator("describe_vpcs").paginate(Filters=aws.owned)
        vpcs = [vpc for page in pages for vpc in page["Vpcs"]]
        return aws.together(lambda vpc: {**vpc, **_attributes(aws, vpc["VpcId"])}, vpcs)

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_vpc(
            CidrBlock=self.cidr_block,
            InstanceTenancy=self.instance_tenancy,
            TagSpecifications=born_with("vpc", self),
        )
        return made["Vpc"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        vpc = live["VpcId"]
        if "enable_dns_support" in changed:
            aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": self.enable_dns_support})
        if "enable_dns_hostnames" in changed:
            aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": self.enable_dns_hostnames})
        retag(aws, vpc, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.ec2.delete_vpc(VpcId=live["VpcId"])

    @staticmethod
    def state(live: Live) -> State:
        return {"available": READY, "deleting": LEAVING}.get(live["State"], PENDING)

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return holders_in(aws, "vpc-id", live["VpcId"])


def _attributes(aws: Aws, vpc: str) -> Live:
    def read(attribute: VpcAttributeNameType) -> Live:
        return aws.ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)

    wanted: list[VpcAttributeNameType] = ["enableDnsSupport", "enableDnsHostnames"]
    support, hostnames = aws.together(read, wanted)
    return {
        "EnableDnsSupport": support["EnableDnsSupport"]["Value"],
        "EnableDnsHostnames": hostnames["EnableDnsHostnames"]["Value"],
    }
