"""Clusters: all that they are told is shown, changes take their time, and what AWS refuses is refused."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends
from ..under_way import stop
from .cluster_document import born, document, values
from .cluster_rules import may_be_changed, may_be_deleted, may_be_made
from .engines import full_version
from .interfaces import dress, leave
from .parameter_groups import wait_for_reboot
from .states import begin, begin_to_change, own_status

mends = Mends("rds")

# What stands in PendingModifiedValues until it has been brought; all else shows at once.
_PENDING = ("EngineVersion", "BackupRetentionPeriod", "IAMDatabaseAuthenticationEnabled", "StorageType")


@mends.first("CreateDBCluster")
def check(call: Call, rds: Any) -> None:
    may_be_made(call, rds)


@mends.then("CreateDBCluster")
def keep(call: Call, rds: Any, result: Result) -> Result:
    cluster = rds.clusters[call.parameters["DBClusterIdentifier"]]
    cluster.shown, cluster.pending = born(call, rds, cluster), {}
    _tell_moto(cluster)
    begin(call, cluster, "creating", 90)
    return {"DBCluster": document(cluster, result["DBCluster"])}


@mends.first("ModifyDBCluster")
def check_change(call: Call, rds: Any) -> None:
    may_be_changed(call, rds, _cluster(call, rds))


@mends.then("ModifyDBCluster")
def change(call: Call, rds: Any, result: Result) -> Result:
    cluster, given = _cluster(call, rds), call.parameters
    told = values(given, rds, cluster.shown)
    if "EngineVersion" in given:
        told["EngineVersion"] = full_version(cluster.engine, given["EngineVersion"])
    waiting = {name: told.pop(name) for name in _PENDING if name in told}
    cluster.pending |= {name: value for name, value in waiting.items() if value != cluster.shown.get(name, "aurora")}
    before, cluster.shown = cluster.shown["DBClusterParameterGroup"], {**cluster.shown, **told}
    _tell_moto(cluster)
    dress(call, cluster)
    if cluster.parameter_group != before:
        for member in cluster.members:
            wait_for_reboot(member, cluster.parameter_group.lower(), of_cluster=True)
    if given.get("ApplyImmediately"):
        begin_to_change(call, cluster, 120, lambda: _bring(cluster))
    return {"DBCluster": document(cluster, result["DBCluster"])}


def _bring(cluster: Any) -> None:
    cluster.shown, cluster.pending = {**cluster.shown, **cluster.pending}, {}
    _tell_moto(cluster)


def _tell_moto(cluster: Any) -> None:
    """What moto's instances show of their cluster, or its own code looks at."""
    cluster.engine_version = cluster.shown["EngineVersion"]
    cluster.parameter_group = cluster.shown["DBClusterParameterGroup"]
    cluster.kms_key_id = cluster.shown.get("KmsKeyId")
    cluster.backup_retention_period = cluster.shown["BackupRetentionPeriod"]


@mends.then("DescribeDBClusters")
def show(call: Call, rds: Any, result: Result) -> Result:
    listed = result.get("DBClusters") or ()
    return {**result, "DBClusters": [document(rds.clusters[one["DBClusterIdentifier"]], one) for one in listed]}


@mends.first("DeleteDBCluster")
def delete(call: Call, rds: Any) -> Result:
    cluster = _cluster(call, rds)
    may_be_deleted(call, rds, cluster)
    if snapshot := call.parameters.get("FinalDBSnapshotIdentifier"):
        tags = cluster.tags if cluster.shown["CopyTagsToSnapshot"] else []
        rds.create_db_cluster_snapshot(cluster.db_cluster_identifier, snapshot, tags=tags)
    # AWS: it goes when the last of its instances is gone.
    seconds = 420 if cluster.members else 120
    begin(call, cluster, "deleting", seconds, lambda: _end(call, rds, cluster))
    return _briefly(cluster)


def _end(call: Call, rds: Any, cluster: Any) -> None:
    """AWS: automated backups go with their cluster. To moto, they keep the next one from its name, within a minute."""
    name, cluster.deletion_protection = cluster.db_cluster_identifier, False
    for member in cluster.members:
        # It was going already.
        stop(call, member.arn)
        leave(call, member)
        rds.delete_db_instance(member.db_instance_identifier)
    rds.delete_db_cluster(name)
    for snapshot in [one for one in rds.cluster_snapshots if one.startswith(f"rds:{name}-")]:
        del rds.cluster_snapshots[snapshot]


@mends.first("StopDBCluster", "StartDBCluster")
def stop_or_start(call: Call, rds: Any) -> Result:
    cluster, stops = _cluster(call, rds), call.operation == "StopDBCluster"
    needed = "available" if stops else "stopped"
    if own_status(cluster) != needed:
        words = f"DbCluster {cluster.db_cluster_identifier} is in {own_status(cluster)} state but expected it to be {needed}."
        raise Refused("InvalidDBClusterStateFault", words)
    begin(call, cluster, "stopping" if stops else "starting", 300, then="stopped" if stops else "available")
    return _briefly(cluster)


@mends.first("EnableHttpEndpoint", "DisableHttpEndpoint")
def switch_http_endpoint(call: Call, rds: Any) -> Result:
    arn, on = call.parameters["ResourceArn"], call.operation == "EnableHttpEndpoint"
    cluster = next((one for one in rds.clusters.values() if one.arn == arn), None)
    if cluster is None:
        raise Refused("ResourceNotFoundFault", f"The specified resource {arn} was not found.", 404)
    cluster.shown["HttpEndpointEnabled"] = on
    return {"ResourceArn": arn, "HttpEndpointEnabled": on}


@mends.first("AddRoleToDBCluster", "RemoveRoleFromDBCluster")
def change_roles(call: Call, rds: Any) -> Result:
    given = call.parameters
    roles = _cluster(call, rds).shown["AssociatedRoles"]
    role = {name: given[name] for name in ("RoleArn", "FeatureName") if given.get(name)}
    have = [{name: one[name] for name in ("RoleArn", "FeatureName") if one.get(name)} for one in roles]
    if call.operation == "AddRoleToDBCluster":
        if role in have:
            raise Refused("DBClusterRoleAlreadyExists", f"Role {role['RoleArn']} is already associated with the cluster.")
        roles.append({**role, "Status": "ACTIVE"})
    elif role in have:
        del roles[have.index(role)]
    else:
        raise Refused("DBClusterRoleNotFound", f"Role {role['RoleArn']} is not associated with the cluster.", 404)
    return {}


def _briefly(cluster: Any) -> Result:
    name, arn = cluster.db_cluster_identifier, cluster.arn
    return {"DBCluster": {"DBClusterIdentifier": name, "DBClusterArn": arn, "Status": own_status(cluster)}}


def _cluster(call: Call, rds: Any) -> Any:
    name = call.parameters["DBClusterIdentifier"]
    if name not in rds.clusters:
        raise Refused("DBClusterNotFoundFault", f"DBCluster {name} not found.", 404)
    return rds.clusters[name]
