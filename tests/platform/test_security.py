"""Module 2: keys, security groups, identities."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, REGION, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SCALING = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
ROLES = (
    *("instance-role", "rotation-role", "database-monitoring-role", "flow-logs-role"),
    *("application-delivery-role", "application-subscription-role", "trail-role"),
)


def key(shown: Shown, name: str) -> Any:
    return shown.client("kms").describe_key(KeyId=f"alias/{shown.named(name)}")["KeyMetadata"]


def key_policy(shown: Shown, name: str) -> dict[str, Any]:
    """The statements of a key's policy by their names."""
    document = shown.client("kms").get_key_policy(KeyId=key(shown, name)["KeyId"], PolicyName="default")["Policy"]
    return {one["Sid"]: one for one in json.loads(document)["Statement"]}


@pytest.mark.parametrize("name", ["data-key", "logs-key"])
def test_a_customer_key_rotates_every_year_and_waits_thirty_days_to_die(prod: Shown, name: str) -> None:
    found, kms = key(prod, name), prod.client("kms")
    rotation = kms.get_key_rotation_status(KeyId=found["KeyId"])
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 365)
    assert (found["KeyManager"], found["KeySpec"], found["Enabled"]) == ("CUSTOMER", "SYMMETRIC_DEFAULT", True)
    window = {one["TagKey"]: one["TagValue"] for one in kms.list_resource_tags(KeyId=found["KeyId"])["Tags"]}
    assert window["provisioner:deletion-window"] == "30"


