"""What RDS has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader

_GROUPS = (
    ("cluster-parameter-group", "db_cluster_parameter", "DBClusterParameterGroup"),
    ("parameter-group", "db_parameter", "DBParameterGroup"),
)


def databases(reader: Reader) -> Iterator[Thing]:
    """Clusters, instances, snapshots, and the groups that they use."""
    for cluster in reader.all("rds", "describe_db_clusters", "DBClusters"):
        called = (cluster["DBClusterArn"], cluster["DbClusterResourceId"], cluster["Endpoint"], cluster["ReaderEndpoint"])
        # The first instance to be there writes.
        members = [one.pop("IsClusterWriter") for one in cluster["DBClusterMembers"]]
        more = {"writers": sum(members), "HostedZoneId": None, **_tags(reader, called[0])}
        yield Thing("cluster", cluster | more, called)
    for instance in reader.all("rds", "describe_db_instances", "DBInstances"):
        known = instance["DBInstanceArn"]
        address = instance.get("Endpoint", {}).get("Address", "")
        yield Thing("database-instance", instance | _tags(reader, known), (known, instance["DbiResourceId"], address))
    for snapshot in reader.all("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots"):
        yield _snapshot(reader, snapshot)
    for group in reader.all("rds", "describe_db_subnet_groups", "DBSubnetGroups[?DBSubnetGroupName!='default']"):
        known = group["DBSubnetGroupArn"]
        yield Thing("database-subnet-group", group | _tags(reader, known), (known,))
    for kind, name, shown in _GROUPS:
        for group in reader.all("rds", f"describe_{name}_groups", f"{shown}s[?!starts_with({shown}Name, 'default.')]"):
            known, asked = group[f"{shown}Arn"], {f"{shown}Name": group[f"{shown}Name"], "Source": "user"}
            parameters = reader.all("rds", f"describe_{name}s", "Parameters[].[ParameterName, ParameterValue]", **asked)
            yield Thing(kind, {**group, "parameters": parameters, **_tags(reader, known)}, (known, group[f"{shown}Name"]))


def _snapshot(reader: Reader, snapshot: Any) -> Thing:
    """One of a cluster's; the last one is named by the day."""
    known, name = snapshot["DBClusterSnapshotArn"], snapshot["DBClusterSnapshotIdentifier"]
    called = (known, name, snapshot.get("DbClusterResourceId", ""))
    return Thing("cluster-snapshot", snapshot | _tags(reader, known), called, f"of {snapshot['DBClusterIdentifier']}")


def _tags(reader: Reader, known: str) -> dict[str, Any]:
    return {"Tags": reader.one("rds", "list_tags_for_resource", "TagList", ResourceName=known)}
