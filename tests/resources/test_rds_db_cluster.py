from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from provisioner.errors import PlanError
from provisioner.resource import LEAVING, PENDING, READY, Change, State, as_tags, broken
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.kms.key import Key
from provisioner.resources.rds.db_cluster import DbCluster
from provisioner.resources.rds.db_cluster_parameter_group import DbClusterParameterGroup
from provisioner.resources.rds.db_instance import DbInstance
from provisioner.resources.rds.db_parameter_group import DbParameterGroup
from provisioner.resources.rds.db_subnet_group import DbSubnetGroup
from provisioner.resources.rds.parts import AssociatedRole, at_least
from provisioner.secret import Secret

from .in_aws import LIFTING, errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.resource import Resource

PASSWORD = Secret("a-password-for-these-tests")
ARN = "arn:aws:iam::123456789012:role/export"


def data(**more: Any) -> DbCluster:
    given = {"engine": "aurora-mysql", "engine_version": "8.0", "master_username": "example", "master_user_password": PASSWORD}
    return DbCluster("data", **{**given, "deletion_protection": False, **more})


def writer(cluster: DbCluster, **more: Any) -> DbInstance:
    return DbInstance("writer", db_cluster=cluster, engine="aurora-mysql", db_instance_class="db.t4g.medium", **more)


def sent(server: Running, operation: str) -> list[dict[str, Any]]:
    return [call.parameters for call in server.calls if call.operation == operation]


def teardown(aws: Aws, *steps: Resource) -> None:
    """`teardown` of what RDS has of the plan, that must leave nothing."""
    going = run(aws, *steps or [data()], options=LIFTING)
    result = going.teardown(going.preview_teardown())
    assert errors(result) == {}, errors(result)
    assert result.remaining == ()


def moto() -> Any:
    return get_backend("rds")["123456789012"]["us-east-1"]


def snapshots(aws: Aws) -> list[str]:
    found = aws.rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    return [snapshot["DBClusterSnapshotIdentifier"] for snapshot in found]


def test_a_cluster_is_born_with_all_that_its_create_can_carry(aws: Aws, embedded: Running) -> None:
    key = Key("data")
    up(aws, key, data(kms_key=key, associated_roles=(AssociatedRole(ARN, "s3Export"),), enable_http_endpoint=True))
    assert [call.operation for call in embedded.calls if call.service == "rds" and call.operation[:8] != "Describe"] == [
        "CreateDBCluster"
    ]


def test_the_password_is_sent_once_and_shows_nowhere(aws: Aws, embedded: Running) -> None:
    shown = up(aws, data())["data"]
    assert moto().clusters["shop-data-test"]._master_user_password == PASSWORD.reveal()
    assert PASSWORD.reveal() not in json.dumps(shown, default=str) + repr([call.as_json() for call in embedded.calls])
    assert to_do(aws, data(master_user_password=Secret("another-password"))) == {}


def test_instances_are_made_before_their_cluster_is_available(aws: Aws, embedded: Running) -> None:
    cluster = data()
    up(aws, cluster, writer(cluster))
    operations = [call.operation for call in embedded.calls]
    between = operations[operations.index("CreateDBCluster") : operations.index("CreateDBInstance")]
    assert between.count("DescribeDBClusters") <= 1


def test_a_managed_password_is_a_secret_of_rds(aws: Aws, embedded: Running) -> None:
    key = Key("secret")
    managed = data(master_user_password=None, manage_master_user_password=True, master_user_secret_kms_key=key)
    shown = up(aws, key, managed)["data"]
    assert shown["MasterUserSecret"]["SecretArn"].startswith("arn:aws:secretsmanager:")
    assert "MasterUserPassword" not in sent(embedded, "CreateDBCluster")[0]


def test_a_password_comes_to_be_managed_and_back(aws: Aws, embedded: Running) -> None:
    managed = data(master_user_password=None, manage_master_user_password=True)
    up(aws, data())
    up(aws, managed)
    up(aws, data())
    on, off = sent(embedded, "ModifyDBCluster")
    assert (on["ManageMasterUserPassword"], "MasterUserPassword" in on) == (True, False)
    assert (off["ManageMasterUserPassword"], off["MasterUserPassword"]) == (False, "(secret)")


def test_the_key_of_a_managed_password_comes_with_it(aws: Aws, embedded: Running) -> None:
    key = Key("secret")
    up(aws, key, data())
    up(aws, key, data(master_user_password=None, manage_master_user_password=True, master_user_secret_kms_key=key))
    [change] = sent(embedded, "ModifyDBCluster")
    assert change["MasterUserSecretKmsKeyId"].startswith("arn:aws:kms:")


