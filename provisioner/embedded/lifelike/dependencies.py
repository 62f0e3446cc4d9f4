"""AWS refuses to delete what others still hold; moto mostly does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..call import Behaviour, Refused
from ..clock import Delay
from ..mends.mending import backend, kept
from ..mends.wafv2.finding import scoped, values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..call import Answer, Call

    Rule = Callable[[Call, Any], None]

# AWS: minutes. Counted from the first try, since only the one who asks knows that it is free.
_ADDRESS_SECONDS, _BUCKET_NAME_SECONDS = 120.0, 300.0


class Jealous(Behaviour):
    """Refuses the deletions that AWS refuses and neither moto nor a mend does, in AWS's own codes, by what moto's state holds.

    What holds nothing must stay out: a route table does not hold the subnets that it leads, a VPC is not held by what it was
    born with, routes do not hold their gateway, flow logs hold nothing, and a launch template or an instance profile may go
    while a group still names it. Two things stay held for a while after they were let go: the address of a deleted NAT
    gateway, and the name of a deleted bucket.
    """

    def before(self, call: Call) -> Answer | None:
        rule = _RULES.get(f"{call.service}:{call.operation}")
        if rule is not None and not call.parameters.get("DryRun"):
            rule(call, backend(call))
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) == "s3:DeleteBucket" and not answer.error:
            kept(backend(call), "freed")[call.parameters["Bucket"]] = None
        return answer


def _subnet(call: Call, ec2: Any) -> None:
    """AWS: held by every network interface in it, whoever's."""
    wanted = call.parameters.get("SubnetId")
    if any(interface.subnet.id == wanted for interface in ec2.enis.values()):
        raise Refused("DependencyViolation", f"The subnet '{wanted}' has dependencies and cannot be deleted.")


def _security_group(call: Call, ec2: Any) -> None:
    """AWS: held by the network interfaces and endpoints that have it, and by the rules of other groups that name it."""
    wanted = call.parameters.get("GroupId")
    groups = {group.id: group for groups in ec2.groups.values() for group in groups.values()}
    if wanted in groups and groups[wanted].name == "default":
        raise Refused("CannotDelete", f'the specified group: "{wanted}" name: "default" cannot be deleted by a user')
    used = {group.id for interface in ec2.enis.values() for group in interface.group_set}
    used |= {group for endpoint in _endpoints(ec2) for group in endpoint.security_group_ids or ()}
    for group in groups.values():
        rules = (*group.ingress_rules, *group.egress_rules)
        used |= {rule.source_group.get("GroupId") for rule in rules if rule.source_group and group.id != wanted}
    if wanted in used:
        raise Refused("DependencyViolation", f"resource {wanted} has a dependent object")


def _vpc(call: Call, ec2: Any) -> None:
    """AWS: held by all that is in it, save its own default group, default network ACL and main route table."""
    wanted = call.parameters.get("VpcId")
    if any(vpc == wanted for vpc in _vpcs_of_parts(ec2)):
        raise Refused("DependencyViolation", f"The vpc '{wanted}' has dependencies and cannot be deleted.")


def _vpcs_of_parts(ec2: Any) -> Iterator[str]:
    for subnets in ec2.subnets.values():
        yield from (subnet.vpc_id for subnet in subnets.values())
    yield from (gateway.vpc.id for gateway in ec2.internet_gateways.values() if gateway.vpc is not None)
    yield from (gateway.vpc_id for gateway in ec2.egress_only_internet_gateways.values())
    yield from (table.vpc_id for table in ec2.route_tables.values() if not table.main_association_id)
    yield from (acl.vpc_id for acl in ec2.network_acls.values() if not acl.default)
    yield from (endpoint.vpc_id for endpoint in _endpoints(ec2))
    for vpc, groups in ec2.groups.items():
        yield from (vpc for group in groups.values() if group.name != "default")


def _endpoints(ec2: Any) -> list[Any]:
    return [endpoint for endpoint in ec2.vpc_end_points.values() if endpoint.state != "deleted"]


def _attached_gateway(call: Call, ec2: Any) -> None:
    """AWS: a VPC keeps its internet gateway while anything in it has a public address."""
    wanted = call.parameters.get("VpcId")
    mapped = {address.eni.subnet.vpc_id for address in ec2.addresses if address.eni}
    mapped |= {interface.subnet.vpc_id for interface in ec2.enis.values() if interface.public_ip}
    if wanted in mapped:
        words = "Please unmap those public address(es) before detaching the gateway."
        raise Refused("DependencyViolation", f"Network {wanted} has some mapped public address(es). {words}")


