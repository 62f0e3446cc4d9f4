"""Module 3: the Aurora MySQL cluster, encrypted, reached over TLS only, its logs exported and its password in one secret."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from provisioner.resources.ec2.facts import availability_zones
from provisioner.resources.rds.db_cluster import DbCluster
from provisioner.resources.rds.db_cluster_parameter_group import DbClusterParameterGroup
from provisioner.resources.rds.db_instance import DbInstance
from provisioner.resources.rds.db_parameter_group import DbParameterGroup
from provisioner.resources.rds.db_subnet_group import DbSubnetGroup

from .security import DATABASE_PORT
from .vpc import ZONES

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup
    from provisioner.resources.secretsmanager.secret import Secret

    from .security import Groups, Identities, Keys
    from .settings import Settings
    from .vpc import Network

FAMILY, ENGINE, VERSION = "aurora-mysql8.0", "aurora-mysql", "8.0"
DATABASE_NAME = "financial"
MASTER_USERNAME = "financialmaster"
"""Not `admin`, which everybody tries first; 16 characters at most."""
AUTHORITIES = Path(__file__).parent / "data" / "rds-ca-bundle.pem"
"""Who signs Aurora's certificates: no system knows them by itself."""
EXPORTED_LOGS = ("audit", "error", "general", "slowquery")
MONITORING_INTERVAL = 60

CLUSTER_PARAMETERS = {
    "require_secure_transport": "ON",
    "tls_version": "TLSv1.2,TLSv1.3",
    "character_set_server": "utf8mb4",
    "collation_server": "utf8mb4_0900_ai_ci",
    # Who came, and who changed what may be done; statements on data stay out, since logs must hold none (PCI DSS 3).
    "server_audit_logging": "1",
    "server_audit_events": "CONNECT,QUERY_DCL,QUERY_DDL",
}
INSTANCE_PARAMETERS = {"slow_query_log": "1", "long_query_time": "2", "log_output": "FILE"}


@dataclass(frozen=True)
class Database:
    """The cluster and its instances; whichever is there first writes."""

    cluster: DbCluster
    instances: tuple[DbInstance, ...]
    steps: tuple[Resource, ...]


def database(
    settings: Settings,
    net: Network,
    keys: Keys,
    groups: Groups,
    identities: Identities,
    secret: Secret,
    logs: tuple[LogGroup, ...],
) -> Database:
    """A cluster over the private subnets, and its instances in different zones.

    Its log groups are there before it is: RDS would make bare ones.
    """
    subnets = DbSubnetGroup(
        "aurora", db_subnet_group_description="The private subnets of the platform", subnets=net.private_subnets
    )
    parameters = DbClusterParameterGroup(
        "aurora",
        db_parameter_group_family=FAMILY,
        description="TLS only, utf8mb4, audited",
        parameters=CLUSTER_PARAMETERS,
    )
    instance_parameters = DbParameterGroup(
        "aurora", db_parameter_group_family=FAMILY, description="Slow queries are logged", parameters=INSTANCE_PARAMETERS
    )
    cluster = DbCluster(
        "aurora",
        engine=ENGINE,
        engine_version=VERSION,
        database_name=DATABASE_NAME,
        master_username=MASTER_USERNAME,
        master_user_password=secret.generated,
        port=DATABASE_PORT,
        db_subnet_group=subnets,
        db_cluster_parameter_group=parameters,
        vpc_security_groups=(groups.database,),
        storage_encrypted=True,
        kms_key=keys.data,
        backup_retention_period=settings.backup_retention_days,
        preferred_backup_window="04:00-05:00",
        preferred_maintenance_window="sun:05:30-sun:06:30",
        # Only a new cluster can be given one: what is to be rewound in minutes must be able to from the start.
        backtrack_window=settings.backtrack_hours * 3600 or None,
        copy_tags_to_snapshot=True,
        enable_iam_database_authentication=True,
        enable_cloudwatch_logs_exports=EXPORTED_LOGS,
        deletion_protection=settings.protect,
        final_snapshot=settings.protect,
        after=logs,
    )
    instances = tuple(
        _instance(settings, keys, identities, cluster, instance_parameters, number)
        for number in range(settings.database_instances)
    )
    return Database(cluster, instances, (subnets, parameters, instance_parameters, cluster, *instances))


def _instance(
    settings: Settings,
    keys: Keys,
    identities: Identities,
    cluster: DbCluster,
    parameters: DbParameterGroup,
    number: int,
) -> DbInstance:
    insights = settings.performance_insights
    return DbInstance(
        f"aurora-{number + 1}",
        db_cluster=cluster,
        engine=ENGINE,
        db_instance_class=settings.database_instance_class,
        availability_zone=availability_zones(ZONES).map(itemgetter(number % ZONES)),
        db_parameter_group=parameters,
        publicly_accessible=False,
        auto_minor_version_upgrade=True,
        preferred_maintenance_window="sun:06:30-sun:07:30",
        promotion_tier=min(number, 15),
        monitoring_interval=MONITORING_INTERVAL,
        monitoring_role=identities.database_monitoring.arn,
        enable_performance_insights=insights,
        performance_insights_kms_key=keys.data if insights else None,
        performance_insights_retention_period=7 if insights else None,
    )
