"""The rules of a security group, where groups name each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...aws.ownership import ENVIRONMENT, PLAN
from ...errors import ForeignOwner, PlanError
from ...resource import Id, Output, Resource, as_tags, attr
from .refusals import not_shown_yet
from .security_group import SecurityGroup
from .security_group_rules import EGRESS, INGRESS, Rule, close_all, must_be_described, regulate, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.type_defs import SecurityGroupTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live

CLAIM = "provisioner:rules"


class SecurityGroupRules(Resource):
    """All rules of one security group, as a step of its own: so the rules of two groups can name both.

    The group itself is made with `ingress=None, egress=None`; or one of the two, and then this step has None for the other.
    Rules that others add are drift.

    AWS: rules are born and die with their group, whose way out is open until this step closes it (EC2
    RevokeSecurityGroupEgress). So the step claims them, by a tag on the group that says whose they are: to create it is to put
    that tag, and to delete it is to revoke all rules and to take the tag off.
    """

    group: Id[SecurityGroup] = attr("GroupId", replace=True)
    ingress: Sequence[Rule] | None = attr(INGRESS, default=(), norm=rules)
    egress: Sequence[Rule] | None = attr(EGRESS, default=(), norm=rules)

    id = Output("Subresource")
    mark = "Mark"

    def __post_init__(self) -> None:
        must_be_described(self, self.ingress, self.egress)
        group: Any = self.group
        for direction in ("ingress", "egress"):
            if isinstance(group, SecurityGroup) and None not in (getattr(self, direction), getattr(group, direction)):
                raise PlanError(f"{self.key} and {group.key} both have {direction}: give the group {direction}=None")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        ours = f"provisioner plan={aws.ownership.plan} environment={aws.ownership.environment} step=*"
        pages = aws.ec2.get_paginator("describe_security_groups").paginate(Filters=[{"Name": f"tag:{CLAIM}", "Values": [ours]}])
        for page in pages:
            yield from map(_document, page["SecurityGroups"])

    def create(self, aws: Aws) -> Live | None:
        found = aws.ec2.describe_security_groups(GroupIds=[self.group])["SecurityGroups"]
        if not found:
            raise not_shown_yet("CreateTags", f"security group {self.group}")
        self._refuse_foreign(aws, found[0])
        claim = aws.mark(self)
        aws.ec2.create_tags(Resources=[self.group], Tags=[{"Key": CLAIM, "Value": claim}])
        return {**_document(found[0]), "Mark": claim}

    def _refuse_foreign(self, aws: Aws, group: SecurityGroupTypeDef) -> None:
        tags = as_tags(group.get("Tags"))
        ours = (aws.ownership.plan, aws.ownership.environment)
        if (tags.get(PLAN), tags.get(ENVIRONMENT)) != ours:
            whose = f"belongs to the plan {tags[PLAN]}" if PLAN in tags else "is no plan's"
            raise ForeignOwner(f"{self.group} {whose}: {self.key} can not take its rules")
        if tags.get(CLAIM, aws.mark(self)) != aws.mark(self):
            raise ForeignOwner(f"the rules of {self.group} belong to {tags[CLAIM]!r}: {self.key} can not take them")

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "ingress" in changed:
            regulate(aws, self, live["GroupId"], "ingress", changed["ingress"])
        if "egress" in changed:
            regulate(aws, self, live["GroupId"], "egress", changed["egress"])

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        group = live["GroupId"]
        close_all(aws, group)
        aws.ec2.delete_tags(Resources=[group], Tags=[{"Key": CLAIM}])


def _document(group: SecurityGroupTypeDef) -> Live:
    # The tags are the group's.
    rest = {key: value for key, value in group.items() if key != "Tags"}
    return {"Subresource": f"{group['GroupId']}?rules", "Mark": as_tags(group.get("Tags")).get(CLAIM), **rest}
