from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import LEAVING, PENDING, READY, State, broken
from provisioner.resources.kms.key import Key
from provisioner.resources.rds.db_cluster import DbCluster
from provisioner.resources.rds.db_instance import DbInstance
from provisioner.resources.rds.db_parameter_group import DbParameterGroup
from provisioner.secret import Secret

from .in_aws import errors, outcome, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

CLUSTER = DbCluster(
    "data",
    engine="aurora-mysql",
    master_username="example",
    master_user_password=Secret("a-password-for-these-tests"),
    deletion_protection=False,
)
ROLE = "arn:aws:iam::123456789012:role/monitoring"


def instance(**more: Any) -> DbInstance:
    return DbInstance("writer", db_cluster=CLUSTER, engine="aurora-mysql", db_instance_class="db.t4g.medium", **more)


def changes(server: Running) -> list[dict[str, Any]]:
    found = [call.parameters for call in server.calls if call.operation == "ModifyDBInstance"]
    return [{name: value for name, value in one.items() if name != "DBInstanceIdentifier"} for one in found]


def test_an_instance_is_born_with_all_that_is_its_own(aws: Aws, embedded: Running) -> None:
    key = Key("insights")
    insights = {"enable_performance_insights": True, "performance_insights_kms_key": key}
    up(aws, key, CLUSTER, instance(monitoring_interval=60, monitoring_role=ROLE, promotion_tier=0, **insights))
    assert sorted(writes(embedded)) == ["CreateAlias", "CreateDBCluster", "CreateDBInstance", "CreateKey"]


def test_it_has_an_address_once_it_is_available(aws: Aws) -> None:
    shown = up(aws, CLUSTER, instance())["writer"]
    assert shown["Endpoint"]["Address"].startswith("shop-writer-test.")


def test_changes_are_brought_at_once(aws: Aws, embedded: Running) -> None:
    up(aws, CLUSTER, instance())
    shown = up(aws, CLUSTER, dataclasses.replace(instance(), db_instance_class="db.r6g.large"))["writer"]
    assert changes(embedded) == [{"ApplyImmediately": True, "DBInstanceClass": "db.r6g.large"}]
    assert shown["DBInstanceClass"] == "db.r6g.large"


def test_monitoring_is_told_with_its_role(aws: Aws, embedded: Running) -> None:
    up(aws, CLUSTER, instance())
    up(aws, CLUSTER, instance(monitoring_interval=60, monitoring_role=ROLE))
    up(aws, CLUSTER, instance(monitoring_interval=15, monitoring_role=ROLE))
    up(aws, CLUSTER, instance())
    assert changes(embedded) == [
        {"ApplyImmediately": True, "MonitoringInterval": 60, "MonitoringRoleArn": ROLE},
        {"ApplyImmediately": True, "MonitoringInterval": 15, "MonitoringRoleArn": ROLE},
        {"ApplyImmediately": True, "MonitoringInterval": 0},
    ]


def test_a_role_that_is_not_known_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    words = "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING"
    with refusing(embedded, "CreateDBInstance", "InvalidParameterValue", words, times=2):
        up(aws, CLUSTER, instance(monitoring_interval=60, monitoring_role=ROLE))


def test_insights_are_told_together(aws: Aws, embedded: Running) -> None:
    up(aws, CLUSTER, instance(enable_performance_insights=False))
    up(aws, CLUSTER, instance(enable_performance_insights=True, performance_insights_retention_period=93))
    [change] = changes(embedded)
    assert change == {"ApplyImmediately": True, "EnablePerformanceInsights": True, "PerformanceInsightsRetentionPeriod": 93}


def test_a_parameter_group_that_waits_for_a_reboot_is_told(aws: Aws) -> None:
    group = DbParameterGroup("data", db_parameter_group_family="aurora-mysql8.0")
    up(aws, group, CLUSTER, instance())
    shown = up(aws, group, CLUSTER, instance(db_parameter_group=group))["writer"]
    assert DbInstance.state(shown) == State("ready", "some parameters count only once it has been rebooted")


def test_an_instance_of_another_cluster_is_another_instance(aws: Aws) -> None:
    other = dataclasses.replace(CLUSTER, name="other")
    up(aws, CLUSTER, other, instance())
    assert to_do(aws, CLUSTER, other, dataclasses.replace(instance(), db_cluster=other))["DbInstance/writer"][
        "db_cluster"
    ].replaces


def test_a_foreign_instance_of_the_same_name_is_not_taken(aws: Aws) -> None:
    up(aws, CLUSTER)
    given: Any = {"DBClusterIdentifier": "shop-data-test", "Engine": "aurora-mysql", "DBInstanceClass": "db.r6g.large"}
    aws.rds.create_db_instance(DBInstanceIdentifier="shop-writer-test", **given)
    assert "not this plan's" in errors(outcome(aws, CLUSTER, instance()))["DbInstance/writer"]


def test_a_delete_leaves_alone_what_is_going(aws: Aws, embedded: Running) -> None:
    live = up(aws, CLUSTER, instance())["writer"]
    DbInstance.delete(aws, {**live, "DBInstanceStatus": "deleting"})
    assert "DeleteDBInstance" not in writes(embedded)


@pytest.mark.parametrize(
    ("status", "pending", "stands"),
    [
        ("available", {}, READY),
        ("storage-optimization", {}, READY),
        ("available", {"DBInstanceClass": "db.r6g.large"}, PENDING),
        ("configuring-enhanced-monitoring", {}, PENDING),
        ("rebooting", {}, PENDING),
        ("deleting", {}, LEAVING),
        ("incompatible-network", {}, broken("RDS calls it incompatible-network")),
        ("stopped", {}, State("ready", "it is stopped: start it, or AWS does after seven days")),
    ],
)
def test_where_an_instance_stands_in_its_life(status: str, pending: dict[str, str], stands: Any) -> None:
    assert DbInstance.state({"DBInstanceStatus": status, "PendingModifiedValues": pending}) == stands


@pytest.mark.parametrize("wrong", [{"monitoring_interval": 60}, {"monitoring_role": ROLE}])
def test_monitoring_without_its_other_half_is_a_wrong_plan(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match=r"DbInstance/writer: monitoring_interval and monitoring_role \(its ARN\) go together"):
        instance(**wrong)