@pytest.mark.parametrize(
    ("wanted", "have", "fits"),
    [
        ("8.0", "8.0.mysql_aurora.3.08.2", True),
        ("8.0.mysql_aurora.3.08.2", "8.0.mysql_aurora.3.08.2", True),
        ("8.0.mysql_aurora.3.05.2", "8.0.mysql_aurora.3.08.0", True),
        ("8.0.mysql_aurora.3.10.0", "8.0.mysql_aurora.3.08.0", False),
        ("8.0", "5.7.mysql_aurora.2.12.5", False),
        ("16", "16.6", True),
        ("16.1", "16.10", True),
        ("16.8", "16.6", False),
    ],
)
def test_a_version_is_taken_forward_only(wanted: str, have: str, fits: bool) -> None:
    assert at_least(wanted, have) is fits


def test_another_minor_version_is_an_update(aws: Aws, embedded: Running) -> None:
    up(aws, data(engine_version="8.0.mysql_aurora.3.05.2"))
    shown = up(aws, data(engine_version="8.0.mysql_aurora.3.08.1"))["data"]
    assert shown["EngineVersion"] == "8.0.mysql_aurora.3.08.1"
    assert "DBInstanceParameterGroupName" not in sent(embedded, "ModifyDBCluster")[0]


def test_a_major_version_takes_the_parameter_groups_along(aws: Aws, embedded: Running) -> None:
    groups = [
        (
            DbClusterParameterGroup(name, db_parameter_group_family=family),
            DbParameterGroup(name, db_parameter_group_family=family),
        )
        for name, family in (("old", "aurora-mysql5.7"), ("new", "aurora-mysql8.0"))
    ]
    (old, old_single), (new, single) = groups
    up(aws, old, old_single, data(engine_version="5.7", db_cluster_parameter_group=old))
    upgraded = data(
        engine_version="8.0",
        allow_major_version_upgrade=True,
        db_cluster_parameter_group=new,
        db_instance_parameter_group=single,
    )
    shown = up(aws, new, single, upgraded)["data"]
    assert shown["EngineVersion"].startswith("8.0.")
    [change] = sent(embedded, "ModifyDBCluster")
    assert change["AllowMajorVersionUpgrade"] is True
    assert change["DBInstanceParameterGroupName"].startswith("shop-new-test-")
    assert [group["DBClusterParameterGroupName"][:13] for group in DbClusterParameterGroup.living(aws)] == ["shop-new-test"]


def test_a_cluster_of_another_engine(aws: Aws) -> None:
    postgres = data(engine="aurora-postgresql", engine_version="16", master_user_authentication_type="password")
    shown = up(aws, postgres)["data"]
    assert (shown["Engine"], shown["Port"], shown["EngineVersion"]) == ("aurora-postgresql", 5432, "16.6")


def test_zones_that_aws_adds_are_no_drift(aws: Aws) -> None:
    shown = up(aws, data(availability_zones=("us-east-1b",)))["data"]
    assert len(shown["AvailabilityZones"]) == 3


def test_a_database_that_was_not_there_at_birth_needs_another_cluster(aws: Aws) -> None:
    up(aws, data())
    assert to_do(aws, data(database_name="shop"))["DbCluster/data"] == {"database_name": Change("", "shop", replaces=True)}


def test_a_domain_is_joined_and_left(aws: Aws, embedded: Running) -> None:
    up(aws, data(domain="d-1", domain_iam_role_name="one"))
    up(aws, data(domain="d-1", domain_iam_role_name="two"))
    up(aws, data(domain=""))
    assert [change.get("Domain") for change in sent(embedded, "ModifyDBCluster")] == [None, "none"]


def test_only_the_roles_that_differ_are_changed(aws: Aws, embedded: Running) -> None:
    mine, theirs = AssociatedRole(ARN, "s3Export"), AssociatedRole(f"{ARN}-2", "s3Import")
    up(aws, data(associated_roles=(mine, theirs)))
    before = len(embedded.calls)
    up(aws, data(associated_roles=(AssociatedRole(f"{ARN}-3"), mine)))
    assert writes(embedded, before) == ["RemoveRoleFromDBCluster", "AddRoleToDBCluster"]


def test_what_of_insights_belongs_together_is_sent_together(aws: Aws, embedded: Running) -> None:
    up(aws, data(database_insights_mode="standard", enable_performance_insights=True, performance_insights_retention_period=7))
    up(
        aws,
        data(database_insights_mode="advanced", enable_performance_insights=True, performance_insights_retention_period=465),
    )
    [change] = sent(embedded, "ModifyDBCluster")
    assert change.keys() - {"DBClusterIdentifier", "ApplyImmediately"} == {
        "DatabaseInsightsMode",
        "EnablePerformanceInsights",
        "PerformanceInsightsRetentionPeriod",
    }


