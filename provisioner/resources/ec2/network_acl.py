"""What may cross the edge of subnets."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ... import norm
from ...resource import Id, Ids, Output, Resource, attr
from .network_acl_rules import EGRESS, INGRESS, AclRule, regulate, rules
from .refusals import not_shown_yet
from .tags import born_with, retag

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from types_boto3_ec2.type_defs import FilterTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .subnet import Subnet
    from .vpc import Vpc


class NetworkAcl(Resource):
    """What may cross the edge of subnets, rule by rule and without memory of connections.

    AWS: EC2 CreateNetworkAcl, ReplaceNetworkAclAssociation. A subnet is always under exactly one ACL: taking it here takes it
    from another, and letting it go returns it to its VPC's default one. Rules and associations take no tags, so they are
    fields.
    """

    vpc: Id[Vpc] = attr("VpcId", replace=True)
    ingress: Sequence[AclRule] = attr(INGRESS, default=(), norm=rules)
    egress: Sequence[AclRule] = attr(EGRESS, default=(), norm=rules)
    subnets: Ids[Subnet] = attr("Associations[].SubnetId", default=(), norm=norm.unordered)

    id = Output("NetworkAclId")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        not_default: FilterTypeDef = {"Name": "default", "Values": ["false"]}
        for page in aws.ec2.get_paginator("describe_network_acls").paginate(Filters=[*aws.owned, not_default]):
            yield from page["NetworkAcls"]

    def create(self, aws: Aws) -> Live | None:
        made = aws.ec2.create_network_acl(
            VpcId=self.vpc, ClientToken=aws.token(self), TagSpecifications=born_with("network-acl", self)
        )
        return made["NetworkAcl"]

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        acl = live["NetworkAclId"]
        # Looked up first: where AWS does not show a subnet yet, nothing was written that the next attempt would write again.
        moves: list[Callable[[], object]] = []
        if "subnets" in changed:
            have, wanted = set(changed["subnets"].before or ()), set(changed["subnets"].after)
            moves = _moving(aws, live, have - wanted, wanted - have)
        # A subnet that moves here must find its rules.
        if "ingress" in changed:
            regulate(aws, acl, "ingress", changed["ingress"])
        if "egress" in changed:
            regulate(aws, acl, "egress", changed["egress"])
        aws.together(lambda call: call(), moves)
        retag(aws, acl, changed)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        moves = _moving(aws, live, {association["SubnetId"] for association in live["Associations"]}, set())
        aws.together(lambda call: call(), moves)
        aws.ec2.delete_network_acl(NetworkAclId=live["NetworkAclId"])


def _moving(aws: Aws, live: Live, leaving: set[str], coming: set[str]) -> list[Callable[[], object]]:
    """The calls that give subnets back to the VPC's default ACL, and take others from wherever they are."""
    if not leaving | coming:
        return []
    filters: list[FilterTypeDef] = [{"Name": "vpc-id", "Values": [live["VpcId"]]}]
    pages = aws.ec2.get_paginator("describe_network_acls").paginate(Filters=filters)
    acls = [acl for page in pages for acl in page["NetworkAcls"]]
    held = {association["SubnetId"]: association for acl in acls for association in acl["Associations"]}
    own = live["NetworkAclId"]
    # Of two reads that differ in what is under this ACL, one lags behind.
    if unknown := {subnet for subnet in coming if subnet not in held or held[subnet]["NetworkAclId"] == own}:
        raise not_shown_yet("ReplaceNetworkAclAssociation", f"where {' and '.join(sorted(unknown))} is")
    moves = [(subnet, own) for subnet in coming]
    if leaving:
        default = next((acl["NetworkAclId"] for acl in acls if acl["IsDefault"]), None)
        if default is None:
            raise not_shown_yet("ReplaceNetworkAclAssociation", f"the default network ACL of {live['VpcId']}")
        moves += [(subnet, default) for subnet in leaving if subnet in held and held[subnet]["NetworkAclId"] == own]
    return [
        partial(
            aws.ec2.replace_network_acl_association,
            AssociationId=held[subnet]["NetworkAclAssociationId"],
            NetworkAclId=acl,
        )
        for subnet, acl in sorted(moves)
    ]
