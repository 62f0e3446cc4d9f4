"""A network of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import norm
from ...resource import LEAVING, PENDING, READY, Output, Resource, State, attr, shown
from .network_interfaces import holders_in
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.literals import TenancyType, VpcAttributeNameType

    from ...aws.account import Aws
    from ...resource import Changes, Live


_IPV6 = "Ipv6CidrBlockAssociationSet[?Ipv6Pool=='Amazon' && starts_with(Ipv6CidrBlockState.State, 'associat')] | [0]"

_PARTS = (
    ("describe_subnets", "vpc-id", "Subnets[].SubnetId"),
    ("describe_internet_gateways", "attachment.vpc-id", "InternetGateways[].InternetGatewayId"),
    ("describe_route_tables", "vpc-id", "RouteTables[?!Associations[?Main]].RouteTableId"),
    ("describe_security_groups", "vpc-id", "SecurityGroups[?GroupName!='default'].GroupId"),
    ("describe_network_acls", "vpc-id", "NetworkAcls[?!IsDefault].NetworkAclId"),
    ("describe_vpc_endpoints", "vpc-id", "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
)


class Vpc(Resource):
    """A virtual private cloud.

    AWS: EC2 CreateVpc. The block and the tenancy can not change; the DNS attributes are set one a call, and host names need
    support first. Its range of IPv6 addresses is AWS's choice (`ipv6_cidr_block`, a /56). Goes only when nothing is left in it
    but what it was born with.
    """

    cidr_block: str = attr("CidrBlock", replace=True, norm=norm.cidr)
    instance_tenancy: TenancyType = attr("InstanceTenancy", default="default", replace=True)
    enable_dns_support: bool = attr("EnableDnsSupport", default=True)
    enable_dns_hostnames: bool = attr("EnableDnsHostnames", default=False)
    amazon_provided_ipv6_cidr_block: bool = attr(f"{_IPV6} && `true` || `false`", default=False)

    id = Output("VpcId")
    ipv6_cidr_block = Output(f"{_IPV6}.Ipv6CidrBlock")

    may_double = True

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.ec2.get_paginator("describe_vpcs").paginate(Filters=aws.owned)
        vpcs = [vpc for page in pages for vpc in page["Vpcs"]]
        # A list lags behind: what is in it may be gone already, or not known elsewhere yet.
        found = aws.together(lambda vpc: aws.maybe(lambda: {**vpc, **_attributes(aws, vpc["VpcId"])}), vpcs)
        return [vpc for vpc in found if vpc]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_vpc(
            CidrBlock=self.cidr_block,
            InstanceTenancy=self.instance_tenancy,
            AmazonProvidedIpv6CidrBlock=self.amazon_provided_ipv6_cidr_block,
            TagSpecifications=born_with("vpc", self),
        )
        # A VPC is born with these; the answer does not tell.
        return {**made["Vpc"], "EnableDnsSupport": True, "EnableDnsHostnames": False}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        vpc = live["VpcId"]
        if "enable_dns_support" in changed:
            aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": self.enable_dns_support})
        if "enable_dns_hostnames" in changed:
            aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": self.enable_dns_hostnames})
        if "amazon_provided_ipv6_cidr_block" in changed:
            if self.amazon_provided_ipv6_cidr_block:
                aws.ec2.associate_vpc_cidr_block(VpcId=vpc, AmazonProvidedIpv6CidrBlock=True)
            else:
                aws.ec2.disassociate_vpc_cidr_block(AssociationId=shown(_IPV6, live)["AssociationId"])
        retag(aws, vpc, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.ec2.delete_vpc(VpcId=live["VpcId"])

    @staticmethod
    def state(live: Live) -> State:
        return {"available": READY, "deleting": LEAVING}.get(live["State"], PENDING)

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return [*holders_in(aws, "vpc-id", live["VpcId"]), *_left_in(aws, live["VpcId"])]


def _attributes(aws: Aws, vpc: str) -> Live:
    def read(attribute: VpcAttributeNameType) -> Live:
        return aws.ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)

    wanted: list[VpcAttributeNameType] = ["enableDnsSupport", "enableDnsHostnames"]
    support, hostnames = aws.together(read, wanted)
    return {
        "EnableDnsSupport": support["EnableDnsSupport"]["Value"],
        "EnableDnsHostnames": hostnames["EnableDnsHostnames"]["Value"],
    }


def _left_in(aws: Aws, vpc: str) -> list[str]:
    """What is in a VPC that it was not born with."""

    def read(part: tuple[str, str, str]) -> list[str]:
        operation, filter_name, path = part
        answer = getattr(aws.ec2, operation)(Filters=[{"Name": filter_name, "Values": [vpc]}])
        return list(shown(path, answer))

    return [found for ids in aws.together(read, _PARTS) for found in ids]
