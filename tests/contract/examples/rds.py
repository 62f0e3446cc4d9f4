"""Amazon RDS: Aurora."""

from __future__ import annotations

from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.rds.db_cluster import DbCluster
from provisioner.resources.rds.db_cluster_parameter_group import DbClusterParameterGroup
from provisioner.resources.rds.db_instance import DbInstance
from provisioner.resources.rds.db_parameter_group import DbParameterGroup
from provisioner.resources.rds.db_subnet_group import DbSubnetGroup
from provisioner.resources.rds.parts import AssociatedRole, ServerlessV2Scaling
from provisioner.secret import Secret

from . import Example
from .iam import trust

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
A, B, C = (
    Subnet(f"subnet-{zone}", vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("abc")
)
SUBNETS = DbSubnetGroup("subnets", db_subnet_group_description="An example", subnets=(A, B), after=(C,))
CLUSTER_PARAMETERS = DbClusterParameterGroup(
    "parameters",
    db_parameter_group_family="aurora-mysql8.0",
    parameters={"require_secure_transport": "ON", "tls_version": "TLSv1.3", "time_zone": "UTC"},
)
PARAMETERS = DbParameterGroup("parameters", db_parameter_group_family="aurora-mysql8.0", parameters={"slow_query_log": 1})
KEY = Key("key")
ROLE = "arn:aws:iam::123456789012:role/example"
MONITOR, OTHER_MONITOR = (Role(name, assume_role_policy=trust("monitoring.rds")) for name in ("monitor", "other-monitor"))
CLUSTER = DbCluster(
    "cluster",
    engine="aurora-mysql",
    engine_version="8.0.mysql_aurora.3.05.2",
    master_username="example",
    master_user_password=Secret("an-example-of-a-password"),
    db_cluster_parameter_group="default.aurora-mysql8.0",
    vpc_security_groups=("sg-11111111",),
    port=3306,
    preferred_backup_window="04:00-05:00",
    preferred_maintenance_window="Sun:06:00-Sun:07:00",
    auto_minor_version_upgrade=True,
    enable_local_write_forwarding=False,
    engine_lifecycle_support="open-source-rds-extended-support",
    backtrack_window=7200,
    serverless_v2_scaling=ServerlessV2Scaling(0.5, 4),
    network_type="IPV4",
    domain="",
    associated_roles=(),
    database_insights_mode="standard",
    enable_performance_insights=False,
)

EXAMPLES = [
    Example(SUBNETS, changes={"db_subnet_group_description": "Another", "subnets": (C, A)}),
    Example(
        CLUSTER_PARAMETERS,
        changes={"parameters": {"require_secure_transport": "OFF", "tls_version": "TLSv1.2", "max_connections": 90}},
        replaces={"db_parameter_group_family": "aurora-mysql5.7", "description": "Another"},
    ),
    Example(
        PARAMETERS,
        changes={"parameters": {"long_query_time": 2, "performance_schema": True}},
        replaces={"db_parameter_group_family": "aurora-mysql5.7", "description": "Another"},
    ),
    Example(
        CLUSTER,
        changes={
            "db_cluster_parameter_group": CLUSTER_PARAMETERS,
            "vpc_security_groups": ("sg-22222222", "sg-33333333"),
            "storage_type": "aurora-iopt1",
            "port": 3307,
            "backup_retention_period": 35,
            "preferred_backup_window": "05:00-06:00",
            "preferred_maintenance_window": "mon:06:00-mon:07:00",
            "auto_minor_version_upgrade": False,
            "copy_tags_to_snapshot": False,
            "deletion_protection": False,
            "enable_iam_database_authentication": True,
            "enable_cloudwatch_logs_exports": ("error", "audit"),
            "enable_http_endpoint": True,
            "enable_local_write_forwarding": True,
            "engine_lifecycle_support": "open-source-rds-extended-support-disabled",
            "backtrack_window": 3600,
            "serverless_v2_scaling": ServerlessV2Scaling(0, 8, 600),
            "network_type": "DUAL",
            "domain": "d-1234567890",
            "associated_roles": (AssociatedRole(f"{ROLE}-export", "s3Export"), AssociatedRole(ROLE)),
            "enable_performance_insights": True,
            "final_snapshot": False,
        },
        replaces={
            "database_name": "example",
            "character_set_name": "utf8mb4",
            "master_username": "another",
            "availability_zones": ("us-east-1d",),
            "db_subnet_group": SUBNETS,
            "storage_encrypted": False,
            "kms_key": KEY,
            "cluster_scalability_type": "limitless",
        },
        fixed={
            "engine_version": "RDS takes no version back: see the type's own tests",
            "engine": "another one needs another version, too: see the type's own tests",
            "allow_major_version_upgrade": "sent with another version only, and never shown: see the type's own tests",
            "db_instance_parameter_group": "sent with another major version only, and never shown: see the type's own tests",
            "master_user_password": "never shown",
            "manage_master_user_password": "the plan's own password goes when this comes: see the type's own tests",
            "master_user_secret_kms_key": "only of a managed password: see the type's own tests",
            "master_user_authentication_type": "never shown",
            "domain_iam_role_name": "only in a domain: see the type's own tests",
            "database_insights_mode": "the advanced one needs Performance Insights, too: see the type's own tests",
            "performance_insights_kms_key": "only where they are on: see the type's own tests",
            "performance_insights_retention_period": "only where they are on: see the type's own tests",
        },
    ),
    Example(
        DbInstance(
            "instance",
            db_cluster=CLUSTER,
            engine="aurora-mysql",
            db_instance_class="db.t4g.medium",
            monitoring_interval=60,
            monitoring_role=MONITOR.arn,
            enable_performance_insights=True,
            performance_insights_retention_period=7,
            db_parameter_group="default.aurora-mysql8.0",
            preferred_maintenance_window="sun:06:00-sun:07:00",
            ca_certificate_identifier="rds-ca-rsa2048-g1",
            after=(MONITOR, OTHER_MONITOR),
        ),
        changes={
            "db_instance_class": "db.r6g.large",
            "publicly_accessible": True,
            "auto_minor_version_upgrade": False,
            "monitoring_interval": 15,
            "monitoring_role": OTHER_MONITOR.arn,
            "enable_performance_insights": False,
            "performance_insights_retention_period": 93,
            "db_parameter_group": PARAMETERS,
            "promotion_tier": 0,
            "preferred_maintenance_window": "mon:06:00-mon:07:00",
            "ca_certificate_identifier": "rds-ca-ecc384-g1",
        },
        replaces={
            "availability_zone": "us-east-1c",
            "performance_insights_kms_key": KEY,
        },
        fixed={
            "db_cluster": "the old one would stay behind, with its data: see the type's own tests",
            "engine": "it is its cluster's",
        },
    ),
]
