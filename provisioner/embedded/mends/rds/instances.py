"""Instances of clusters: Performance Insights, subnet and parameter groups, and states that take their time."""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..mending import Mends, backend
from .cluster_document import insights
from .cluster_rules import insights_keep_their_key
from .interfaces import leave, stand
from .parameter_groups import wait_for_reboot
from .states import begin, begin_to_change, end_as, own_status, status_of

mends = Mends("rds")

# What shows only once it has been brought.
_PENDING = ("DBInstanceClass", "CACertificateIdentifier")
_AT_ONCE = (
    "AutoMinorVersionUpgrade",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "PromotionTier",
    "PubliclyAccessible",
    "PerformanceInsightsRetentionPeriod",
)
_DEFAULTS = {
    "AutoMinorVersionUpgrade": True,
    "CACertificateIdentifier": "rds-ca-rsa2048-g1",
    "MonitoringInterval": 0,
    "PerformanceInsightsEnabled": False,
    "PromotionTier": 1,
    "PubliclyAccessible": False,
}


@mends.first("CreateDBInstance")
def check(call: Call, rds: Any) -> None:
    given = call.parameters
    if given["DBInstanceIdentifier"] in rds.databases:
        raise Refused("DBInstanceAlreadyExists", "DB instance already exists")
    if given["Engine"].startswith("aurora") and "DBClusterIdentifier" not in given:
        raise Refused(
            "InvalidParameterCombination", "Aurora instances must be members of a cluster: DBClusterIdentifier is missing."
        )
    cluster = rds.clusters.get(given.get("DBClusterIdentifier", ""))
    if cluster is not None and own_status(cluster) in ("deleting", "stopping", "stopped"):
        words = f"The source cluster {cluster.db_cluster_identifier} is in {own_status(cluster)} state."
        raise Refused("InvalidDBClusterStateFault", words)


@mends.then("CreateDBInstance")
def keep(call: Call, rds: Any, result: Result) -> Result | None:
    instance, given = rds.databases[call.parameters["DBInstanceIdentifier"]], call.parameters
    if getattr(instance, "cluster", None) is None:
        return None
    # Moto gives all of them the same.
    instance.dbi_resource_id = "db-" + "".join(mock_random.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(26))
    instance.availability_zone = given.get("AvailabilityZone") or _zone(instance, rds)
    instance.shown, instance.pending = {**_DEFAULTS, **_values(given, rds)}, {}
    begin(call, instance, "creating", 420)
    stand(call, rds, instance)
    return {"DBInstance": _document(instance, rds, result["DBInstance"])}


def fail(call: Call, name: str, status: str, message: str) -> None:
    """A new one ends in another status than `available`; AWS tells why by events only."""
    end_as(call, backend(call).databases[name], status)


@mends.first("ModifyDBInstance")
def check_change(call: Call, rds: Any) -> None:
    instance, given = _instance(call, rds), call.parameters
    _is_available(instance)
    if not given.keys() - {"DBInstanceIdentifier", "ApplyImmediately"}:
        raise Refused("InvalidParameterCombination", "No modifications were requested")
    insights_keep_their_key(given, rds, getattr(instance, "shown", {}))
    if (group := given.get("DBParameterGroupName", "").lower()).startswith("default.") and group not in rds.db_parameter_groups:
        # There are always those; moto makes them when they are first used at a birth.
        family = group.removeprefix("default.")
        words = {"db_parameter_group_name": group, "db_parameter_group_family": family}
        rds.create_db_parameter_group({**words, "description": f"Default parameter group for {family}"})


@mends.then("ModifyDBInstance")
def change(call: Call, rds: Any, result: Result) -> Result | None:
    instance, given = _instance(call, rds), call.parameters
    if not hasattr(instance, "shown"):
        return None
    told = _values(given, rds)
    instance.pending |= {name: told.pop(name) for name in _PENDING if name in told and told[name] != instance.shown[name]}
    instance.shown |= told
    # Moto has taken it over at once; here it takes its time.
    instance.db_instance_class = instance.shown["DBInstanceClass"]
    if "DBParameterGroupName" in given:
        wait_for_reboot(instance, given["DBParameterGroupName"].lower(), of_cluster=False)
    if given.get("ApplyImmediately"):
        begin_to_change(call, instance, 120, lambda: _bring(instance))
    return {"DBInstance": _document(instance, rds, result["DBInstance"])}


def _bring(instance: Any) -> None:
    instance.shown, instance.pending = {**instance.shown, **instance.pending}, {}
    instance.db_instance_class = instance.shown["DBInstanceClass"]


@mends.then("DescribeDBInstances")
def show(call: Call, rds: Any, result: Result) -> Result:
    listed = result.get("DBInstances") or ()
    return {**result, "DBInstances": [_document(rds.databases[one["DBInstanceIdentifier"]], rds, one) for one in listed]}


