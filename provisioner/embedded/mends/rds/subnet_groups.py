"""Subnet groups: two zones at least, names that are taken once, and no deletion while a database uses them."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends, backend, kept

mends = Mends("rds")


@mends.first("CreateDBSubnetGroup")
def is_new(call: Call, rds: Any) -> None:
    """AWS: a name is taken once; moto overwrites."""
    name = call.parameters["DBSubnetGroupName"]
    if name in rds.subnet_groups:
        raise Refused("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")


@mends.first("CreateDBSubnetGroup", "ModifyDBSubnetGroup")
def covers_two_zones(call: Call, rds: Any) -> None:
    if call.operation == "ModifyDBSubnetGroup":
        _group(call, rds)
    zones = set(_zones(call).values())
    if len(zones) < 2:
        words = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Current AZ coverage: "
        raise Refused("DBSubnetGroupDoesNotCoverEnoughAZs", f"{words}{', '.join(zones)}. Add subnets to cover at least 2 AZs.")


@mends.first("ModifyDBSubnetGroup")
def keeps_used_subnets(call: Call, rds: Any) -> None:
    """AWS: where an instance stands, there must stay a subnet for it."""
    group = _group(call, rds)
    left = set(_zones(call).values())
    for instance in instances_in(rds, group.name):
        if instance.availability_zone not in left:
            words = f"The subnet in {instance.availability_zone} is in use by {instance.db_instance_identifier}."
            raise Refused("SubnetAlreadyInUse", words)
    kept(rds, "modified")[group.name] = group


@mends.then("ModifyDBSubnetGroup")
def put_back(call: Call, rds: Any, result: Result) -> None:
    """Moto takes the group out of its store to change it, and leaves it out."""
    name = call.parameters["DBSubnetGroupName"].lower()
    rds.subnet_groups[name] = kept(rds, "modified").pop(name)


@mends.first("DeleteDBSubnetGroup")
def not_while_used(call: Call, rds: Any) -> None:
    name = _group(call, rds).name
    users = [cluster.db_cluster_identifier for cluster in rds.clusters.values() if cluster.db_subnet_group_name.lower() == name]
    if users:
        words = f"Cannot delete the subnet group '{name}' because at least one database instance: {users[0]} is still using it."
        raise Refused("InvalidDBSubnetGroupStateFault", words)


def instances_in(rds: Any, group: str) -> list[Any]:
    """The instances that stand in the subnets of a group."""
    members = [instance for instance in rds.databases.values() if getattr(instance, "cluster", None) is not None]
    return [instance for instance in members if instance.cluster.db_subnet_group_name.lower() == group]


def _group(call: Call, rds: Any) -> Any:
    name = call.parameters["DBSubnetGroupName"]
    if name not in rds.subnet_groups:
        raise Refused("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' not found.", 404)
    return rds.subnet_groups[name]


def _zones(call: Call) -> dict[str, str]:
    """The zones of a call's subnets, by subnet."""
    subnets = {one.id: one for zone in backend(call, "ec2").subnets.values() for one in zone.values()}
    wanted = call.parameters["SubnetIds"]
    if missing := [one for one in wanted if one not in subnets]:
        raise Refused("InvalidSubnet", f"The requested subnet is invalid, or multiple subnets were requested: {missing[0]}")
    return {one: subnets[one].availability_zone for one in wanted}
