"""What AWS refuses to do to a cluster."""

from __future__ import annotations

import re
from typing import Any

from ...call import Call, Refused
from .engines import full_version, major, numbers
from .keys import key_arn
from .states import own_status

_IDENTIFIER = re.compile(r"(?=.{1,63}$)[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")


def may_be_made(call: Call, rds: Any) -> None:
    """Refuses a cluster that AWS would not make."""
    given = call.parameters
    if not _IDENTIFIER.fullmatch(given["DBClusterIdentifier"]):
        words = "Identifiers begin with a letter, hold letters, digits and single hyphens, and do not end with a hyphen."
        raise Refused("InvalidParameterValue", f"The parameter DBClusterIdentifier is not a valid identifier. {words}")
    if given["DBClusterIdentifier"] in rds.clusters:
        raise Refused("DBClusterAlreadyExistsFault", "DB Cluster already exists")
    group = given.get("DBSubnetGroupName", "default")
    if group != "default" and group not in rds.subnet_groups:
        raise Refused("DBSubnetGroupNotFoundFault", f"DB subnet group '{group}' does not exist.", 404)
    _parameter_group_exists(given, rds)
    full_version(given["Engine"], given.get("EngineVersion"))
    if given.get("KmsKeyId"):
        key_arn(rds, given["KmsKeyId"])
    _password_is_one(given)
    if given.get("ManageMasterUserPassword") and "MasterUserPassword" in given:
        words = "You can't specify MasterUserPassword for a cluster whose master password is managed in Secrets Manager."
        raise Refused("InvalidParameterCombination", words)
    _insights_go_together(given, {})


def may_be_changed(call: Call, rds: Any, cluster: Any) -> None:
    """Refuses a change that AWS would not bring."""
    given = call.parameters
    _is_available(cluster)
    if not given.keys() - {"DBClusterIdentifier", "ApplyImmediately", "AllowMajorVersionUpgrade"}:
        raise Refused("InvalidParameterCombination", "No modifications were requested")
    _parameter_group_exists(given, rds)
    _password_is_one(given)
    if "EngineVersion" in given:
        _is_an_upgrade(given, cluster)
    if given.get("ManageMasterUserPassword") is False and "MasterUserPassword" not in given:
        raise Refused("InvalidParameterCombination", "You must specify MasterUserPassword when you stop managing it.")
    if given.get("MasterUserSecretKmsKeyId") and cluster.manage_master_user_password:
        words = "You can't change the KMS key of a master user secret that is managed in Secrets Manager."
        raise Refused("InvalidParameterCombination", words)
    if given.get("BacktrackWindow") and "BacktrackWindow" not in cluster.shown:
        # AWS: only a cluster that was born with it may change it, or have it again.
        words = "Backtrack can't be enabled for an existing DB cluster that was created without it."
        raise Refused("InvalidParameterCombination", words)
    _insights_go_together(given, cluster.shown)
    insights_keep_their_key(given, rds, cluster.shown)


def may_be_deleted(call: Call, rds: Any, cluster: Any) -> None:
    """Refuses a deletion that AWS would not do."""
    given, name = call.parameters, cluster.db_cluster_identifier
    if own_status(cluster) == "deleting":
        raise Refused("InvalidDBClusterStateFault", f"DbCluster {name} is already being deleted.")
    if cluster.shown["DeletionProtection"]:
        words = "Cannot delete protected Cluster, please disable deletion protection and try again."
        raise Refused("InvalidParameterCombination", words)
    _is_available(cluster)
    if any(own_status(member) != "deleting" for member in cluster.members):
        words = "Cluster cannot be deleted, it still contains DB instances in non-deleting state."
        raise Refused("InvalidDBClusterStateFault", words)
    snapshot = given.get("FinalDBSnapshotIdentifier")
    if bool(snapshot) == given.get("SkipFinalSnapshot", False):
        words = "FinalDBSnapshotIdentifier must be specified if, and only if, SkipFinalSnapshot is not."
        raise Refused("InvalidParameterCombination", words)
    if snapshot and snapshot in rds.cluster_snapshots:
        words = f"Cannot create the snapshot because a snapshot with the identifier {snapshot} already exists."
        raise Refused("DBClusterSnapshotAlreadyExistsFault", words)


def insights_keep_their_key(given: dict[str, Any], rds: Any, have: dict[str, Any]) -> None:
    """AWS: once Performance Insights are on, their key can not be changed."""
    key = given.get("PerformanceInsightsKMSKeyId")
    if key and have.get("PerformanceInsightsKMSKeyId", key_arn(rds, key)) != key_arn(rds, key):
        raise Refused("InvalidParameterCombination", "You cannot change your Performance Insights KMS key.")


def _is_available(cluster: Any) -> None:
    if own_status(cluster) != "available":
        words = f"DbCluster {cluster.db_cluster_identifier} is not currently in the available state."
        raise Refused("InvalidDBClusterStateFault", words)


def _parameter_group_exists(given: dict[str, Any], rds: Any) -> None:
    group = given.get("DBClusterParameterGroupName", "default.")
    if not group.startswith("default.") and group not in rds.db_cluster_parameter_groups:
        raise Refused("DBClusterParameterGroupNotFound", f"DBClusterParameterGroup not found: {group}", 404)


def _password_is_one(given: dict[str, Any]) -> None:
    password = given.get("MasterUserPassword")
    if password is not None and not (
        8 <= len(password) <= 41 and re.fullmatch(r"[!-~]+", password) and not set('/@"') & set(password)
    ):
        words = "The parameter MasterUserPassword is not a valid password. "
        rule = "It has 8 to 41 printable ASCII characters besides '/', '@', '\"', ' '."
        raise Refused("InvalidParameterValue", words + rule)


def _is_an_upgrade(given: dict[str, Any], cluster: Any) -> None:
    engine, have = cluster.engine, cluster.shown["EngineVersion"]
    wanted = full_version(engine, given["EngineVersion"])
    if numbers(wanted) < numbers(have):
        raise Refused("InvalidParameterCombination", f"Cannot upgrade {engine} from {have} to {wanted}")
    if major(engine, wanted) != major(engine, have) and not given.get("AllowMajorVersionUpgrade"):
        words = "The AllowMajorVersionUpgrade flag must be present when upgrading to a new major version."
        raise Refused("InvalidParameterCombination", words)


def _insights_go_together(given: dict[str, Any], have: dict[str, Any]) -> None:
    """AWS: the advanced mode needs Performance Insights for 15 months, said in the same call."""
    told = (given.get("EnablePerformanceInsights"), given.get("PerformanceInsightsRetentionPeriod"))
    if given.get("DatabaseInsightsMode") == "advanced" and told != (True, 465):
        words = "To enable the advanced mode of Database Insights, set Performance Insights on and their retention to 465 days."
        raise Refused("InvalidParameterCombination", words)