@mends.first("DeleteDBInstance")
def delete(call: Call, rds: Any) -> Result | None:
    instance = _instance(call, rds)
    if not hasattr(instance, "shown"):
        return None
    name = instance.db_instance_identifier
    if own_status(instance) == "deleting":
        raise Refused("InvalidDBInstanceState", f"Instance {name} is already being deleted.")
    _is_available(instance)
    if "FinalDBSnapshotIdentifier" in call.parameters:
        raise Refused(
            "InvalidParameterCombination", "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance"
        )
    begin(call, instance, "deleting", 300, lambda: _end(call, rds, instance))
    return {"DBInstance": {"DBInstanceIdentifier": name, "DBInstanceArn": instance.arn, "DBInstanceStatus": "deleting"}}


def _end(call: Call, rds: Any, instance: Any) -> None:
    leave(call, instance)
    rds.delete_db_instance(instance.db_instance_identifier)


@mends.then("RebootDBInstance")
def reboot(call: Call, rds: Any, result: Result) -> Result:
    instance = _instance(call, rds)
    instance.parameters_wait = instance.cluster_parameters_wait = False
    begin(call, instance, "rebooting", 60)
    return {"DBInstance": _document(instance, rds, result["DBInstance"])}


def _values(given: dict[str, Any], rds: Any) -> dict[str, Any]:
    found = {name: given[name] for name in (*_AT_ONCE, *_PENDING) if name in given}
    if "EnablePerformanceInsights" in given:
        found["PerformanceInsightsEnabled"] = given["EnablePerformanceInsights"]
    return found | (insights(given, rds) if given.get("EnablePerformanceInsights") else {})


def _document(instance: Any, rds: Any, by_moto: dict[str, Any]) -> dict[str, Any]:
    if not hasattr(instance, "shown"):
        return by_moto
    status = status_of(instance)
    # AWS: it has no address before it can be reached.
    rest = {name: value for name, value in by_moto.items() if name != "Endpoint" or status != "creating"}
    applied = "pending-reboot" if getattr(instance, "parameters_wait", False) else "in-sync"
    groups = [{"DBParameterGroupName": one.name, "ParameterApplyStatus": applied} for one in instance.db_parameter_groups()]
    return {
        **rest,
        **instance.shown,
        **_of_cluster(instance.cluster),
        **_monitored(instance),
        "AvailabilityZone": instance.availability_zone,
        "DBInstanceStatus": status,
        "DBParameterGroups": groups,
        "DBSubnetGroup": _subnet_group(instance, rds),
        "DbiResourceId": instance.dbi_resource_id,
        "PendingModifiedValues": instance.pending,
    }


def _of_cluster(cluster: Any) -> dict[str, Any]:
    """What is the cluster's to say, and its instances show, too."""
    return {name: cluster.shown[name] for name in ("EnabledCloudwatchLogsExports", "IAMDatabaseAuthenticationEnabled")}


def _monitored(instance: Any) -> dict[str, Any]:
    """AWS: where enhanced monitoring writes to."""
    if not instance.shown["MonitoringInterval"]:
        return {}
    group = f"arn:aws:logs:{instance.region}:{instance.account_id}:log-group:RDSOSMetrics"
    return {"EnhancedMonitoringResourceArn": f"{group}:log-stream:{instance.dbi_resource_id}"}


def _subnet_group(instance: Any, rds: Any) -> dict[str, Any]:
    name = instance.cluster.db_subnet_group_name
    group = rds.subnet_groups.get(name)
    if group is None:
        return {"DBSubnetGroupName": name}
    words = {"DBSubnetGroupName": group.name, "DBSubnetGroupDescription": group.description, "VpcId": group.vpc_id}
    return {**words, "SubnetGroupStatus": "Complete", "Subnets": group.subnets}


def _zone(instance: Any, rds: Any) -> str:
    """AWS: one of the subnet group's, the members of a cluster in different ones as far as there are some."""
    group = rds.subnet_groups.get(instance.cluster.db_subnet_group_name)
    zones = (
        sorted({subnet.availability_zone for subnet in group._subnets})
        if group
        else instance.cluster.shown["AvailabilityZones"]
    )
    return str(zones[(len(instance.cluster.members) - 1) % len(zones)])


def _is_available(instance: Any) -> None:
    if status_of(instance) in ("deleting", "stopping", "stopped", "starting", "modifying", "rebooting", "creating"):
        words = f"Database instance {instance.db_instance_identifier} is not in available state."
        raise Refused("InvalidDBInstanceState", words)


def _instance(call: Call, rds: Any) -> Any:
    name = call.parameters["DBInstanceIdentifier"]
    if name not in rds.databases:
        raise Refused("DBInstanceNotFound", f"DBInstance {name} not found.", 404)
    return rds.databases[name]
