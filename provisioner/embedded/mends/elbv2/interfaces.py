"""The network interfaces of load balancers: one in each subnet, which hold subnets, groups, addresses and gateway."""

from __future__ import annotations

from functools import partial
from typing import Any

from moto.ec2.utils import random_private_ip, random_public_ip

from ...call import Call
from ...clock import Delay
from ..mending import backend
from ..under_way import begin

_SEEN_BY = ("ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces", "ec2:DescribeAddresses")


def sync(call: Call, balancer: Any) -> None:
    """Gives each subnet of a load balancer its interface, with the load balancer's groups, and takes away the others."""
    ec2 = backend(call, "ec2")
    there = {interface.subnet.id: interface for interface in _of(ec2, balancer)}
    wanted = [subnet.id for subnet in balancer.subnets]
    for subnet in there.keys() - wanted:
        _free(ec2, there.pop(subnet))
    for subnet in wanted:
        if subnet not in there:
            there[subnet] = _made(ec2, balancer, subnet)
        there[subnet]._group_set = [ec2.get_security_group_from_id(group) for group in balancer.security_groups]


def _made(ec2: Any, balancer: Any, subnet: str) -> Any:
    mapping = balancer.mappings.get(subnet, {})
    interface = ec2.create_network_interface(subnet, mapping.get("PrivateIPv4Address") or random_private_ip())
    interface.description = _description(balancer)
    interface.requester_managed, interface.requester_id, interface.status = True, "amazon-elb", "in-use"
    if balancer.type == "network":
        interface.interface_type = "network_load_balancer"
    if allocation := mapping.get("AllocationId"):
        ec2.associate_address(eni=interface, allocation_id=allocation)
    elif balancer.scheme == "internet-facing":
        interface.public_ip = random_public_ip()
    return interface


def leave(call: Call, balancer: Any) -> None:
    """The load balancer is gone; its interfaces go minutes later."""
    ec2 = backend(call, "ec2")
    for interface in _of(ec2, balancer):
        begin(call, interface.id, Delay(150), partial(_free, ec2, interface), seen_by=_SEEN_BY)


def _free(ec2: Any, interface: Any) -> None:
    for address in ec2.addresses:
        if address.eni is interface:
            address.eni = address.association_id = None
    ec2.enis.pop(interface.id, None)


def _of(ec2: Any, balancer: Any) -> list[Any]:
    return [one for one in ec2.enis.values() if one.description == _description(balancer)]


def _description(balancer: Any) -> str:
    return "ELB " + str(balancer.arn.partition(":loadbalancer/")[2])
