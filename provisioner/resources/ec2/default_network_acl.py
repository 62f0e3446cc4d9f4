"""The network ACL that AWS makes with every VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import Id, Output, Resource, attr
from .network_acl_rules import EGRESS, INGRESS, AclRule, regulate, rules
from .tags import retag
from .vpc_defaults import claim, let_go

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc

_DEFAULT: FilterTypeDef = {"Name": "default", "Values": ["true"]}


class DefaultNetworkAcl(Resource):
    """The network ACL that AWS makes with every VPC, and puts every new subnet under: here without a rule that allows.

    AWS: it is born with its VPC and dies with it, and allows everything until its rules are deleted (EC2
    DeleteNetworkAclEntry). Which subnets it holds is said by the other ACLs. This step claims it by tagging it; removed from a
    plan, it is let go as it is.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    ingress: Sequence[AclRule] = attr(INGRESS, default=(), norm=rules)
    egress: Sequence[AclRule] = attr(EGRESS, default=(), norm=rules)

    id = Output("NetworkAclId")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_network_acls").paginate(Filters=[*aws.owned, _DEFAULT]):
            yield from page["NetworkAcls"]

    def create(self, aws: Aws) -> Live | None:
        found = aws.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, _DEFAULT])
        return claim(aws, self, found["NetworkAcls"], "NetworkAclId")

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "ingress" in changed:
            regulate(aws, live["NetworkAclId"], "ingress", changed["ingress"])
        if "egress" in changed:
            regulate(aws, live["NetworkAclId"], "egress", changed["egress"])
        retag(aws, live["NetworkAclId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        let_go(aws, live["NetworkAclId"], live)
