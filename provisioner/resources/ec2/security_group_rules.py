"""The rules of a security group: one spelling for what is wanted and what AWS shows, and the calls between the two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ... import norm
from ...errors import PlanError
from . import protocols
from .tags import born_with

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from types_boto3_ec2.type_defs import IpPermissionTypeDef

    from ...aws.account import Aws
    from ...resource import Change, Resource

SELF = "self"
"""The peer of a rule for the group's own members."""

INGRESS = "IpPermissions && {own: GroupId, permissions: IpPermissions}"
EGRESS = "IpPermissionsEgress && {own: GroupId, permissions: IpPermissionsEgress}"
"""Where a group shows its rules."""

_WORDS = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_PEERS = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId", "UserIdGroupPairs": "GroupId"}


class Rule(NamedTuple):
    """Whom a security group lets in or out, and by which ports.

    `peer` is a CIDR block, a prefix list's id, another group (its step or its id) or `SELF`. One port is `from_port` alone; no
    ports are all ports. For ICMP they are type and code. `ip_protocol` is a name, a number, or "-1" for everything.
    """

    peer: Any
    from_port: int | None = None
    to_port: int | None = None
    ip_protocol: str = "tcp"
    description: str = ""


def must_be_words(step: Resource, *texts: str | None) -> None:
    """Raises `PlanError` for a description or a name that EC2 does not take of groups and their rules."""
    for text in texts:
        if text is not None and not _WORDS.fullmatch(text):
            taken = "at most 255 letters (a-z), digits, spaces and ._-:/()#,@[]+=&;{}!$*"
            raise PlanError(f"{step.key}: EC2 takes {taken}, not {text!r}")


def must_be_described(step: Resource, *directions: Iterable[Rule] | None) -> None:
    """Raises `PlanError` where a rule is described in words that EC2 does not take."""
    for wanted in directions:
        must_be_words(step, *(rule.description for rule in wanted or ()))


def rules(value: Any) -> list[Rule]:
    """Rules as they are wanted, or as AWS shows them (permissions, and the id of the group that has them), one peer a rule."""
    found = _shown(value) if isinstance(value, dict) else (_normal(rule) for rule in value)
    return sorted(_by_meaning(found).values(), key=str)


def regulate(aws: Aws, step: Resource, group: str, direction: Literal["ingress", "egress"], change: Change) -> None:
    """Bring the rules of one direction to what is wanted. New ones carry the tags of the step: a rule is a resource of its own.

    First close, then open: the new rules may need the room of the old ones.
    """
    have, wanted = _by_meaning(change.before or ()), _by_meaning(change.after)
    ec2: Any = aws.ec2
    revoke, authorize, describe = (
        (
            ec2.revoke_security_group_ingress,
            ec2.authorize_security_group_ingress,
            ec2.update_security_group_rule_descriptions_ingress,
        )
        if direction == "ingress"
        else (
            ec2.revoke_security_group_egress,
            ec2.authorize_security_group_egress,
            ec2.update_security_group_rule_descriptions_egress,
        )
    )
    if surplus := [rule for rule in have if rule not in wanted]:
        revoke(GroupId=group, IpPermissions=[_permission(rule, group) for rule in surplus])
    if missing := [wanted[rule] for rule in wanted if rule not in have]:
        tagged = born_with("security-group-rule", step)
        authorize(GroupId=group, IpPermissions=[_permission(rule, group) for rule in missing], TagSpecifications=tagged)
    if undescribed := [wanted[rule] for rule in wanted if rule in have and wanted[rule] != have[rule]]:
        describe(GroupId=group, IpPermissions=[_permission(rule, group) for rule in undescribed])


def close(aws: Aws, group: str, ingress: Sequence[IpPermissionTypeDef], egress: Sequence[IpPermissionTypeDef]) -> None:
    """Revoke every rule: groups may name each other, and none goes while another names it."""
    if ingress:
        aws.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=ingress)
    if egress:
        aws.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=egress)


def close_all(aws: Aws, group: str) -> None:
    """Revoke every rule that a group has now: one that is gone already would keep the others from being revoked with it."""
    found = aws.maybe(lambda: aws.ec2.describe_security_groups(GroupIds=[group])) or {"SecurityGroups": []}
    for newest in found["SecurityGroups"]:
        close(aws, group, newest["IpPermissions"], newest["IpPermissionsEgress"])


def _by_meaning(rules: Any) -> dict[Rule, Rule]:
    # AWS takes two rules that differ in their description alone for one.
    return {rule._replace(description=""): rule for rule in rules}


def _normal(rule: Rule) -> Rule:
    peer = norm.cidr(rule.peer) if "/" in rule.peer else rule.peer
    first, last = protocols.ports(rule.ip_protocol, rule.from_port, rule.to_port)
    return Rule(peer, first, last, protocols.name(rule.ip_protocol), rule.description)


def _shown(value: Mapping[str, Any]) -> Iterator[Rule]:
    for permission in value["permissions"]:
        first, last, protocol = permission.get("FromPort"), permission.get("ToPort"), permission["IpProtocol"]
        for kind, key in _PEERS.items():
            for one in permission.get(kind, ()):
                peer = SELF if one[key] == value["own"] else one[key]
                yield _normal(Rule(peer, first, last, protocol, one.get("Description", "")))


def _permission(rule: Rule, own: str) -> Any:
    ports = {} if rule.from_port is None else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    peer = own if rule.peer == SELF else rule.peer
    kind = _kind(peer)
    described = {"Description": rule.description} if rule.description else {}
    return {"IpProtocol": rule.ip_protocol, **ports, kind: [{_PEERS[kind]: peer, **described}]}


def _kind(peer: str) -> str:
    if peer.startswith("pl-"):
        return "PrefixListIds"
    if "/" not in peer:
        return "UserIdGroupPairs"
    return "Ipv6Ranges" if ":" in peer else "IpRanges"
