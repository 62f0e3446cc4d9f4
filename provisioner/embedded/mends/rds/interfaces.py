"""The network interfaces of instances: one each, in a subnet of the instance's zone, with the cluster's security groups."""

from __future__ import annotations

from typing import Any

from moto.ec2.utils import random_private_ip

from ...call import Call
from ..mending import backend
from .cluster_document import security_groups


def stand(call: Call, rds: Any, instance: Any) -> None:
    """Gives an instance its interface, where its subnet group is known."""
    ec2, group = backend(call, "ec2"), rds.subnet_groups.get(instance.cluster.db_subnet_group_name)
    subnets = [one for one in group._subnets if one.availability_zone == instance.availability_zone] if group else []
    if subnets:
        interface = ec2.create_network_interface(subnets[0].id, random_private_ip())
        interface.description, interface.status = "RDSNetworkInterface", "in-use"
        interface.requester_managed, interface.requester_id = True, "amazon-rds"
        instance.interface = interface
        dress(call, instance.cluster)


def dress(call: Call, cluster: Any) -> None:
    """Gives the interfaces of a cluster's instances its security groups."""
    ec2 = backend(call, "ec2")
    groups = [ec2.get_security_group_from_id(group) for group in security_groups(cluster)]
    for member in cluster.members:
        if interface := getattr(member, "interface", None):
            interface._group_set = [group for group in groups if group]


def leave(call: Call, instance: Any) -> None:
    """The instance is gone, and so is its interface."""
    if interface := getattr(instance, "interface", None):
        backend(call, "ec2").enis.pop(interface.id, None)
