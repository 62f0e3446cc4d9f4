"""The security group that AWS makes with every VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import Id, Output, Resource, attr
from .security_group_rules import EGRESS, INGRESS, Rule, close_all, must_be_described, regulate, rules
from .tags import retag
from .vpc_defaults import claim, let_go

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc


class DefaultSecurityGroup(Resource):
    """The security group that AWS makes with every VPC, and gives to whatever names no group: here without any rule.

    AWS: it is born with its VPC and dies with it, and lets its members in and everything out until its rules are revoked (EC2
    RevokeSecurityGroupIngress). This step claims it by tagging it. Removed from a plan, it is let go without any rule: one that
    names another group would keep that from ever being deleted, and those that AWS gave it would open it again.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    ingress: Sequence[Rule] = attr(INGRESS, default=(), norm=rules)
    egress: Sequence[Rule] = attr(EGRESS, default=(), norm=rules)

    id = Output("GroupId")

    def __post_init__(self) -> None:
        must_be_described(self, self.ingress, self.egress)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        named: list[FilterTypeDef] = [{"Name": "group-name", "Values": ["default"]}]
        for page in aws.ec2.get_paginator("describe_security_groups").paginate(Filters=[*aws.owned, *named]):
            yield from page["SecurityGroups"]

    def create(self, aws: Aws) -> Live | None:
        found = aws.ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "group-name", "Values": ["default"]}]
        )
        return claim(aws, self, found["SecurityGroups"], "GroupId")

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "ingress" in changed:
            regulate(aws, self, live["GroupId"], "ingress", changed["ingress"])
        if "egress" in changed:
            regulate(aws, self, live["GroupId"], "egress", changed["egress"])
        retag(aws, live["GroupId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        close_all(aws, live["GroupId"])
        let_go(aws, live["GroupId"], live)
