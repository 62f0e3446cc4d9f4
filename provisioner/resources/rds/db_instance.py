"""An instance of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Id, Name, Output, Resource, State, Value, attr
from .states import state_of
from .tags import listed, retag
from .writing import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key
    from .db_cluster import DbCluster
    from .db_parameter_group import DbParameterGroup

_BORN_WITH = {
    "db_cluster": "DBClusterIdentifier",
    "engine": "Engine",
    "availability_zone": "AvailabilityZone",
}
_EVER = {
    "db_instance_class": "DBInstanceClass",
    "publicly_accessible": "PubliclyAccessible",
    "auto_minor_version_upgrade": "AutoMinorVersionUpgrade",
    "db_parameter_group": "DBParameterGroupName",
    "promotion_tier": "PromotionTier",
    "preferred_maintenance_window": "PreferredMaintenanceWindow",
    "ca_certificate_identifier": "CACertificateIdentifier",
}
# RDS wants to be told of these together.
_MONITORING = {"monitoring_interval": "MonitoringInterval", "monitoring_role": "MonitoringRoleArn"}
_INSIGHTS = {
    "enable_performance_insights": "EnablePerformanceInsights",
    "performance_insights_kms_key": "PerformanceInsightsKMSKeyId",
    "performance_insights_retention_period": "PerformanceInsightsRetentionPeriod",
}


class DbInstance(Resource):
    """An instance of an Aurora cluster. The first one writes; of the others, the lowest `promotion_tier` takes over from it.

    It holds no data: all that it reads and writes is its cluster's, and so are backups, version, network, logs and protection.
    `engine` is the cluster's. `monitoring_role` is the ARN of a role that lets `monitoring.rds.amazonaws.com` publish, and goes
    with a `monitoring_interval` of some seconds. Performance Insights may be set for the whole cluster instead.

    AWS: RDS CreateDBInstance, as soon as there is a cluster, available or not: minutes until `available`; another class takes
    minutes and a restart. Changes are sent with `ApplyImmediately`, as the cluster's. A deletion takes minutes, and no
    snapshot.
    """

    db_cluster: Id[DbCluster] = attr("DBClusterIdentifier", replace=True, norm=norm.lower)
    engine: str = attr("Engine", replace=True)
    db_instance_class: str = attr("DBInstanceClass")
    availability_zone: Value[str | None] = attr("AvailabilityZone", default=None, replace=True)
    publicly_accessible: bool = attr("PubliclyAccessible", default=False)
    auto_minor_version_upgrade: bool = attr("AutoMinorVersionUpgrade", default=True)
    monitoring_interval: int = attr("MonitoringInterval", default=0)
    monitoring_role: Value[str | None] = attr("MonitoringRoleArn", default=None)
    enable_performance_insights: bool | None = attr("PerformanceInsightsEnabled", default=None)
    performance_insights_kms_key: Id[Key | None] = attr(
        "PerformanceInsightsKMSKeyId", default=None, replace=True, norm=norm.kms_key
    )
    performance_insights_retention_period: int | None = attr("PerformanceInsightsRetentionPeriod", default=None)
    db_parameter_group: Id[DbParameterGroup | None] = attr(
        "DBParameterGroups[0].DBParameterGroupName", default=None, norm=norm.lower, ready=True
    )
    promotion_tier: int = attr("PromotionTier", default=1)
    preferred_maintenance_window: str | None = attr("PreferredMaintenanceWindow", default=None, norm=norm.lower)
    ca_certificate_identifier: str | None = attr("CACertificateIdentifier", default=None)

    id = Name("DBInstanceIdentifier", longest=63)
    arn = Output("DBInstanceArn")
    endpoint = Output("Endpoint.Address")
    port = Output("Endpoint.Port")
    resource_id = Output("DbiResourceId")

    whole = "DBClusterIdentifier"
    usual_seconds = 480.0
    patience_seconds = 5400.0
    since = "InstanceCreateTime"

    def __post_init__(self) -> None:
        if bool(self.monitoring_interval) != (self.monitoring_role is not None):
            raise PlanError(f"{self.key}: monitoring_interval and monitoring_role (its ARN) go together")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for page in aws.rds.get_paginator("describe_db_instances").paginate():
            yield from map(_document, page["DBInstances"])

    def create(self, aws: Aws) -> Live | None:
        sent: Any = told(self, {**_BORN_WITH, **_EVER, **_MONITORING, **_INSIGHTS})
        made = aws.rds.create_db_instance(DBInstanceIdentifier=aws.named(self), Tags=listed(self.tags), **sent)
        return _document({**made["DBInstance"], "TagList": listed(self.tags)})

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        retag(aws, live["DBInstanceArn"], changed)
        wishes: Any = told(self, {field: word for field, word in _EVER.items() if field in changed})
        for together in (_MONITORING, _INSIGHTS):
            if changed.keys() & together.keys():
                wishes |= told(self, together)
        if wishes:
            aws.rds.modify_db_instance(DBInstanceIdentifier=live["DBInstanceIdentifier"], ApplyImmediately=True, **wishes)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live["DBInstanceStatus"] == "stopped":
            # It stopped with its cluster, and can not go before that runs.
            aws.maybe(lambda: aws.rds.start_db_cluster(DBClusterIdentifier=live["DBClusterIdentifier"]))
        elif live["DBInstanceStatus"] != "deleting":
            aws.rds.delete_db_instance(DBInstanceIdentifier=live["DBInstanceIdentifier"])

    @staticmethod
    def state(live: Live) -> State:
        groups = live.get("DBParameterGroups", ())
        reboot = any(group.get("ParameterApplyStatus") == "pending-reboot" for group in groups)
        return state_of(live, live["DBInstanceStatus"], reboot=reboot)


def _document(instance: Any) -> Live:
    # By names alone its cluster and its groups could be anything else that bears them.
    place = instance["DBInstanceArn"].rpartition(":db:")[0]
    holds = [f"{place}:cluster:{instance.get('DBClusterIdentifier')}"]
    holds += [f"{place}:subgrp:{instance.get('DBSubnetGroup', {}).get('DBSubnetGroupName')}"]
    holds += [f"{place}:pg:{group['DBParameterGroupName']}" for group in instance.get("DBParameterGroups", ())]
    return {**instance, "Tags": instance.get("TagList", []), "Holds": holds}
