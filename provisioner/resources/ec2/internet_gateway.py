"""A VPC's door to the internet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import Id, Output, Resource, attr
from .network_interfaces import public_holders_in
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc


class InternetGateway(Resource):
    """A VPC's door to the internet; what goes through it is said by route tables.

    AWS: EC2 CreateInternetGateway, AttachInternetGateway. The attachment takes no tags, so it is a field here. A VPC has one
    gateway, and a gateway one VPC; it can be detached only when no public address is mapped in the VPC any more.
    """

    vpc: Id[Vpc] = attr("Attachments[0].VpcId", replace=True)

    id = Output("InternetGatewayId")

    may_double = True

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_internet_gateways").paginate(Filters=aws.owned):
            yield from page["InternetGateways"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_internet_gateway(TagSpecifications=born_with("internet-gateway", self))
        return made["InternetGateway"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "vpc" in changed:
            aws.ec2.attach_internet_gateway(InternetGatewayId=live["InternetGatewayId"], VpcId=self.vpc)
        retag(aws, live["InternetGatewayId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        gateway = live["InternetGatewayId"]
        for attachment in live["Attachments"]:
            aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=attachment["VpcId"])
        aws.ec2.delete_internet_gateway(InternetGatewayId=gateway)

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return [words for attachment in live["Attachments"] for words in public_holders_in(aws, attachment["VpcId"])]
