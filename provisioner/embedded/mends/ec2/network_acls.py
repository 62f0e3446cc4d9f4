"""Network ACLs: the right errors, and the ICMP types that moto forgets."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends

mends = Mends("ec2")


@mends.first("DescribeNetworkAcls")
def known(call: Call, backend: Any) -> None:
    for acl_id in call.parameters.get("NetworkAclIds", ()):
        if acl_id not in backend.network_acls:
            raise Refused("InvalidNetworkAclID.NotFound", f"The networkAcl ID '{acl_id}' does not exist")


@mends.first("DeleteNetworkAcl")
def not_the_default_one(call: Call, backend: Any) -> None:
    if backend.get_network_acl(call.parameters["NetworkAclId"]).default:
        raise Refused("InvalidParameterValue", "cannot delete default network ACL " + call.parameters["NetworkAclId"])


@mends.first("ReplaceNetworkAclEntry", "DeleteNetworkAclEntry")
def entry_exists(call: Call, backend: Any) -> None:
    if _entry(call, backend) is None:
        raise Refused(
            "InvalidNetworkAclEntry.NotFound",
            f"The network acl entry identified by {call.parameters['RuleNumber']} does not exist",
        )


@mends.first("CreateNetworkAclEntry", "ReplaceNetworkAclEntry", "DeleteNetworkAclEntry")
def the_last_rule_stays(call: Call, backend: Any) -> None:
    if not 1 <= call.parameters["RuleNumber"] <= 32766:
        raise Refused("InvalidParameterValue", f"Value ({call.parameters['RuleNumber']}) for parameter ruleNumber is invalid")


@mends.first("ReplaceNetworkAclAssociation")
def association_exists(call: Call, backend: Any) -> None:
    backend.get_network_acl(call.parameters["NetworkAclId"])
    association = call.parameters["AssociationId"]
    if not any(association in acl._associations for acl in backend.network_acls.values()):
        raise Refused("InvalidAssociationID.NotFound", f"The association ID '{association}' does not exist")


@mends.then("CreateNetworkAclEntry", "ReplaceNetworkAclEntry")
def keep_icmp(call: Call, backend: Any, result: Result) -> None:
    entry, icmp = _entry(call, backend), call.parameters.get("IcmpTypeCode", {})
    if entry is not None:
        entry.icmp_type, entry.icmp_code = icmp.get("Type"), icmp.get("Code")


def _entry(call: Call, backend: Any) -> Any:
    wanted = (call.parameters["RuleNumber"], call.parameters["Egress"])
    entries = backend.get_network_acl(call.parameters["NetworkAclId"]).network_acl_entries
    return next((entry for entry in entries if (int(entry.rule_number), entry.egress) == wanted), None)
