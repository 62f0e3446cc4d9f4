"""Security groups: the descriptions of rules for prefix lists, which moto forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...call import Call, Result
from ..mending import Mends, kept

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

mends = Mends("ec2")

_SHOWN = {"IpPermissions": False, "IpPermissionsEgress": True}
_CHANGES = (
    "AuthorizeSecurityGroupIngress",
    "AuthorizeSecurityGroupEgress",
    "UpdateSecurityGroupRuleDescriptionsIngress",
    "UpdateSecurityGroupRuleDescriptionsEgress",
)


@mends.then(*_CHANGES)
def keep(call: Call, backend: Any, result: Result) -> None:
    group = backend.get_security_group_from_id(call.parameters.get("GroupId"))
    if group is None:
        return
    for permission in call.parameters.get("IpPermissions", ()):
        for rule, peer in _rules(permission, call.operation.endswith("Egress")):
            _described(group)[rule] = peer.get("Description")


@mends.then("DescribeSecurityGroups")
def show(call: Call, backend: Any, result: Result) -> Result:
    for shown in result.get("SecurityGroups", ()):
        group = backend.get_security_group_from_id(shown["GroupId"])
        for name, is_egress in _SHOWN.items():
            for permission in shown.get(name, ()):
                for rule, peer in _rules(permission, is_egress):
                    if description := _described(group).get(rule):
                        peer["Description"] = description
    return result


def _rules(permission: Mapping[str, Any], is_egress: bool) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each rule of a permission for a prefix list, by what tells it from others."""
    ports = (permission.get("IpProtocol"), permission.get("FromPort"), permission.get("ToPort"))
    for peer in permission.get("PrefixListIds", ()):
        yield (is_egress, *ports, peer["PrefixListId"]), peer


def _described(group: Any) -> dict[Any, Any]:
    return kept(group, "described")