@pytest.mark.parametrize("name", ["data-key", "logs-key"])
def test_a_key_is_administered_by_the_account_and_by_nobody_else(prod: Shown, name: str) -> None:
    statements = key_policy(prod, name)
    assert statements["Administration"]["Principal"] == {"AWS": ROOT}
    for sid, statement in statements.items():
        if sid != "Administration":
            assert statement["Condition"], sid
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert not {"kms:*", "kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} & set(actions), sid


def test_cloudfront_decrypts_static_files_for_this_accounts_distributions_only(prod: Shown) -> None:
    statement = key_policy(prod, "data-key")["StaticFiles"]
    assert (statement["Principal"], statement["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "kms:Decrypt")
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudfront::{ACCOUNT}:distribution/*"},
    }


def test_auto_scaling_starts_instances_on_encrypted_volumes_by_its_service_linked_role(prod: Shown) -> None:
    statements = key_policy(prod, "data-key")
    who = {"aws:PrincipalArn": SCALING, "kms:CallerAccount": ACCOUNT}
    assert statements["Volumes"]["Condition"] == {"StringEquals": who}
    assert "kms:GenerateDataKey*" in statements["Volumes"]["Action"]
    assert statements["VolumeGrants"]["Action"] == "kms:CreateGrant"
    assert statements["VolumeGrants"]["Condition"] == {
        "StringEquals": who,
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    }


def test_cloudwatch_logs_uses_the_logs_key_for_groups_of_this_environment_only(prod: Shown) -> None:
    statement = key_policy(prod, "logs-key")["Logs"]
    assert statement["Principal"] == {"Service": f"logs.{REGION}.amazonaws.com"}
    groups = statement["Condition"]["ArnLike"]["kms:EncryptionContext:aws:logs:arn"]
    here = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
    assert set(groups) == {
        f"{here}:financial-*-prod",
        f"{here}:aws-waf-logs-financial-*-prod",
        f"{here}:/aws/lambda/financial-*-prod",
        f"{here}:/aws/rds/cluster/financial-*-prod/*",
    }


def test_cloudtrail_encrypts_for_its_own_trail_only(prod: Shown) -> None:
    statements = key_policy(prod, "logs-key")
    trail = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/financial-trail-prod"
    assert statements["Trail"]["Action"] == "kms:GenerateDataKey*"
    assert statements["Trail"]["Condition"]["StringEquals"] == {"aws:SourceArn": trail}
    assert statements["TrailLooks"]["Condition"]["StringEquals"] == {"aws:SourceArn": trail}


def test_alarms_of_this_account_publish_to_the_encrypted_topic(prod: Shown) -> None:
    statement = key_policy(prod, "logs-key")["Alarms"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert set(statement["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.fixture
def groups(prod: Shown) -> dict[str, Any]:
    """The security groups by the middle of their names."""
    found = prod.client("ec2").describe_security_groups()["SecurityGroups"]
    ours = {tags(one).get("Name", ""): one for one in found}
    return {name: ours[prod.named(f"{name}-group")] for name in ("alb", "app", "database", "rotation", "endpoints")}


def peers(permissions: Any) -> set[tuple[int, str]]:
    """Port and peer of every rule."""
    found = set()
    for one in permissions:
        assert one["FromPort"] == one["ToPort"]
        who = [*one.get("IpRanges", ()), *one.get("PrefixListIds", ()), *one.get("UserIdGroupPairs", ())]
        found |= {(one["FromPort"], peer.get("CidrIp") or peer.get("PrefixListId") or peer["GroupId"]) for peer in who}
        assert one.get("Ipv6Ranges", []) == []
    return found


def test_only_cloudfront_reaches_the_load_balancer_and_by_https_only(prod: Shown, groups: dict[str, Any]) -> None:
    lists = prod.client("ec2").describe_managed_prefix_lists(
        Filters=[{"Name": "prefix-list-name", "Values": ["com.amazonaws.global.cloudfront.origin-facing"]}]
    )["PrefixLists"]
    assert peers(groups["alb"]["IpPermissions"]) == {(443, lists[0]["PrefixListId"])}
    balancers = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert [one["SecurityGroups"] for one in balancers] == [[groups["alb"]["GroupId"]]]


def test_the_load_balancer_reaches_the_application_only(groups: dict[str, Any]) -> None:
    assert peers(groups["alb"]["IpPermissionsEgress"]) == {(8080, groups["app"]["GroupId"])}


def test_the_application_takes_traffic_from_the_load_balancer_only(groups: dict[str, Any]) -> None:
    assert peers(groups["app"]["IpPermissions"]) == {(8080, groups["alb"]["GroupId"])}


def test_the_application_reaches_the_database_and_https_only(groups: dict[str, Any]) -> None:
    assert peers(groups["app"]["IpPermissionsEgress"]) == {(3306, groups["database"]["GroupId"]), (443, "0.0.0.0/0")}


def test_the_database_takes_traffic_from_the_application_and_the_rotation_function_only(groups: dict[str, Any]) -> None:
    assert peers(groups["database"]["IpPermissions"]) == {
        (3306, groups["app"]["GroupId"]),
        (3306, groups["rotation"]["GroupId"]),
    }
    assert groups["database"]["IpPermissionsEgress"] == []


def test_the_rotation_function_reaches_the_database_and_the_private_endpoints_only(groups: dict[str, Any]) -> None:
    assert groups["rotation"]["IpPermissions"] == []
    assert peers(groups["rotation"]["IpPermissionsEgress"]) == {
        (3306, groups["database"]["GroupId"]),
        (443, groups["endpoints"]["GroupId"]),
    }


def test_the_rules_for_the_database_stand_on_the_group_that_it_is_in(prod: Shown, groups: dict[str, Any]) -> None:
    [cluster] = prod.client("rds").describe_db_clusters()["DBClusters"]
    assert [one["VpcSecurityGroupId"] for one in cluster["VpcSecurityGroups"]] == [groups["database"]["GroupId"]]


def test_the_rotation_function_stands_in_the_group_that_the_database_admits(prod: Shown, groups: dict[str, Any]) -> None:
    [function] = prod.client("lambda").list_functions()["Functions"]
    assert function["VpcConfig"]["SecurityGroupIds"] == [groups["rotation"]["GroupId"]]


def role(shown: Shown, name: str) -> Any:
    return shown.client("iam").get_role(RoleName=shown.named(name))["Role"]


def statements(shown: Shown, name: str) -> list[Any]:
    """Every statement of a role's own policies."""
    iam, called = shown.client("iam"), shown.named(name)
    return [
        statement
        for policy in iam.list_role_policies(RoleName=called)["PolicyNames"]
        for statement in iam.get_role_policy(RoleName=called, PolicyName=policy)["PolicyDocument"]["Statement"]
    ]


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


UNRESOURCED = {
    "cloudwatch:PutMetricData",
    "secretsmanager:GetRandomPassword",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
}
"""What knows no resource (Service Authorization Reference)."""


@pytest.mark.parametrize("name", ROLES)
def test_a_roles_policies_name_their_resources(prod: Shown, name: str) -> None:
    for statement in statements(prod, name):
        assert statement["Effect"] == "Allow"
        assert all(not action.endswith(":*") and action != "*" for action in listed(statement["Action"]))
        if "*" in listed(statement["Resource"]):
            assert set(listed(statement["Action"])) <= UNRESOURCED


@pytest.mark.parametrize(
    ("name", "service"),
    [
        ("instance-role", "ec2"),
        ("rotation-role", "lambda"),
        ("database-monitoring-role", "monitoring.rds"),
        ("flow-logs-role", "vpc-flow-logs"),
        ("application-delivery-role", "firehose"),
        ("application-subscription-role", "logs"),
        ("trail-role", "cloudtrail"),
    ],
)
def test_a_role_is_assumed_by_its_service_alone(prod: Shown, name: str, service: str) -> None:
    [trust] = role(prod, name)["AssumeRolePolicyDocument"]["Statement"]
    assert (trust["Principal"], trust["Action"]) == ({"Service": f"{service}.amazonaws.com"}, "sts:AssumeRole")


def attached(shown: Shown, name: str) -> list[str]:
    found = shown.client("iam").list_attached_role_policies(RoleName=shown.named(name))["AttachedPolicies"]
    return [one["PolicyArn"] for one in found]


def test_instances_are_reached_by_session_manager(prod: Shown) -> None:
    assert attached(prod, "instance-role") == ["arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"]


def test_enhanced_monitoring_has_its_role(prod: Shown) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole"
    assert attached(prod, "database-monitoring-role") == [arn]


def test_instances_read_their_secret_and_no_other(prod: Shown) -> None:
    [reading] = [one for one in statements(prod, "instance-role") if "secretsmanager:GetSecretValue" in listed(one["Action"])]
    [arn] = listed(reading["Resource"])
    assert arn == f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{prod.named('database')}-??????"
    [secret] = [
        one for one in prod.client("secretsmanager").list_secrets()["SecretList"] if one["Name"] == prod.named("database")
    ]
    assert len(secret["ARN"].removeprefix(arn.removesuffix("-??????"))) == len("-??????")


def test_instances_use_the_data_key_through_secrets_manager_and_s3_only(prod: Shown) -> None:
    using = [one for one in statements(prod, "instance-role") if "kms:Decrypt" in listed(one["Action"])]
    assert {one["Condition"]["StringEquals"]["kms:ViaService"] for one in using} == {
        f"secretsmanager.{REGION}.amazonaws.com",
        f"s3.{REGION}.amazonaws.com",
    }
    assert {arn for one in using for arn in listed(one["Resource"])} == {key(prod, "data-key")["Arn"]}


def test_instances_publish_metrics_of_the_application_only(prod: Shown) -> None:
    [metrics] = [one for one in statements(prod, "instance-role") if "cloudwatch:PutMetricData" in listed(one["Action"])]
    assert metrics["Condition"] == {"StringEquals": {"cloudwatch:namespace": "FinancialPlatform/Application"}}


def test_the_rotation_function_changes_one_secret(prod: Shown) -> None:
    [changing] = [one for one in statements(prod, "rotation-role") if "secretsmanager:PutSecretValue" in listed(one["Action"])]
    assert listed(changing["Resource"]) == [f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{prod.named('database')}-??????"]


def test_the_rotation_functions_interfaces_stand_in_its_own_subnets_and_group(prod: Shown, groups: dict[str, Any]) -> None:
    [making] = [one for one in statements(prod, "rotation-role") if listed(one["Action"]) == ["ec2:CreateNetworkInterface"]]
    here = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
    named = set(making["Resource"])
    assert f"{here}:security-group/{groups['rotation']['GroupId']}" in named
    assert len([arn for arn in named if arn.startswith(f"{here}:subnet/subnet-")]) == 3
    assert len(named) == 5


def test_roles_stand_under_the_plans_path_and_carry_its_tags(prod: Shown) -> None:
    for name in ROLES:
        found = role(prod, name)
        assert found["Path"] == "/financial-platform/prod/"
        assert tags(found)["ManagedBy"] == "provisioner"


def test_instances_wear_their_role(prod: Shown) -> None:
    profile = prod.client("iam").get_instance_profile(InstanceProfileName=prod.named("instance-profile"))["InstanceProfile"]
    assert [one["RoleName"] for one in profile["Roles"]] == [prod.named("instance-role")]
