"""Module 3: the database."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, REGION, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")

LOGS = {"audit", "error", "general", "slowquery"}
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


@pytest.fixture
def cluster(prod: Shown) -> Any:
    [found] = prod.client("rds").describe_db_clusters()["DBClusters"]
    return found


@pytest.fixture
def instances(prod: Shown) -> list[Any]:
    found: list[Any] = prod.client("rds").describe_db_instances()["DBInstances"]
    return sorted(found, key=lambda one: str(one["DBInstanceIdentifier"]))


@pytest.fixture
def data_key(prod: Shown) -> str:
    return str(prod.client("kms").describe_key(KeyId=f"alias/{prod.named('data-key')}")["KeyMetadata"]["Arn"])


@pytest.fixture
def password(prod: Shown) -> str:
    value = prod.client("secretsmanager").get_secret_value(SecretId=prod.named("database"))["SecretString"]
    return str(json.loads(value)["password"])


def calls(prod: Shown, *operations: str) -> list[Any]:
    """What `up` called, in order."""
    return [call for call in prod.server.calls if call.operation in operations]


def test_it_is_an_aurora_mysql_8_cluster_that_is_available(prod: Shown, cluster: Any) -> None:
    assert (cluster["DBClusterIdentifier"], cluster["Status"]) == (prod.named("aurora"), "available")
    assert (cluster["Engine"], cluster["EngineMode"]) == ("aurora-mysql", "provisioned")
    assert cluster["EngineVersion"].startswith("8.0.mysql_aurora.3.")
    assert (cluster["DatabaseName"], cluster["Port"]) == ("financial", 3306)


def test_its_storage_is_encrypted_with_the_data_key(cluster: Any, data_key: str) -> None:
    assert (cluster["StorageEncrypted"], cluster["KmsKeyId"]) == (True, data_key)


def parameters(prod: Shown, operation: str, name: str, group: str) -> dict[str, str]:
    """The parameters of a group, those of the engine's own values too."""
    found = prod.pages("rds", operation, "Parameters", **{name: group})
    return {one["ParameterName"]: one["ParameterValue"] for one in found if "ParameterValue" in one}


@pytest.fixture
def cluster_parameters(prod: Shown, cluster: Any) -> dict[str, str]:
    assert {one["DBClusterParameterGroupStatus"] for one in cluster["DBClusterMembers"]} == {"in-sync"}
    group = cluster["DBClusterParameterGroup"]
    return parameters(prod, "describe_db_cluster_parameters", "DBClusterParameterGroupName", group)


def test_clients_without_tls_are_refused_and_its_floor_is_1_2(cluster_parameters: dict[str, str]) -> None:
    assert cluster_parameters["require_secure_transport"] == "ON"
    assert set(cluster_parameters["tls_version"].split(",")) == {"TLSv1.2", "TLSv1.3"}


def test_text_is_utf8mb4(cluster_parameters: dict[str, str]) -> None:
    assert cluster_parameters["character_set_server"] == "utf8mb4"
    assert cluster_parameters["collation_server"].startswith("utf8mb4_")


def test_who_comes_and_who_changes_rights_or_tables_is_audited_but_no_statement_on_data(
    cluster_parameters: dict[str, str],
) -> None:
    assert cluster_parameters["server_audit_logging"] == "1"
    events = set(cluster_parameters["server_audit_events"].split(","))
    assert events == {"CONNECT", "QUERY_DCL", "QUERY_DDL"}
    assert cluster_parameters.get("general_log", "0") == "0"


def test_slow_queries_are_written_to_the_file_that_is_exported(prod: Shown, instances: list[Any]) -> None:
    groups = [group for one in instances for group in one["DBParameterGroups"]]
    assert {group["ParameterApplyStatus"] for group in groups} == {"in-sync"}
    [name] = {group["DBParameterGroupName"] for group in groups}
    set_here = parameters(prod, "describe_db_parameters", "DBParameterGroupName", name)
    assert (set_here["slow_query_log"], set_here["log_output"]) == ("1", "FILE")
    assert 0 < float(set_here["long_query_time"]) <= 5


