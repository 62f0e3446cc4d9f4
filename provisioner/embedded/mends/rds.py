"""Mends of RDS: calls with which moto destroys what is there."""

from __future__ import annotations

from typing import Any

from ..call import Call, Refused, Result
from .mending import Mends, kept

mends = Mends("rds")


@mends.first("ModifyDBSubnetGroup")
def remember(call: Call, backend: Any) -> None:
    name = call.parameters["DBSubnetGroupName"]
    if name not in backend.subnet_groups:
        raise Refused("DBSubnetGroupNotFoundFault", f"DB subnet group '{name}' not found.", 404)
    kept(backend, "modified")[name] = backend.subnet_groups[name]


@mends.then("ModifyDBSubnetGroup")
def put_back(call: Call, backend: Any, result: Result) -> None:
    """Moto takes the group out of its store to change it, and leaves it out."""
    name = call.parameters["DBSubnetGroupName"]
    backend.subnet_groups[name] = kept(backend, "modified").pop(name)


@mends.first("CreateDBSubnetGroup")
def subnet_group_is_new(call: Call, backend: Any) -> None:
    """AWS: a name is taken once; moto overwrites."""
    name = call.parameters["DBSubnetGroupName"]
    if name in backend.subnet_groups:
        raise Refused("DBSubnetGroupAlreadyExists", f"The DB subnet group '{name}' already exists.")


@mends.first("CreateDBCluster")
def cluster_is_new(call: Call, backend: Any) -> None:
    """AWS: an identifier is taken once; moto overwrites the cluster and its data."""
    if call.parameters["DBClusterIdentifier"] in backend.clusters:
        raise Refused("DBClusterAlreadyExistsFault", "DB Cluster already exists")
