"""The rules of a network ACL: one spelling for what is wanted and what AWS shows, and the calls between the two."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ... import norm
from . import protocols

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_ec2.literals import RuleActionType

    from ...aws.account import Aws
    from ...resource import Change

# The last rules of every list, which deny what none before them matched, can not be changed (32767; 32768 for IPv6).
INGRESS = "Entries[?!Egress && RuleNumber < `32767`]"
EGRESS = "Entries[?Egress && RuleNumber < `32767`]"


class AclRule(NamedTuple):
    """One rule of a network ACL, which knows no connections: answers need a rule of their own.

    The lowest `rule_number` that matches decides. One port is `from_port` alone; no ports are all ports. For ICMP they are type
    and code. `protocol` is a name, a number, or "-1" for everything.
    """

    rule_number: int
    rule_action: RuleActionType
    cidr_block: Any
    protocol: str = "-1"
    from_port: int | None = None
    to_port: int | None = None


def rules(value: Any) -> list[AclRule]:
    """Rules as they are wanted, or as AWS shows them, in the order in which they count."""
    return sorted(_normal(rule if isinstance(rule, AclRule) else _shown(rule)) for rule in value)


def regulate(aws: Aws, acl: str, direction: Literal["ingress", "egress"], change: Change) -> None:
    """Bring the rules of one direction to what is wanted, by their numbers.

    First delete: a list holds 20 rules by default, and the new ones may need the room of the old.
    """
    egress = direction == "egress"
    have = {rule.rule_number: rule for rule in change.before or ()}
    wanted = {rule.rule_number: rule for rule in change.after}
    delete = partial(aws.ec2.delete_network_acl_entry, NetworkAclId=acl, Egress=egress)
    aws.together(lambda number: delete(RuleNumber=number), sorted(have.keys() - wanted.keys()))
    puts: list[Callable[[], object]] = []
    for number, rule in wanted.items():
        if have.get(number) != rule:
            put = aws.ec2.replace_network_acl_entry if number in have else aws.ec2.create_network_acl_entry
            puts.append(partial(put, NetworkAclId=acl, Egress=egress, **_entry(rule)))
    aws.together(lambda call: call(), puts)


def _normal(rule: AclRule) -> AclRule:
    first, last = protocols.ports(rule.protocol, rule.from_port, rule.to_port)
    protocol, block = protocols.number(rule.protocol), norm.cidr(rule.cidr_block)
    return AclRule(rule.rule_number, rule.rule_action, block, protocol, first, last)


def _shown(entry: Any) -> AclRule:
    ports, icmp = entry.get("PortRange") or {}, entry.get("IcmpTypeCode") or {}
    block = entry.get("CidrBlock") or entry["Ipv6CidrBlock"]
    first, last = ports.get("From", icmp.get("Type")), ports.get("To", icmp.get("Code"))
    return AclRule(entry["RuleNumber"], entry["RuleAction"], block, entry["Protocol"], first, last)


def _entry(rule: AclRule) -> dict[str, Any]:
    entry = {
        "RuleNumber": rule.rule_number,
        "RuleAction": rule.rule_action,
        "Protocol": rule.protocol,
        "Ipv6CidrBlock" if ":" in rule.cidr_block else "CidrBlock": rule.cidr_block,
    }
    if protocols.name(rule.protocol) in protocols.ICMP:
        entry["IcmpTypeCode"] = {"Type": rule.from_port, "Code": rule.to_port}
    elif rule.from_port is not None:
        entry["PortRange"] = {"From": rule.from_port, "To": rule.to_port}
    return entry