def test_all_four_logs_are_exported_to_encrypted_groups_that_the_plan_made(prod: Shown, cluster: Any) -> None:
    assert set(cluster["EnabledCloudwatchLogsExports"]) == LOGS
    prefix = f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/"
    groups = prod.client("logs").describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    assert {one["logGroupName"].removeprefix(prefix) for one in groups} == LOGS
    assert all(one["kmsKeyId"] and one["retentionInDays"] == 365 for one in groups)


def test_the_groups_of_its_logs_are_there_before_it_is(prod: Shown, cluster: Any) -> None:
    # RDS would make bare ones: without a key, and kept for ever.
    made = [call.parameters.get("logGroupName", call.operation) for call in calls(prod, "CreateLogGroup", "CreateDBCluster")]
    before = made[: made.index("CreateDBCluster")]
    assert {name.removeprefix(f"/aws/rds/cluster/{cluster['DBClusterIdentifier']}/") for name in before} >= LOGS


def test_it_lies_over_the_private_subnets_of_three_zones(prod: Shown, cluster: Any) -> None:
    [group] = prod.client("rds").describe_db_subnet_groups(DBSubnetGroupName=cluster["DBSubnetGroup"])["DBSubnetGroups"]
    found = prod.client("ec2").describe_subnets(SubnetIds=[one["SubnetIdentifier"] for one in group["Subnets"]])["Subnets"]
    assert sorted(tags(one)["Name"] for one in found) == [prod.named(f"private-subnet-{n}") for n in (1, 2, 3)]
    assert len({one["AvailabilityZone"] for one in found}) == 3


def test_prod_has_two_large_instances_in_different_zones(prod: Shown, cluster: Any, instances: list[Any]) -> None:
    assert [one["DBInstanceIdentifier"] for one in instances] == [prod.named("aurora-1"), prod.named("aurora-2")]
    assert {one["DBInstanceClass"] for one in instances} == {"db.r6g.large"}
    assert {one["DBInstanceStatus"] for one in instances} == {"available"}
    assert len({one["AvailabilityZone"] for one in instances}) == 2
    assert {one["DBClusterIdentifier"] for one in instances} == {cluster["DBClusterIdentifier"]}
    # Whichever was there first writes; the other one takes over, the first one of the plan before all others.
    assert sorted(one["IsClusterWriter"] for one in cluster["DBClusterMembers"]) == [False, True]
    assert [one["PromotionTier"] for one in instances] == [0, 1]


def test_no_instance_is_public(instances: list[Any]) -> None:
    assert {one["PubliclyAccessible"] for one in instances} == {False}


def test_the_database_group_alone_stands_around_it(prod: Shown, cluster: Any) -> None:
    [group] = cluster["VpcSecurityGroups"]
    [found] = prod.client("ec2").describe_security_groups(GroupIds=[group["VpcSecurityGroupId"]])["SecurityGroups"]
    assert tags(found)["Name"] == prod.named("database-group")


def test_the_operating_system_is_watched_every_minute_by_a_role_of_its_own(prod: Shown, instances: list[Any]) -> None:
    role = prod.client("iam").get_role(RoleName=prod.named("database-monitoring-role"))["Role"]["Arn"]
    assert {(one["MonitoringInterval"], one["MonitoringRoleArn"]) for one in instances} == {(60, role)}


def test_performance_insights_keeps_a_week_under_the_data_key(instances: list[Any], data_key: str) -> None:
    for one in instances:
        assert (one["PerformanceInsightsEnabled"], one["PerformanceInsightsRetentionPeriod"]) == (True, 7)
        assert one["PerformanceInsightsKMSKeyId"] == data_key


def test_any_moment_of_the_last_35_days_can_be_restored_with_its_tags(cluster: Any) -> None:
    assert (cluster["BackupRetentionPeriod"], cluster["CopyTagsToSnapshot"]) == (35, True)


def minutes(window: str) -> set[int]:
    """The minutes of the week that a window covers; one without days is every day's."""
    first, last = window.lower().split("-")
    days = DAYS if first.count(":") == 1 else (first[:3],)
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (one.split(":")[-2:] for one in (first, last)))
    return {DAYS.index(day) * 1440 + minute for day in days for minute in range(start, end)}