def _interface(call: Call, ec2: Any) -> None:
    """AWS: held by the instance that it is attached to, or by the service that made it, until that is done with it.

    A function's may be deleted once the function is gone.
    """
    interface = ec2.enis.get(call.parameters.get("NetworkInterfaceId"))
    if interface is None or not (interface.requester_managed or interface.attachment_id):
        return
    if interface.interface_type == "lambda":
        functions = backend(call, "lambda").list_functions()
        if not any(interface.id in function.interfaces.values() for function in functions):
            return
    raise Refused("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")


def _let_addresses_linger(call: Call, ec2: Any) -> None:
    gateway = ec2.nat_gateways.get(call.parameters.get("NatGatewayId"))
    if gateway is not None and gateway.state != "deleted":
        for address in gateway.address_set:
            kept(ec2, "lingering")[address.get("allocationId")] = None


def _address(call: Call, ec2: Any) -> None:
    """AWS: minutes after its NAT gateway is gone, an address still answers like somebody else's."""
    wanted = str(call.parameters.get("AllocationId"))
    free = any(address.allocation_id == wanted and not address.association_id for address in ec2.addresses)
    if free and _lingers(kept(ec2, "lingering"), wanted, _ADDRESS_SECONDS):
        raise Refused("AuthFailure", "You do not have permission to access the specified resource.")


def _bucket_name(call: Call, s3: Any) -> None:
    """AWS: for a while after a bucket is gone, its name is not free."""
    if _lingers(kept(s3, "freed"), str(call.parameters.get("Bucket")), _BUCKET_NAME_SECONDS):
        words = "A conflicting conditional operation is currently in progress against this resource. Please try again."
        raise Refused("OperationAborted", words, 409)


def _lingers(lingering: dict[str, Any], name: str, seconds: float) -> bool:
    if name not in lingering:
        return False
    delay: Delay = lingering[name] or Delay(seconds, looks=1)
    lingering[name] = delay
    if delay.goes_on():
        return True
    del lingering[name]
    return False


def _managed_policy(call: Call, iam: Any) -> None:
    """AWS: a policy is held by the roles that have it as their boundary, too."""
    wanted = call.parameters.get("PolicyArn")
    if any(role.permissions_boundary_arn == wanted for role in iam.roles.values()):
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)


def _part_of_web_acls(call: Call, _: Any) -> None:
    """AWS: what the rules of a web ACL refer to is held by it; what those of a rule group do, by that."""
    there, kind = scoped(call), call.operation.removeprefix("Delete").lower()
    statements = [acl.settings.get("Rules", []) for acl in there.wacls.values()]
    statements += [rule.statement for group in there.rule_groups.values() for rule in group.rules]
    if any(f"/{kind}/" in arn and arn.endswith(f"/{call.parameters['Id']}") for arn in values(statements, "ARN")):
        words = "AWS WAF couldn't perform the operation because your resource is being used by another resource."
        raise Refused("WAFAssociatedItemException", words)


# What moto or a mend refuses by itself is not here: tables and ACLs with associations, attached gateways, addresses in use,
# roles with policies or profiles, buckets that hold anything, enabled distributions, what distributions, listeners, clusters,
# web ACLs' own resources and composite alarms use, groups with instances, zones with records.
_RULES: dict[str, Rule] = {
    "ec2:DeleteNatGateway": _let_addresses_linger,
    "ec2:DeleteNetworkInterface": _interface,
    "ec2:DeleteSecurityGroup": _security_group,
    "ec2:DeleteSubnet": _subnet,
    "ec2:DeleteVpc": _vpc,
    "ec2:DetachInternetGateway": _attached_gateway,
    "ec2:ReleaseAddress": _address,
    "iam:DeletePolicy": _managed_policy,
    "s3:CreateBucket": _bucket_name,
    "wafv2:DeleteIPSet": _part_of_web_acls,
    "wafv2:DeleteRegexPatternSet": _part_of_web_acls,
    "wafv2:DeleteRuleGroup": _part_of_web_acls,
}