def test_another_key_of_insights_needs_another_cluster(aws: Aws) -> None:
    key = Key("insights")
    on = data(enable_performance_insights=True)
    up(aws, key, on)
    changes = to_do(aws, key, dataclasses.replace(on, performance_insights_kms_key=key))["DbCluster/data"]
    assert changes["performance_insights_kms_key"].replaces


def test_changes_are_brought_at_once(aws: Aws, embedded: Running) -> None:
    up(aws, data())
    up(aws, data(backup_retention_period=3))
    [change] = sent(embedded, "ModifyDBCluster")
    assert change == {"DBClusterIdentifier": "shop-data-test", "ApplyImmediately": True, "BackupRetentionPeriod": 3}


def test_drift_of_another_hand_is_repaired(aws: Aws) -> None:
    up(aws, data())
    aws.rds.modify_db_cluster(DBClusterIdentifier="shop-data-test", DeletionProtection=True, ApplyImmediately=True)
    assert list(to_do(aws, data())["DbCluster/data"]) == ["deletion_protection"]
    up(aws, data())


def test_a_change_that_somebody_else_has_just_made_is_not_made_again(aws: Aws, embedded: Running) -> None:
    up(aws, data())
    going = run(aws, data(copy_tags_to_snapshot=False))
    preview = going.preview()
    aws.rds.modify_db_cluster(DBClusterIdentifier="shop-data-test", CopyTagsToSnapshot=False, ApplyImmediately=True)
    with refusing(embedded, "ModifyDBCluster", "InvalidParameterCombination", "No modifications were requested"):
        assert errors(going.up(preview)) == {}


def test_who_deletes_it_gets_a_last_snapshot(aws: Aws) -> None:
    born = up(aws, data())["data"]["DbClusterResourceId"].removeprefix("cluster-").lower()
    teardown(aws)
    again = up(aws, data())["data"]["DbClusterResourceId"].removeprefix("cluster-").lower()
    teardown(aws)
    assert sorted(snapshots(aws)) == sorted([f"shop-data-test-final-{born}", f"shop-data-test-final-{again}"])


def test_a_wish_for_no_snapshot_stands_in_a_tag(aws: Aws, embedded: Running) -> None:
    up(aws, data())
    shown = up(aws, data(final_snapshot=False))["data"]
    assert as_tags(shown["Tags"])["provisioner:final-snapshot"] == "false"
    assert writes(embedded) == ["CreateDBCluster", "AddTagsToResource"]
    teardown(aws)
    assert snapshots(aws) == []


def test_without_the_tag_there_is_a_snapshot(aws: Aws) -> None:
    shown = up(aws, data(final_snapshot=False))["data"]
    aws.rds.remove_tags_from_resource(ResourceName=shown["DBClusterArn"], TagKeys=["provisioner:final-snapshot"])
    assert list(to_do(aws, data())["DbCluster/data"]) == ["final_snapshot"]
    teardown(aws)
    assert len(snapshots(aws)) == 1


def test_protection_is_lifted_before_a_deletion(aws: Aws, embedded: Running) -> None:
    cluster = data(deletion_protection=True, final_snapshot=False)
    up(aws, cluster, writer(cluster))
    before = len(embedded.calls)
    teardown(aws)
    operations = [call.operation for call in list(embedded.calls)[before:] if call.outcome == "ok"]
    assert [one for one in operations if one[:6] in ("Modify", "Delete")] == [
        "DeleteDBInstance",
        "ModifyDBCluster",
        "DeleteDBCluster",
    ]


def test_instances_go_before_their_cluster_whatever_their_names(aws: Aws, embedded: Running) -> None:
    vpc = Vpc("data", cidr_block="10.0.0.0/16")
    subnets = [
        Subnet(f"data-{zone}", vpc=vpc, cidr_block=f"10.0.{n}.0/24", availability_zone=f"us-east-1{zone}")
        for n, zone in enumerate("ab")
    ]
    group = DbSubnetGroup("data", db_subnet_group_description="Data", subnets=subnets)
    parameters = DbClusterParameterGroup("data", db_parameter_group_family="aurora-mysql8.0")
    single = DbParameterGroup("data", db_parameter_group_family="aurora-mysql8.0")
    cluster = data(db_subnet_group=group, db_cluster_parameter_group=parameters)
    instance = DbInstance(
        "data", db_cluster=cluster, engine="aurora-mysql", db_instance_class="db.t4g.medium", db_parameter_group=single
    )
    up(aws, vpc, *subnets, group, parameters, single, cluster, instance)
    before = len(embedded.calls)
    teardown(aws, vpc, *subnets, group)
    done = [
        call.operation for call in list(embedded.calls)[before:] if call.operation.startswith("Delete") and call.outcome == "ok"
    ]
    assert (
        done.index("DeleteDBInstance")
        < done.index("DeleteDBCluster")
        < done.index("DeleteDBSubnetGroup")
        < done.index("DeleteSubnet")
    )


