"""What RDS is told of a step, by the names of its calls; above all of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...resource import Change, Changes
    from .db_cluster import DbCluster

# RDS takes these at birth only, or later by other names and calls ...
_BORN_WITH = {
    "engine": "Engine",
    "engine_version": "EngineVersion",
    "database_name": "DatabaseName",
    "character_set_name": "CharacterSetName",
    "master_username": "MasterUsername",
    "master_user_authentication_type": "MasterUserAuthenticationType",
    "availability_zones": "AvailabilityZones",
    "db_subnet_group": "DBSubnetGroupName",
    "storage_encrypted": "StorageEncrypted",
    "kms_key": "KmsKeyId",
    "cluster_scalability_type": "ClusterScalabilityType",
    "enable_cloudwatch_logs_exports": "EnableCloudwatchLogsExports",
    "enable_http_endpoint": "EnableHttpEndpoint",
}
# ... these always ...
_EVER = {
    "db_cluster_parameter_group": "DBClusterParameterGroupName",
    "vpc_security_groups": "VpcSecurityGroupIds",
    "storage_type": "StorageType",
    "port": "Port",
    "backup_retention_period": "BackupRetentionPeriod",
    "preferred_backup_window": "PreferredBackupWindow",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "copy_tags_to_snapshot": "CopyTagsToSnapshot",
    "deletion_protection": "DeletionProtection",
    "enable_iam_database_authentication": "EnableIAMDatabaseAuthentication",
    "enable_local_write_forwarding": "EnableLocalWriteForwarding",
    "engine_lifecycle_support": "EngineLifecycleSupport",
    "backtrack_window": "BacktrackWindow",
    "network_type": "NetworkType",
    "domain": "Domain",
    "domain_iam_role_name": "DomainIAMRoleName",
}
# ... and these together only: the mode of Database Insights goes with the rest.
_INSIGHTS = {
    "database_insights_mode": "DatabaseInsightsMode",
    "enable_performance_insights": "EnablePerformanceInsights",
    "performance_insights_kms_key": "PerformanceInsightsKMSKeyId",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
}


def told(step: Any, words: Mapping[str, str]) -> dict[str, Any]:
    """The fields of a step by a call's names for them, as far as they are wishes for something."""
    wishes = {word: _plain(getattr(step, field)) for field, word in words.items()}
    return {word: value for word, value in wishes.items() if value is not None and value not in ("", [])}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else value


def birth(step: DbCluster) -> dict[str, Any]:
    """What CreateDBCluster is told, save the name, the tags and the password."""
    sent = told(step, {**_BORN_WITH, **_EVER, **_INSIGHTS})
    if step.serverless_v2_scaling:
        sent["ServerlessV2ScalingConfiguration"] = step.serverless_v2_scaling.spelt()
    if step.associated_roles:
        sent["AssociatedRoles"] = [role.spelt() for role in step.associated_roles]
    return {**sent, **(_managed(step) if step.manage_master_user_password else {})}


def modification(step: DbCluster, changed: Changes) -> dict[str, Any]:
    """What ModifyDBCluster is told of the changed fields, save the password."""
    sent = {word: _plain(getattr(step, field)) for field, word in _EVER.items() if field in changed}
    if sent.get("Domain") == "":
        sent["Domain"] = "none"
    if changed.keys() & _INSIGHTS.keys():
        sent |= told(step, _INSIGHTS)
    if "engine_version" in changed:
        sent |= _upgrade(step)
    if "serverless_v2_scaling" in changed and step.serverless_v2_scaling:
        sent["ServerlessV2ScalingConfiguration"] = step.serverless_v2_scaling.spelt()
    if "enable_cloudwatch_logs_exports" in changed:
        sent["CloudwatchLogsExportConfiguration"] = _exports(changed["enable_cloudwatch_logs_exports"])
    return {**sent, **(_managed(step) if "manage_master_user_password" in changed else {})}


def _upgrade(step: DbCluster) -> dict[str, Any]:
    version = {"EngineVersion": step.engine_version, "AllowMajorVersionUpgrade": step.allow_major_version_upgrade}
    group = step.db_instance_parameter_group if step.allow_major_version_upgrade else None
    return {**version, **({"DBInstanceParameterGroupName": group} if group else {})}


def _exports(change: Change) -> dict[str, list[str]]:
    have, wanted = set(change.before or ()), set(change.after)
    kinds = {"EnableLogTypes": sorted(wanted - have), "DisableLogTypes": sorted(have - wanted)}
    return {verb: logs for verb, logs in kinds.items() if logs}


def _managed(step: DbCluster) -> dict[str, Any]:
    key = step.master_user_secret_kms_key if step.manage_master_user_password else None
    return {"ManageMasterUserPassword": step.manage_master_user_password, **({"MasterUserSecretKmsKeyId": key} if key else {})}
