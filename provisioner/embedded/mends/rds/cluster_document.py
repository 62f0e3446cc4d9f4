"""What a cluster shows of what it was told."""

from __future__ import annotations

from typing import Any

from ...call import Call
from ..mending import backend
from .engines import family, full_version
from .keys import key_arn
from .states import own_status

# What it is told, by the name under which it shows that.
_ALIKE = {
    "AutoMinorVersionUpgrade": "AutoMinorVersionUpgrade",
    "BackupRetentionPeriod": "BackupRetentionPeriod",
    "CharacterSetName": "CharacterSetName",
    "ClusterScalabilityType": "ClusterScalabilityType",
    "CopyTagsToSnapshot": "CopyTagsToSnapshot",
    "DBClusterParameterGroupName": "DBClusterParameterGroup",
    "DatabaseInsightsMode": "DatabaseInsightsMode",
    "DeletionProtection": "DeletionProtection",
    "EnableIAMDatabaseAuthentication": "IAMDatabaseAuthenticationEnabled",
    "EnablePerformanceInsights": "PerformanceInsightsEnabled",
    "EngineLifecycleSupport": "EngineLifecycleSupport",
    "NetworkType": "NetworkType",
    "PerformanceInsightsRetentionPeriod": "PerformanceInsightsRetentionPeriod",
    "Port": "Port",
    "PreferredBackupWindow": "PreferredBackupWindow",
    "PreferredMaintenanceWindow": "PreferredMaintenanceWindow",
    "ServerlessV2ScalingConfiguration": "ServerlessV2ScalingConfiguration",
    "StorageType": "StorageType",
}
_DEFAULTS: dict[str, Any] = {
    "AutoMinorVersionUpgrade": True,
    "BackupRetentionPeriod": 1,
    "ClusterScalabilityType": "standard",
    "CopyTagsToSnapshot": False,
    "DatabaseInsightsMode": "standard",
    "DeletionProtection": False,
    "EngineLifecycleSupport": "open-source-rds-extended-support",
    "EngineMode": "provisioned",
    "IAMDatabaseAuthenticationEnabled": False,
    "LocalWriteForwardingStatus": "disabled",
    "NetworkType": "IPV4",
    "PerformanceInsightsEnabled": False,
}
# What moto shows and AWS does not, or not always.
_ONLY_IF_SO = ("BacktrackWindow", "KmsKeyId", "PendingModifiedValues", "ScalingConfigurationInfo", "StorageType")


def born(call: Call, rds: Any, cluster: Any) -> dict[str, Any]:
    """What a new cluster shows."""
    given = call.parameters
    version = full_version(cluster.engine, given.get("EngineVersion"))
    key = {"KmsKeyId": key_arn(rds, given.get("KmsKeyId"))} if given.get("StorageEncrypted") else {}
    return {
        **_DEFAULTS,
        "AssociatedRoles": [{**role, "Status": "ACTIVE"} for role in given.get("AssociatedRoles", ())],
        "AvailabilityZones": _three_zones(cluster.region, given.get("AvailabilityZones", ())),
        "DBClusterParameterGroup": f"default.{family(cluster.engine, version)}",
        "DomainMemberships": [],
        "EnabledCloudwatchLogsExports": sorted(given.get("EnableCloudwatchLogsExports", ())),
        "HttpEndpointEnabled": given.get("EnableHttpEndpoint", False),
        "Port": cluster.port,
        "PreferredBackupWindow": cluster.preferred_backup_window,
        "PreferredMaintenanceWindow": cluster.preferred_maintenance_window,
        "VpcSecurityGroups": _groups([_default_group(call, rds, cluster)]),
        **values(given, rds, {}),
        **key,
        "EngineVersion": version,
    }