def test_a_stopped_cluster_says_so_and_is_started_to_be_deleted(aws: Aws, embedded: Running) -> None:
    cluster = data(final_snapshot=False)
    steps = (cluster, writer(cluster))
    up(aws, *steps)
    aws.rds.stop_db_cluster(DBClusterIdentifier="shop-data-test")
    for _ in range(4):
        [stopped] = list(DbCluster.living(aws))
    assert DbCluster.state(stopped) == State("ready", "it is stopped: start it, or AWS does after seven days")
    assert to_do(aws, *steps) == {}
    before = len(embedded.calls)
    teardown(aws)
    done = [call.operation for call in list(embedded.calls)[before:] if call.outcome == "ok"]
    assert [one for one in done if one[:5] in ("Start", "Delet")] == ["StartDBCluster", "DeleteDBInstance", "DeleteDBCluster"]


def test_a_stopped_cluster_without_instances_is_started_to_be_deleted(aws: Aws) -> None:
    up(aws, data())
    aws.rds.stop_db_cluster(DBClusterIdentifier="shop-data-test")
    for _ in range(3):
        aws.rds.describe_db_clusters()
    teardown(aws)


def test_who_holds_it_is_told(aws: Aws) -> None:
    live = up(aws, data())["data"]
    given: Any = {"DBClusterIdentifier": "shop-data-test", "Engine": "aurora-mysql", "DBInstanceClass": "db.r6g.large"}
    aws.rds.create_db_instance(DBInstanceIdentifier="theirs", **given)
    assert DbCluster.holders(aws, live) == ["its instance theirs"]
    assert DbCluster.holders(aws, {"DBClusterIdentifier": "gone"}) == []


def test_a_delete_leaves_alone_what_is_going(aws: Aws, embedded: Running) -> None:
    live = up(aws, data())["data"]
    DbCluster.delete(aws, {**live, "Status": "deleting"})
    assert "DeleteDBCluster" not in writes(embedded)


def test_clusters_of_others_are_not_the_plans(aws: Aws) -> None:
    aws.rds.create_db_cluster(
        DBClusterIdentifier="theirs", Engine="aurora-mysql", MasterUsername="them", ManageMasterUserPassword=True
    )
    assert list(to_do(aws, data())) == ["DbCluster/data"]


def test_a_foreign_cluster_of_the_same_name_is_not_taken(aws: Aws) -> None:
    aws.rds.create_db_cluster(
        DBClusterIdentifier="shop-data-test", Engine="aurora-mysql", MasterUsername="them", ManageMasterUserPassword=True
    )
    assert "not this plan's" in errors(outcome(aws, data()))["DbCluster/data"]


def test_parameters_that_wait_for_a_reboot_are_told(aws: Aws) -> None:
    group = DbClusterParameterGroup("data", db_parameter_group_family="aurora-mysql8.0")
    cluster = data(db_cluster_parameter_group=group)
    up(aws, group, cluster, writer(cluster))
    static = dataclasses.replace(group, parameters={"tls_version": "TLSv1.3"})
    cluster = data(db_cluster_parameter_group=static)
    up(aws, static, cluster, writer(cluster))
    [live] = DbCluster.living(aws)
    assert DbCluster.state(live) == State("ready", "some parameters count only once it has been rebooted")
    aws.rds.reboot_db_instance(DBInstanceIdentifier="shop-writer-test")
    [live] = DbCluster.living(aws)
    assert DbCluster.state(live) == READY


@pytest.mark.parametrize(
    ("status", "pending", "stands"),
    [
        ("available", {}, READY),
        ("available", {"EngineVersion": "8.4"}, PENDING),
        ("creating", {}, PENDING),
        ("backing-up", {}, PENDING),
        ("upgrading", {}, PENDING),
        ("deleting", {}, LEAVING),
        ("failed", {}, broken("RDS calls it failed")),
        ("inaccessible-encryption-credentials", {}, broken("RDS calls it inaccessible-encryption-credentials")),
        (
            "inaccessible-encryption-credentials-recoverable",
            {},
            State("ready", "its key can not be used: enable the key, then start it"),
        ),
    ],
)
def test_where_a_cluster_stands_in_its_life(status: str, pending: dict[str, str], stands: Any) -> None:
    assert DbCluster.state({"Status": status, "PendingModifiedValues": pending, "RebootNeeded": False}) == stands


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"master_user_password": "in plain sight"}, "DbCluster/data: master_user_password shows wherever the plan does"),
        ({"manage_master_user_password": True}, "RDS manages the master password or the plan gives it, not both"),
        ({"kms_key": "alias/data"}, "kms_key is a key, its ARN or its id"),
    ],
)
def test_a_wrong_plan_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=words):
        data(**wrong)
