"""AWS refuses to delete what others still hold; moto mostly does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.embedded.call import Behaviour, Refused
from provisioner.embedded.mends.mending import backend, kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.call import Answer, Call

    Rule = Callable[[dict[str, Any], Any], None]


class Jealous(Behaviour):
    """Refuses the deletions that AWS refuses and moto does not, in AWS's own codes, by what moto's state holds.

    What holds nothing must stay out: a route table does not hold the subnets that it leads, a VPC is not held by what it was
    born with, routes do not hold their gateway, and flow logs hold nothing. Two things stay held for a moment after they were
    let go: the address of a deleted NAT gateway, and the name of a deleted bucket.
    """

    def before(self, call: Call) -> Answer | None:
        rule = _RULES.get(f"{call.service}:{call.operation}")
        if rule is not None and not call.parameters.get("DryRun"):
            rule(call.parameters, backend(call))
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) == "s3:DeleteBucket" and not answer.error:
            kept(backend(call), "freed")[call.parameters["Bucket"]] = True
        return answer


def _subnet(parameters: dict[str, Any], ec2: Any) -> None:
    """AWS: held by every network interface in it, whoever's."""
    wanted = parameters.get("SubnetId")
    if any(interface.subnet.id == wanted for interface in ec2.enis.values()):
        raise Refused("DependencyViolation", f"The subnet '{wanted}' has dependencies and cannot be deleted.")


def _security_group(parameters: dict[str, Any], ec2: Any) -> None:
    """AWS: held by the network interfaces and endpoints that have it, and by the rules of other groups that name it."""
    wanted = parameters.get("GroupId")
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


def _vpc(parameters: dict[str, Any], ec2: Any) -> None:
    """AWS: held by all that is in it, save its own default group, default network ACL and main route table."""
    wanted = parameters.get("VpcId")
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


def _attached_gateway(parameters: dict[str, Any], ec2: Any) -> None:
    """AWS: a VPC keeps its internet gateway while anything in it has a public address."""
    wanted = parameters.get("VpcId")
    mapped = {address.eni.subnet.vpc_id for address in ec2.addresses if address.eni}
    mapped |= {interface.subnet.vpc_id for interface in ec2.enis.values() if interface.public_ip}
    if wanted in mapped:
        words = "Please unmap those public address(es) before detaching the gateway."
        raise Refused("DependencyViolation", f"Network {wanted} has some mapped public address(es). {words}")


def _let_addresses_linger(parameters: dict[str, Any], ec2: Any) -> None:
    gateway = ec2.nat_gateways.get(parameters.get("NatGatewayId"))
    if gateway is not None and gateway.state != "deleted":
        for address in gateway.address_set:
            kept(ec2, "lingering")[address.get("allocationId")] = True


def _address(parameters: dict[str, Any], ec2: Any) -> None:
    """AWS: minutes after its NAT gateway is gone, an address still answers like somebody else's."""
    wanted = parameters.get("AllocationId")
    free = any(address.allocation_id == wanted and not address.association_id for address in ec2.addresses)
    if free and kept(ec2, "lingering").pop(str(wanted), False):
        raise Refused("AuthFailure", "You do not have permission to access the specified resource.")


def _managed_policy(parameters: dict[str, Any], iam: Any) -> None:
    """AWS: a policy is held by the roles that have it as their boundary, too."""
    wanted = parameters.get("PolicyArn")
    if any(role.permissions_boundary_arn == wanted for role in iam.roles.values()):
        raise Refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409)


def _bucket_name(parameters: dict[str, Any], s3: Any) -> None:
    """AWS: for a while after a bucket is gone, its name is not free."""
    if kept(s3, "freed").pop(str(parameters.get("Bucket")), False):
        words = "A conflicting conditional operation is currently in progress against this resource. Please try again."
        raise Refused("OperationAborted", words, 409)


def _endpoints(ec2: Any) -> list[Any]:
    return [endpoint for endpoint in ec2.vpc_end_points.values() if endpoint.state != "deleted"]


# What moto or a mend refuses by itself is not here: tables and ACLs with associations, attached gateways, addresses in use,
# roles with policies, buckets that hold anything, enabled distributions, origin access controls in use.
_RULES: dict[str, Rule] = {
    "ec2:DeleteNatGateway": _let_addresses_linger,
    "ec2:DeleteSecurityGroup": _security_group,
    "ec2:DeleteSubnet": _subnet,
    "ec2:DeleteVpc": _vpc,
    "ec2:DetachInternetGateway": _attached_gateway,
    "ec2:ReleaseAddress": _address,
    "iam:DeletePolicy": _managed_policy,
    "s3:CreateBucket": _bucket_name,
}
