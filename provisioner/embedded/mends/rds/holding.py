"""What databases hold in EC2: each instance has a network interface, in a subnet and with the cluster's security groups."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from ...call import Call, Refused
from ..mending import Mends, backend
from .cluster_document import security_groups
from .subnet_groups import instances_in

mends = Mends("ec2")


@mends.first("DeleteSubnet")
def not_where_an_instance_stands(call: Call, ec2: Any) -> None:
    wanted = call.parameters["SubnetId"]
    if wanted in _subnets(call):
        raise Refused("DependencyViolation", f"The subnet '{wanted}' has dependencies and cannot be deleted.")


@mends.first("DeleteSecurityGroup")
def not_while_a_cluster_has_it(call: Call, ec2: Any) -> None:
    wanted = call.parameters.get("GroupId")
    if any(wanted in security_groups(cluster) for cluster in _rds(call).clusters.values()) if _rds(call) else False:
        raise Refused("DependencyViolation", f"resource {wanted} has a dependent object")


def _subnets(call: Call) -> Iterator[str]:
    rds = _rds(call)
    for name, group in rds.subnet_groups.items() if rds else ():
        zones = {instance.availability_zone for instance in instances_in(rds, name.lower())}
        yield from (subnet.id for subnet in group._subnets if subnet.availability_zone in zones)


def _rds(call: Call) -> Any:
    # To import its models takes a second and a half: not for a deletion in an account without a database.
    return backend(call, "rds") if "moto.rds.models" in sys.modules else None
