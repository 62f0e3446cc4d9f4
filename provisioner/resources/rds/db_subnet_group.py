"""The subnets among which a database may stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import norm
from ...resource import PENDING, READY, Ids, Name, Output, Resource, State, attr
from .tags import listed, retag, with_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..ec2.subnet import Subnet


class DbSubnetGroup(Resource):
    """Subnets of one VPC, in two zones at least, among which RDS chooses for each instance.

    AWS: RDS CreateDBSubnetGroup. A subnet in which an instance stands can not be taken out. The group can not go before the
    last cluster that uses it is really gone. RDS keeps names in lower case.
    """

    db_subnet_group_description: str = attr("DBSubnetGroupDescription")
    subnets: Ids[Subnet] = attr("Subnets[].SubnetIdentifier", norm=norm.unordered)

    id = Name("DBSubnetGroupName", longest=255)
    arn = Output("DBSubnetGroupArn")
    vpc_id = Output("VpcId")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        pages = aws.rds.get_paginator("describe_db_subnet_groups").paginate()
        return with_tags(aws, "DBSubnetGroup", (group for page in pages for group in page["DBSubnetGroups"]))

    def create(self, aws: Aws) -> Live | None:
        made = aws.rds.create_db_subnet_group(
            DBSubnetGroupName=aws.named(self),
            DBSubnetGroupDescription=self.db_subnet_group_description,
            SubnetIds=list(self.subnets),
            Tags=listed(self.tags),
        )
        return {**made["DBSubnetGroup"], "Tags": listed(self.tags)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        retag(aws, live["DBSubnetGroupArn"], changed)
        if changed.keys() - {"tags"}:
            aws.rds.modify_db_subnet_group(
                DBSubnetGroupName=live["DBSubnetGroupName"],
                DBSubnetGroupDescription=self.db_subnet_group_description,
                SubnetIds=list(self.subnets),
            )

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.rds.delete_db_subnet_group(DBSubnetGroupName=live["DBSubnetGroupName"])

    @staticmethod
    def state(live: Live) -> State:
        return READY if live["SubnetGroupStatus"] == "Complete" else PENDING
