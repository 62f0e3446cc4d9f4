"""A database whose storage its instances share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Id, Ids, Name, Output, Resource, State, Value, as_tags, attr
from .parts import AssociatedRole, ServerlessV2Scaling, at_least, roles, scaling
from .states import state_of
from .tags import listed, retag
from .writing import birth, modification

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_rds.literals import ClusterScalabilityTypeType, DatabaseInsightsModeType, MasterUserAuthenticationTypeType

    from ...aws.account import Aws
    from ...resource import Change, Changes, Live
    from ...secret import Secret
    from ..ec2.security_group import SecurityGroup
    from ..kms.key import Key
    from .db_cluster_parameter_group import DbClusterParameterGroup
    from .db_parameter_group import DbParameterGroup
    from .db_subnet_group import DbSubnetGroup

_SNAPSHOT = "provisioner:final-snapshot"


class DbCluster(Resource):
    """An Aurora cluster: its storage, endpoints and settings. Instances are steps of their own.

    Whoever deletes it gets a last snapshot first, unless `final_snapshot` is false; that wish stands in a tag. The snapshot is
    named after the cluster and its resource id, stays until a person deletes it, and can be read as long as its key lives.
    `engine_version` may be a major one alone; minor ones that RDS brings by itself are no drift, and none is ever taken back.
    `allow_major_version_upgrade`, and `db_instance_parameter_group` for the upgraded instances, are sent only along with
    another version. The master password is sent at birth, and where it is no longer to be managed by RDS; it is never read.

    AWS: RDS CreateDBCluster. Endpoints are shown at once, before the cluster is available. All changes are sent with
    `ApplyImmediately`: RDS would else keep them until the maintenance window, and show the old values till then; changes that
    somebody else left for that window come with them. A stopped cluster can be neither changed nor deleted: a delete starts
    it first. A cluster can be deleted once all of its instances are going.
    """

    engine: str = attr("Engine", replace=True)
    engine_version: str | None = attr("EngineVersion", default=None, same=at_least)
    allow_major_version_upgrade: bool = attr(default=False)
    db_instance_parameter_group: Id[DbParameterGroup | None] = attr(default=None, ready=True)
    # What was not there at birth, RDS does not show, and can not bring.
    database_name: str | None = attr("DatabaseName || ''", default=None, replace=True)
    character_set_name: str | None = attr("CharacterSetName || ''", default=None, replace=True)
    master_username: Value[str] = attr("MasterUsername", replace=True)
    master_user_password: Value[Secret | None] = attr(default=None)
    manage_master_user_password: bool = attr("MasterUserSecret.SecretArn", default=False, norm=bool)
    master_user_secret_kms_key: Id[Key | None] = attr(
        "MasterUserSecret.KmsKeyId", default=None, replace=True, norm=norm.kms_key
    )
    master_user_authentication_type: MasterUserAuthenticationTypeType | None = attr(default=None)
    availability_zones: Value[Sequence[str] | None] = attr(
        "AvailabilityZones", default=None, replace=True, norm=norm.unordered, same=lambda wanted, have: set(wanted) <= set(have)
    )
    db_subnet_group: Id[DbSubnetGroup | None] = attr("DBSubnetGroup", default=None, replace=True, norm=norm.lower)
    db_cluster_parameter_group: Id[DbClusterParameterGroup | None] = attr(
        "DBClusterParameterGroup", default=None, norm=norm.lower, ready=True
    )
    vpc_security_groups: Ids[SecurityGroup] = attr(
        "VpcSecurityGroups[?Status!='removing'].VpcSecurityGroupId", default=None, norm=norm.unordered
    )
    storage_encrypted: bool = attr("StorageEncrypted", default=True, replace=True)
    kms_key: Id[Key | None] = attr("KmsKeyId", default=None, replace=True, norm=norm.kms_key)
    # RDS does not show the usual one.
    storage_type: str = attr("StorageType || 'aurora'", default="aurora")
    port: int | None = attr("Port", default=None)
    backup_retention_period: int = attr("BackupRetentionPeriod", default=7)
    preferred_backup_window: str | None = attr("PreferredBackupWindow", default=None)
    preferred_maintenance_window: str | None = attr("PreferredMaintenanceWindow", default=None, norm=norm.lower)
    auto_minor_version_upgrade: bool | None = attr("AutoMinorVersionUpgrade", default=None)
    copy_tags_to_snapshot: bool = attr("CopyTagsToSnapshot", default=True)
    deletion_protection: bool = attr("DeletionProtection", default=True)
    enable_iam_database_authentication: bool = attr("IAMDatabaseAuthenticationEnabled", default=False)
    enable_cloudwatch_logs_exports: Sequence[str] = attr("EnabledCloudwatchLogsExports", default=(), norm=norm.unordered)
    enable_http_endpoint: bool = attr("HttpEndpointEnabled", default=False)
    enable_local_write_forwarding: bool | None = attr(
        "LocalWriteForwardingStatus", default=None, norm=lambda shown: shown in (True, "enabled", "enabling", "requested")
    )
    engine_lifecycle_support: str | None = attr("EngineLifecycleSupport", default=None)
    backtrack_window: int | None = attr("BacktrackWindow", default=None)
    serverless_v2_scaling: ServerlessV2Scaling | None = attr(
        "ServerlessV2ScalingConfiguration", default=None, norm=scaling, same=norm.within
    )
    cluster_scalability_type: ClusterScalabilityTypeType | None = attr("ClusterScalabilityType", default=None, replace=True)
    network_type: str | None = attr("NetworkType", default=None)
    domain: str | None = attr("DomainMemberships[0].Domain", default=None)
    domain_iam_role_name: str | None = attr("DomainMemberships[0].IAMRoleName", default=None)
    associated_roles: Sequence[AssociatedRole] | None = attr("AssociatedRoles", default=None, norm=roles)
    database_insights_mode: DatabaseInsightsModeType | None = attr("DatabaseInsightsMode", default=None)
    enable_performance_insights: bool | None = attr("PerformanceInsightsEnabled", default=None)
    performance_insights_kms_key: Id[Key | None] = attr(
        "PerformanceInsightsKMSKeyId", default=None, replace=True, norm=norm.kms_key
    )
    performance_insights_retention_period: int | None = attr("PerformanceInsightsRetentionPeriod", default=None)
    final_snapshot: bool = attr(
        f"Tags[?Key=='{_SNAPSHOT}'].Value | [0]", default=True, norm=lambda shown: shown in (True, "true")
    )

    id = Name("DBClusterIdentifier", longest=63)
    arn = Output("DBClusterArn")
    endpoint = Output("Endpoint")
    reader_endpoint = Output("ReaderEndpoint")
    endpoint_port = Output("Port")
    resource_id = Output("DbClusterResourceId")
    hosted_zone_id = Output("HostedZoneId")
    master_user_secret_arn = Output("MasterUserSecret.SecretArn")

    data = True
    protection = "DeletionProtection"
    usual_seconds = 90.0
    patience_seconds = 7200.0
    since = "ClusterCreateTime"

    def __post_init__(self) -> None:
        wrong = []
        if isinstance(self.master_user_password, str):
            wrong.append("master_user_password shows wherever the plan does: give a Secret")
        if self.manage_master_user_password and self.master_user_password is not None:
            wrong.append("RDS manages the master password or the plan gives it, not both")
        wrong += [
            f"{field} is a key, its ARN or its id: RDS shows the key that an alias means, not the alias"
            for field in ("kms_key", "master_user_secret_kms_key", "performance_insights_kms_key")
            if isinstance(key := getattr(self, field), str) and "alias/" in key
        ]
        if wrong:
            raise PlanError("\n".join(f"{self.key}: {what}" for what in wrong))

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.rds.get_paginator("describe_db_clusters").paginate():
            yield from map(_document, page["DBClusters"])

    def create(self, aws: Aws) -> Live | None:
        tags = listed({**self.tags, **self._wish()})
        made = aws.rds.create_db_cluster(DBClusterIdentifier=aws.named(self), Tags=tags, **birth(self), **self._password())
        return _document({**made["DBCluster"], "TagList": tags})

    def _password(self) -> dict[str, Any]:
        return {} if self.master_user_password is None else {"MasterUserPassword": self.master_user_password.reveal()}

    def _wish(self) -> dict[str, str]:
        return {_SNAPSHOT: "true" if self.final_snapshot else "false"}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        named = {"DBClusterIdentifier": live["DBClusterIdentifier"]}
        retag(aws, live["DBClusterArn"], changed, self._wish() if "final_snapshot" in changed else {})
        if wishes := modification(self, changed):
            let_go = wishes.get("ManageMasterUserPassword") is False
            aws.rds.modify_db_cluster(**named, ApplyImmediately=True, **wishes, **(self._password() if let_go else {}))
        if "enable_http_endpoint" in changed:
            switch = aws.rds.enable_http_endpoint if self.enable_http_endpoint else aws.rds.disable_http_endpoint
            switch(ResourceArn=live["DBClusterArn"])
        if "associated_roles" in changed:
            _associate(aws, named, changed["associated_roles"])

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        cluster, status = live["DBClusterIdentifier"], live["Status"]
        if status == "stopped":
            aws.maybe(lambda: aws.rds.start_db_cluster(DBClusterIdentifier=cluster))
        elif live.get("DeletionProtection"):
            unlock: Any = {"DeletionProtection": False, "ApplyImmediately": True}
            aws.maybe(lambda: aws.rds.modify_db_cluster(DBClusterIdentifier=cluster, **unlock))
        elif as_tags(live["Tags"]).get(_SNAPSHOT) == "false":
            aws.rds.delete_db_cluster(DBClusterIdentifier=cluster, SkipFinalSnapshot=True)
        elif status != "deleting":
            # The resource id is never given twice, as the cluster's name is.
            born = live["DbClusterResourceId"].removeprefix("cluster-").lower()
            aws.rds.delete_db_cluster(DBClusterIdentifier=cluster, FinalDBSnapshotIdentifier=f"{cluster}-final-{born}")

    @staticmethod
    def state(live: Live) -> State:
        return state_of(live, live["Status"], reboot=live["RebootNeeded"])

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        found = aws.maybe(lambda: aws.rds.describe_db_clusters(DBClusterIdentifier=live["DBClusterIdentifier"]))
        members = [member for cluster in found["DBClusters"] for member in cluster["DBClusterMembers"]] if found else []
        return [f"its instance {member['DBInstanceIdentifier']}" for member in members]


def _associate(aws: Aws, named: Any, change: Change) -> None:
    have, wanted = change.before or [], change.after
    for role in have:
        if role not in wanted:
            aws.rds.remove_role_from_db_cluster(**named, **role)
    for role in wanted:
        if role not in have:
            aws.rds.add_role_to_db_cluster(**named, **role)


def _document(cluster: Any) -> Live:
    # Instances hold their cluster, so its document must not mention them; and groups are shown by names that others bear, too.
    shown = {name: item for name, item in cluster.items() if name != "DBClusterMembers"}
    place = cluster["DBClusterArn"].rpartition(":cluster:")[0]
    groups = [f"{place}:subgrp:{cluster.get('DBSubnetGroup')}", f"{place}:cluster-pg:{cluster.get('DBClusterParameterGroup')}"]
    reboot = any(one.get("DBClusterParameterGroupStatus") == "pending-reboot" for one in cluster.get("DBClusterMembers", ()))
    return {**shown, "Tags": cluster.get("TagList", []), "Groups": groups, "RebootNeeded": reboot}