def values(given: dict[str, Any], rds: Any, have: dict[str, Any]) -> dict[str, Any]:
    """What a cluster shows of what it is told; `have` is what it shows until then."""
    found = {shown: given[name] for name, shown in _ALIKE.items() if name in given}
    if "PreferredMaintenanceWindow" in found:
        found["PreferredMaintenanceWindow"] = found["PreferredMaintenanceWindow"].lower()
    if "VpcSecurityGroupIds" in given:
        found["VpcSecurityGroups"] = _groups(given["VpcSecurityGroupIds"])
    if given.get("BacktrackWindow") or have.get("BacktrackWindow"):
        found["BacktrackWindow"] = given.get("BacktrackWindow", have.get("BacktrackWindow"))
    if "EnableLocalWriteForwarding" in given:
        found["LocalWriteForwardingStatus"] = "enabled" if given["EnableLocalWriteForwarding"] else "disabled"
    if given.keys() & {"Domain", "DomainIAMRoleName"}:
        found["DomainMemberships"] = _domains(given, have)
    if given.get("EnablePerformanceInsights"):
        found |= insights(given, rds)
    return found | _exports(given, have)


def insights(given: dict[str, Any], rds: Any) -> dict[str, Any]:
    """What Performance Insights, where they are on, show of what was told."""
    days = given.get("PerformanceInsightsRetentionPeriod", 7)
    key = key_arn(rds, given.get("PerformanceInsightsKMSKeyId"))
    return {"PerformanceInsightsRetentionPeriod": days, "PerformanceInsightsKMSKeyId": key}


def _exports(given: dict[str, Any], have: dict[str, Any]) -> dict[str, Any]:
    if "CloudwatchLogsExportConfiguration" not in given:
        return {}
    told = given["CloudwatchLogsExportConfiguration"]
    left = set(have["EnabledCloudwatchLogsExports"]) - set(told.get("DisableLogTypes", ()))
    return {"EnabledCloudwatchLogsExports": sorted(left | set(told.get("EnableLogTypes", ())))}


def _domains(given: dict[str, Any], have: dict[str, Any]) -> list[dict[str, Any]]:
    shown: dict[str, Any] = next(iter(have.get("DomainMemberships", ())), {})
    domain = given.get("Domain", shown.get("Domain"))
    role = given.get("DomainIAMRoleName", shown.get("IAMRoleName"))
    return [] if domain == "none" else [{"Domain": domain, "Status": "joined", "IAMRoleName": role}]


def document(cluster: Any, by_moto: dict[str, Any]) -> dict[str, Any]:
    """The whole document of a cluster."""
    rest = {name: value for name, value in by_moto.items() if name not in _ONLY_IF_SO}
    shown = {name: value for name, value in cluster.shown.items() if (name, value) != ("StorageType", "aurora")}
    waiting = {"PendingModifiedValues": cluster.pending} if cluster.pending else {}
    members = [
        {**member, "DBClusterParameterGroupStatus": _applied(cluster, member["DBInstanceIdentifier"])}
        for member in by_moto.get("DBClusterMembers") or ()
    ]
    return {**rest, **shown, **waiting, "DBClusterMembers": members, "Status": own_status(cluster)}


def _applied(cluster: Any, member: str) -> str:
    waits = getattr(cluster.backend.databases[member], "cluster_parameters_wait", False)
    return "pending-reboot" if waits else "in-sync"


def security_groups(cluster: Any) -> list[str]:
    """The security groups of a cluster."""
    return [group["VpcSecurityGroupId"] for group in cluster.shown["VpcSecurityGroups"]]


def _groups(ids: list[str]) -> list[dict[str, str]]:
    return [{"VpcSecurityGroupId": one, "Status": "active"} for one in ids]


def _default_group(call: Call, rds: Any, cluster: Any) -> str:
    """AWS: by default, the default security group of the subnets' VPC."""
    ec2 = backend(call, "ec2")
    group = rds.subnet_groups.get(cluster.db_subnet_group_name)
    vpc = group.vpc_id if group is not None else ec2.default_vpc.id
    return str(ec2.get_default_security_group(vpc).id)


def _three_zones(region: str, given: list[str]) -> list[str]:
    """AWS: storage always spreads over three."""
    return sorted(list(dict.fromkeys([*given, *(f"{region}{letter}" for letter in "abc")]))[:3])
