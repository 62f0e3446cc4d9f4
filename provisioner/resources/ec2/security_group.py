"""A firewall around network interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...resource import Id, Output, Resource, attr
from .network_interfaces import holders_in
from .security_group_rules import EGRESS, INGRESS, Rule, close, must_be_described, must_be_words, regulate, rules
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .vpc import Vpc


class SecurityGroup(Resource):
    """A firewall around network interfaces, which remembers connections: it opens nothing that its rules do not name.

    AWS: EC2 CreateSecurityGroup; name, description and VPC can not change. It is born with a rule that lets everything out,
    which goes unless it is wanted. Rules that others add are drift, unless `ingress` or `egress` is None. It goes when no
    network interface has it and no other group names it.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    description: str = attr("Description", replace=True)
    group_name: str | None = attr("GroupName", default=None, replace=True)
    ingress: Sequence[Rule] | None = attr(INGRESS, default=(), norm=rules)
    egress: Sequence[Rule] | None = attr(EGRESS, default=(), norm=rules)

    id = Output("GroupId")
    arn = Output("SecurityGroupArn")

    def __post_init__(self) -> None:
        must_be_words(self, self.description, self.group_name)
        must_be_described(self, self.ingress, self.egress)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.ec2.get_paginator("describe_security_groups").paginate(Filters=aws.owned):
            yield from (group for group in page["SecurityGroups"] if group["GroupName"] != "default")

    def create(self, aws: Aws) -> Live | None:
        about: dict[str, Any] = {
            "VpcId": self.vpc,
            "GroupName": self.group_name or aws.named(self),
            "Description": self.description,
        }
        made = aws.ec2.create_security_group(**about, TagSpecifications=born_with("security-group", self))
        # The answer does not say what every group is born with.
        return {**made, **about, "Tags": dict(self.tags), "IpPermissions": [], "IpPermissionsEgress": [_WAY_OUT]}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if "ingress" in changed:
            regulate(aws, self, live["GroupId"], "ingress", changed["ingress"])
        if "egress" in changed:
            regulate(aws, self, live["GroupId"], "egress", changed["egress"])
        retag(aws, live["GroupId"], changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        close(aws, live["GroupId"], live["IpPermissions"], live["IpPermissionsEgress"])
        aws.ec2.delete_security_group(GroupId=live["GroupId"])

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        named = [
            group["GroupId"]
            for way in ("ip-permission", "egress.ip-permission")
            for group in aws.ec2.describe_security_groups(Filters=[_names(way, live["GroupId"])])["SecurityGroups"]
        ]
        return [*holders_in(aws, "group-id", live["GroupId"]), *(f"{one}, whose rules name it" for one in sorted(set(named)))]


_WAY_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def _names(way: str, group: str) -> FilterTypeDef:
    return {"Name": f"{way}.group-id", "Values": [group]}