def test_the_windows_are_half_an_hour_at_least_at_night_and_do_not_meet(cluster: Any, instances: list[Any]) -> None:
    backup, maintenance = minutes(cluster["PreferredBackupWindow"]), minutes(cluster["PreferredMaintenanceWindow"])
    of_instances = [minutes(one["PreferredMaintenanceWindow"]) for one in instances]
    windows = [backup, maintenance, *of_instances]
    assert all(len(one) >= 30 for one in windows)
    # In UTC: while New York sleeps, in summer and in winter.
    assert all(4 * 60 <= minute % 1440 < 10 * 60 for one in windows for minute in one)
    assert not any(backup & one for one in windows[1:])


def test_minor_versions_come_by_themselves(instances: list[Any]) -> None:
    assert {one["AutoMinorVersionUpgrade"] for one in instances} == {True}


def test_iam_identities_can_sign_in(cluster: Any) -> None:
    assert cluster["IAMDatabaseAuthenticationEnabled"] is True


def test_prod_is_protected_from_deletion_and_leaves_a_last_snapshot(cluster: Any) -> None:
    assert cluster["DeletionProtection"] is True
    assert tags(cluster)["provisioner:final-snapshot"] == "true"


def test_the_master_user_is_not_the_one_that_everybody_tries_first(cluster: Any) -> None:
    assert cluster["MasterUsername"].lower() not in {"admin", "administrator", "root", "master", "mysql", "rdsadmin"}
    assert cluster["MasterUsername"].isalnum()
    assert len(cluster["MasterUsername"]) <= 16


def test_the_password_is_32_characters_that_nothing_on_the_way_misunderstands(password: str) -> None:
    assert len(password) == 32
    assert not set(password) & set("'\"/\\@ `")
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)
    assert all(set(kind) & set(password) for kind in kinds)


def test_aws_makes_the_password_with_its_cryptographic_generator(prod: Shown) -> None:
    made = [call.parameters for call in calls(prod, "GetRandomPassword")]
    assert sorted(one["PasswordLength"] for one in made) == [32, 64]
    assert all(one["RequireEachIncludedType"] for one in made)


def test_the_cluster_is_born_with_the_password_of_the_secret(prod: Shown, cluster: Any) -> None:
    # RDS does not manage another one: the rotation function is the only one that changes it.
    assert cluster.get("MasterUserSecret") is None
    [born] = calls(prod, "CreateDBCluster")
    assert born.parameters["MasterUserPassword"] == "(secret)"
    assert "ManageMasterUserPassword" not in born.parameters


@pytest.mark.parametrize("kind", ["cluster", "instance", "subnet group", "cluster's parameters", "instances' parameters"])
def test_each_part_of_it_carries_the_platforms_tags(prod: Shown, cluster: Any, instances: list[Any], kind: str) -> None:
    here = f"arn:aws:rds:{REGION}:{ACCOUNT}"
    arn = {
        "cluster": cluster["DBClusterArn"],
        "instance": instances[0]["DBInstanceArn"],
        "subnet group": f"{here}:subgrp:{prod.named('aurora')}",
        "cluster's parameters": f"{here}:cluster-pg:{cluster['DBClusterParameterGroup']}",
        "instances' parameters": f"{here}:pg:{instances[0]['DBParameterGroups'][0]['DBParameterGroupName']}",
    }[kind]
    found = tags(prod.client("rds").list_tags_for_resource(ResourceName=arn))
    assert (found["Environment"], found["ManagedBy"]) == ("prod", "provisioner")
    assert (found["Application"], found["CostCenter"]) == ("financial-transaction-platform", "engineering")


def test_the_outputs_are_its_endpoints(prod: Shown, cluster: Any) -> None:
    outputs = prod.run.outputs()
    assert (outputs["writer_endpoint"], outputs["reader_endpoint"]) == (cluster["Endpoint"], cluster["ReaderEndpoint"])
    assert cluster["Endpoint"] != cluster["ReaderEndpoint"]
