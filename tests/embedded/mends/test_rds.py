"""RDS clusters: what is shown of what they were told, how long things take, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Connect

GIVEN = {
    "DBClusterIdentifier": "c",
    "Engine": "aurora-mysql",
    "MasterUsername": "root",
    "MasterUserPassword": "long-enough",
}
NAMED = {"DBClusterIdentifier": "c"}
ROLE = "arn:aws:iam::123456789012:role/export"


@pytest.fixture
def rds(connect: Connect) -> Any:
    return connect("rds")


@pytest.fixture
def kms(connect: Connect) -> Any:
    return connect("kms")


def show(rds: Any) -> dict[str, Any]:
    (shown,) = rds.describe_db_clusters(**NAMED)["DBClusters"]
    return dict(shown)


def ready(rds: Any) -> dict[str, Any]:
    """The cluster once nothing is under way with it."""
    while (shown := show(rds))["Status"] != "available":
        pass
    return shown


@pytest.fixture
def cluster(rds: Any) -> dict[str, Any]:
    rds.create_db_cluster(**GIVEN)
    return ready(rds)


def change(rds: Any, **wishes: Any) -> dict[str, Any]:
    rds.modify_db_cluster(**NAMED, ApplyImmediately=True, **wishes)
    return ready(rds)


def test_a_cluster_takes_two_looks_to_be_there_to_change_and_to_go(rds: Any) -> None:
    def statuses() -> list[str]:
        return [show(rds)["Status"] for _ in range(3)]

    made = rds.create_db_cluster(**GIVEN)["DBCluster"]
    assert (made["Status"], made["Endpoint"][:10]) == ("creating", "c.cluster-")
    assert statuses() == ["creating", "creating", "available"]
    assert rds.modify_db_cluster(**NAMED, Port=3307, ApplyImmediately=True)["DBCluster"]["Status"] == "modifying"
    assert statuses() == ["modifying", "modifying", "available"]
    assert rds.delete_db_cluster(**NAMED, SkipFinalSnapshot=True)["DBCluster"]["Status"] == "deleting"
    assert [show(rds)["Status"] for _ in range(2)] == ["deleting", "deleting"]
    assert refusal(rds.describe_db_clusters, **NAMED) == "DBClusterNotFoundFault"


def test_a_cluster_is_not_overwritten(rds: Any, cluster: dict[str, Any]) -> None:
    assert refusal(rds.create_db_cluster, **GIVEN, BackupRetentionPeriod=1) == "DBClusterAlreadyExistsFault"


def test_what_a_cluster_is_by_default(rds: Any, cluster: dict[str, Any]) -> None:
    shown = {name: cluster[name] for name in ("BackupRetentionPeriod", "DBClusterParameterGroup", "EngineVersion", "Port")}
    assert shown == {
        "BackupRetentionPeriod": 1,
        "DBClusterParameterGroup": "default.aurora-mysql8.0",
        "EngineVersion": "8.0.mysql_aurora.3.08.2",
        "Port": 3306,
    }
    assert (
        cluster.keys() & {"KmsKeyId", "StorageType", "BacktrackWindow", "PendingModifiedValues", "MasterUserPassword"} == set()
    )
    assert len(cluster["VpcSecurityGroups"]) == 1
    assert len(cluster["AvailabilityZones"]) == 3


def test_a_version_may_be_given_in_full(rds: Any) -> None:
    version = "8.0.mysql_aurora.3.05.2"
    assert rds.create_db_cluster(**GIVEN, EngineVersion=version)["DBCluster"]["EngineVersion"] == version


def test_amazons_key_encrypts_by_default(rds: Any) -> None:
    made = rds.create_db_cluster(**GIVEN, StorageEncrypted=True)["DBCluster"]
    assert made["KmsKeyId"].startswith("arn:aws:kms:eu-central-1:123456789012:key/")


@pytest.mark.parametrize("storage", ["aurora", "aurora-iopt1"])
def test_the_usual_storage_is_not_shown(rds: Any, storage: str) -> None:
    made = rds.create_db_cluster(**GIVEN, StorageType=storage)["DBCluster"]
    assert made.get("StorageType", "aurora") == storage


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"EnableIAMDatabaseAuthentication": True}, {"IAMDatabaseAuthenticationEnabled": True}),
        (
            {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": ["error", "audit"]}},
            {"EnabledCloudwatchLogsExports": ["audit", "error"]},
        ),
        ({"StorageType": "aurora-iopt1"}, {"StorageType": "aurora-iopt1"}),
        ({"BackupRetentionPeriod": 9}, {"BackupRetentionPeriod": 9}),
        ({"PreferredMaintenanceWindow": "Mon:01:00-Mon:02:00"}, {"PreferredMaintenanceWindow": "mon:01:00-mon:02:00"}),
        ({"EnableLocalWriteForwarding": True}, {"LocalWriteForwardingStatus": "enabled"}),
        ({"VpcSecurityGroupIds": ["sg-1"]}, {"VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1", "Status": "active"}]}),
        ({"EngineLifecycleSupport": "x"}, {"EngineLifecycleSupport": "x"}),
    ],
)
def test_a_change_reads_back(rds: Any, cluster: dict[str, Any], wish: dict[str, Any], shown: dict[str, Any]) -> None:
    changed = change(rds, **wish)
    assert {name: changed[name] for name in shown} == shown


def test_no_living_cluster_begins_with_backtracking(rds: Any, cluster: dict[str, Any]) -> None:
    wanted = {**NAMED, "BacktrackWindow": 60, "ApplyImmediately": True}
    assert refusal(rds.modify_db_cluster, **wanted) == "InvalidParameterCombination"


def test_a_cluster_that_is_born_with_backtracking_may_change_it(rds: Any) -> None:
    rds.create_db_cluster(**GIVEN, BacktrackWindow=3600)
    ready(rds)
    assert [change(rds, BacktrackWindow=window)["BacktrackWindow"] for window in (0, 60)] == [0, 60]


def test_log_exports_are_taken_back(rds: Any) -> None:
    rds.create_db_cluster(**GIVEN, EnableCloudwatchLogsExports=["error", "audit"])
    ready(rds)
    changed = change(rds, CloudwatchLogsExportConfiguration={"DisableLogTypes": ["error"]})
    assert changed["EnabledCloudwatchLogsExports"] == ["audit"]


def test_a_domain_is_joined_and_left(rds: Any, cluster: dict[str, Any]) -> None:
    assert change(rds, Domain="d-1", DomainIAMRoleName="r")["DomainMemberships"][0]["Domain"] == "d-1"
    assert change(rds, DomainIAMRoleName="s")["DomainMemberships"][0]["IAMRoleName"] == "s"
    assert change(rds, Domain="none")["DomainMemberships"] == []


def test_what_is_not_to_be_applied_at_once_waits_for_the_window(rds: Any, cluster: dict[str, Any]) -> None:
    rds.modify_db_cluster(**NAMED, BackupRetentionPeriod=9)
    waiting = show(rds)
    assert (waiting["Status"], waiting["BackupRetentionPeriod"]) == ("available", 1)
    assert waiting["PendingModifiedValues"] == {"BackupRetentionPeriod": 9}
    # Whoever changes anything at once brings that, too.
    changed = change(rds, Port=3307)
    assert (changed["BackupRetentionPeriod"], "PendingModifiedValues" in changed) == (9, False)


def test_insights_have_a_key_and_keep_it(rds: Any, kms: Any, cluster: dict[str, Any]) -> None:
    key = kms.create_key()["KeyMetadata"]["Arn"]
    changed = change(rds, EnablePerformanceInsights=True, PerformanceInsightsKMSKeyId=key)
    assert (changed["PerformanceInsightsKMSKeyId"], changed["PerformanceInsightsRetentionPeriod"]) == (key, 7)
    other = kms.create_key()["KeyMetadata"]["KeyId"]
    again = {"ApplyImmediately": True, "EnablePerformanceInsights": True, "PerformanceInsightsKMSKeyId": other}
    assert refusal(rds.modify_db_cluster, **NAMED, **again) == "InvalidParameterCombination"


def test_roles_come_and_go(rds: Any) -> None:
    rds.create_db_cluster(**GIVEN, AssociatedRoles=[{"RoleArn": ROLE, "FeatureName": "s3Export"}])
    assert ready(rds)["AssociatedRoles"] == [{"RoleArn": ROLE, "FeatureName": "s3Export", "Status": "ACTIVE"}]
    named = {**NAMED, "RoleArn": ROLE, "FeatureName": "s3Export"}
    assert refusal(rds.add_role_to_db_cluster, **named) == "DBClusterRoleAlreadyExists"
    rds.remove_role_from_db_cluster(**named)
    assert refusal(rds.remove_role_from_db_cluster, **named) == "DBClusterRoleNotFound"
    rds.add_role_to_db_cluster(**NAMED, RoleArn=ROLE)
    assert show(rds)["AssociatedRoles"] == [{"RoleArn": ROLE, "Status": "ACTIVE"}]


def test_the_http_endpoint_has_its_own_calls(rds: Any, cluster: dict[str, Any]) -> None:
    rds.enable_http_endpoint(ResourceArn=cluster["DBClusterArn"])
    assert show(rds)["HttpEndpointEnabled"] is True
    rds.disable_http_endpoint(ResourceArn=cluster["DBClusterArn"])
    assert show(rds)["HttpEndpointEnabled"] is False
    assert refusal(rds.enable_http_endpoint, ResourceArn=f"{cluster['DBClusterArn']}-2") == "ResourceNotFoundFault"


def test_a_cluster_stops_and_starts(rds: Any, cluster: dict[str, Any]) -> None:
    assert refusal(rds.start_db_cluster, **NAMED) == "InvalidDBClusterStateFault"
    rds.stop_db_cluster(**NAMED)
    assert [show(rds)["Status"] for _ in range(4)] == ["stopping", "stopping", "stopped", "stopped"]
    assert refusal(rds.delete_db_cluster, **NAMED, SkipFinalSnapshot=True) == "InvalidDBClusterStateFault"
    rds.start_db_cluster(**NAMED)
    assert ready(rds)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"DBClusterIdentifier": "a--b"}, "InvalidParameterValue"),
        ({"DBClusterIdentifier": "a" * 64}, "InvalidParameterValue"),
        ({"DBSubnetGroupName": "none"}, "DBSubnetGroupNotFoundFault"),
        ({"DBClusterParameterGroupName": "none"}, "DBClusterParameterGroupNotFound"),
        ({"StorageEncrypted": True, "KmsKeyId": "none"}, "KMSKeyNotAccessibleFault"),
        ({"EngineVersion": "9.9"}, "InvalidParameterCombination"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "what/is@wrong"}, "InvalidParameterValue"),
        ({"ManageMasterUserPassword": True}, "InvalidParameterCombination"),
        ({"DatabaseInsightsMode": "advanced", "EnablePerformanceInsights": True}, "InvalidParameterCombination"),
    ],
)
def test_what_no_cluster_can_be_is_refused(rds: Any, wrong: dict[str, Any], code: str) -> None:
    assert refusal(rds.create_db_cluster, **{**GIVEN, **wrong}) == code
    assert rds.describe_db_clusters()["DBClusters"] == []


def test_a_disabled_key_can_not_be_used(rds: Any, kms: Any) -> None:
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    assert refusal(rds.create_db_cluster, **GIVEN, StorageEncrypted=True, KmsKeyId=key) == "KMSKeyNotAccessibleFault"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({}, "InvalidParameterCombination"),
        ({"DBClusterParameterGroupName": "none"}, "DBClusterParameterGroupNotFound"),
        ({"EngineVersion": "5.7"}, "InvalidParameterCombination"),
        ({"ManageMasterUserPassword": False}, "InvalidParameterCombination"),
        ({"DatabaseInsightsMode": "advanced"}, "InvalidParameterCombination"),
    ],
)
def test_what_no_cluster_can_become_is_refused(rds: Any, cluster: dict[str, Any], wrong: dict[str, Any], code: str) -> None:
    assert refusal(rds.modify_db_cluster, **NAMED, ApplyImmediately=True, **wrong) == code


def test_an_upgrade_to_a_major_version_must_be_allowed(rds: Any) -> None:
    rds.create_db_cluster(**GIVEN, EngineVersion="5.7")
    ready(rds)
    upgrade = {"EngineVersion": "8.0", "ApplyImmediately": True}
    assert refusal(rds.modify_db_cluster, **NAMED, **upgrade) == "InvalidParameterCombination"
    assert change(rds, EngineVersion="8.0", AllowMajorVersionUpgrade=True)["EngineVersion"] == "8.0.mysql_aurora.3.08.2"


def test_the_key_of_a_managed_password_stays(rds: Any, kms: Any) -> None:
    managed = {name: value for name, value in GIVEN.items() if name != "MasterUserPassword"}
    rds.create_db_cluster(**managed, ManageMasterUserPassword=True)
    ready(rds)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert refusal(rds.modify_db_cluster, **NAMED, MasterUserSecretKmsKeyId=key) == "InvalidParameterCombination"


def test_nothing_is_done_to_a_cluster_that_is_not_available(rds: Any) -> None:
    rds.create_db_cluster(**GIVEN)
    assert refusal(rds.modify_db_cluster, **NAMED, Port=1234) == "InvalidDBClusterStateFault"
    assert refusal(rds.delete_db_cluster, **NAMED, SkipFinalSnapshot=True) == "InvalidDBClusterStateFault"


def test_calls_about_no_cluster_say_so(rds: Any) -> None:
    calls: list[tuple[Callable[..., Any], dict[str, Any]]] = [
        (rds.modify_db_cluster, {"Port": 1234}),
        (rds.delete_db_cluster, {}),
        (rds.stop_db_cluster, {}),
    ]
    for call, parameters in calls:
        assert refusal(call, **NAMED, **parameters) == "DBClusterNotFoundFault"


def test_a_deletion_needs_a_decision_about_the_last_snapshot(rds: Any, cluster: dict[str, Any]) -> None:
    assert refusal(rds.delete_db_cluster, **NAMED) == "InvalidParameterCombination"
    both = {"SkipFinalSnapshot": True, "FinalDBSnapshotIdentifier": "last"}
    assert refusal(rds.delete_db_cluster, **NAMED, **both) == "InvalidParameterCombination"


def test_a_last_snapshot_is_taken_under_a_name_of_its_own(rds: Any, cluster: dict[str, Any]) -> None:
    change(rds, CopyTagsToSnapshot=True)
    rds.add_tags_to_resource(ResourceName=cluster["DBClusterArn"], Tags=[{"Key": "a", "Value": "b"}])
    rds.create_db_cluster_snapshot(**NAMED, DBClusterSnapshotIdentifier="taken")
    taken = "DBClusterSnapshotAlreadyExistsFault"
    assert refusal(rds.delete_db_cluster, **NAMED, FinalDBSnapshotIdentifier="taken") == taken
    rds.delete_db_cluster(**NAMED, FinalDBSnapshotIdentifier="last")
    assert refusal(rds.delete_db_cluster, **NAMED, SkipFinalSnapshot=True) == "InvalidDBClusterStateFault"
    (last,) = rds.describe_db_cluster_snapshots(DBClusterSnapshotIdentifier="last")["DBClusterSnapshots"]
    assert last["TagList"] == [{"Key": "a", "Value": "b"}]


def test_a_protected_cluster_stays(rds: Any, cluster: dict[str, Any]) -> None:
    change(rds, DeletionProtection=True)
    assert refusal(rds.delete_db_cluster, **NAMED, SkipFinalSnapshot=True) == "InvalidParameterCombination"
    change(rds, DeletionProtection=False)
    rds.delete_db_cluster(**NAMED, SkipFinalSnapshot=True)


def test_a_name_is_free_as_soon_as_its_cluster_is_gone(rds: Any, cluster: dict[str, Any]) -> None:
    rds.delete_db_cluster(**NAMED, SkipFinalSnapshot=True)
    for _ in range(3):
        rds.describe_db_clusters()
    rds.create_db_cluster(**GIVEN)
    assert ready(rds)["DbClusterResourceId"] != cluster["DbClusterResourceId"]


def test_tags_are_of_what_exists(rds: Any, cluster: dict[str, Any]) -> None:
    arn = cluster["DBClusterArn"]
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == []
    for kind, code in (
        ("cluster", "DBClusterNotFoundFault"),
        ("db", "DBInstanceNotFound"),
        ("pg", "DBParameterGroupNotFound"),
        ("cluster-pg", "DBParameterGroupNotFound"),
        ("subgrp", "DBSubnetGroupNotFoundFault"),
    ):
        missing = arn.replace(":cluster:c", f":{kind}:none")
        assert refusal(rds.list_tags_for_resource, ResourceName=missing) == code


def test_other_engines_are_left_as_they_are(rds: Any) -> None:
    rds.create_db_cluster(DBClusterIdentifier="n", Engine="neptune")
    (shown,) = rds.describe_db_clusters(DBClusterIdentifier="n")["DBClusters"]
    assert shown["Engine"] == "neptune"
