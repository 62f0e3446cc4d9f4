"""Secrets, their versions and labels, and rotation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend

from ..conftest import ACCOUNT, REGION, refusal
from .test_lambda import make_function

if TYPE_CHECKING:
    from ..conftest import Connect

ONE, TWO, THREE = ("1" * 32, "2" * 32, "3" * 32)
SERVICE = "secretsmanager.amazonaws.com"


@pytest.fixture
def secrets(connect: Connect) -> Any:
    return connect("secretsmanager")


@pytest.fixture
def secret(secrets: Any) -> str:
    return str(secrets.create_secret(Name="s", SecretString="one", ClientRequestToken=ONE)["ARN"])


@pytest.fixture
def function(connect: Connect) -> str:
    arn = make_function(connect)
    connect("lambda").add_permission(
        FunctionName=arn, StatementId="s", Action="lambda:InvokeFunction", Principal=SERVICE, SourceAccount=ACCOUNT
    )
    return arn


def stages(secrets: Any) -> dict[str, list[str]]:
    return {version: sorted(labels) for version, labels in secrets.describe_secret(SecretId="s")["VersionIdsToStages"].items()}


def value(secrets: Any, **which: str) -> str:
    return str(secrets.get_secret_value(SecretId="s", **which)["SecretString"])


def policy(effect: str, principal: Any) -> str:
    statement = {"Effect": effect, "Principal": principal, "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})


def test_the_day_of_the_last_reading_shows(secrets: Any, secret: str) -> None:
    assert "LastAccessedDate" not in secrets.describe_secret(SecretId="s")
    value(secrets)
    day = secrets.describe_secret(SecretId=secret)["LastAccessedDate"]
    assert day.astimezone(UTC).time() == time()
    assert [one["LastAccessedDate"] for one in secrets.list_secrets()["SecretList"]] == [day]


def test_a_name_that_waits_for_its_end_is_taken(secrets: Any, secret: str) -> None:
    secrets.delete_secret(SecretId=secret)
    assert refusal(secrets.create_secret, Name="s") == "InvalidRequestException"
    assert secrets.list_secrets()["SecretList"] == []
    [dying] = secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert dying["DeletedDate"] > datetime.now(UTC)
    assert refusal(secrets.put_secret_value, SecretId="s", SecretString="x") == "InvalidRequestException"
    assert refusal(secrets.tag_resource, SecretId="s", Tags=[]) == "InvalidRequestException"
    assert refusal(secrets.get_secret_value, SecretId="s") == "InvalidRequestException"
    secrets.restore_secret(SecretId="s")
    assert value(secrets) == "one"


def test_a_name_is_free_a_moment_after_a_delete_without_recovery(secrets: Any, secret: str) -> None:
    secrets.delete_secret(SecretId="nothing", ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="nothing")
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)
    assert refusal(secrets.describe_secret, SecretId="s") == "ResourceNotFoundException"
    assert refusal(secrets.create_secret, Name="s") == "InvalidRequestException"
    assert refusal(secrets.create_secret, Name="s") == "InvalidRequestException"
    assert secrets.create_secret(Name="s")["ARN"] != secret


def test_a_name_has_awss_letters(secrets: Any) -> None:
    assert refusal(secrets.create_secret, Name="a b") == "ValidationException"


def test_what_is_not_there_is_not_found(secrets: Any) -> None:
    for call, more in (
        (secrets.put_secret_value, {"SecretString": "x"}),
        (secrets.update_secret, {}),
        (secrets.rotate_secret, {}),
        (secrets.cancel_rotate_secret, {}),
        (secrets.update_secret_version_stage, {"VersionStage": "a"}),
    ):
        assert refusal(call, SecretId="none", **more) == "ResourceNotFoundException"


def test_a_services_own_secret_is_the_services(secrets: Any) -> None:
    get_backend("secretsmanager")[ACCOUNT][REGION].create_managed_secret("rds", "rds!cluster-1", "value")
    assert refusal(secrets.delete_secret, SecretId="rds!cluster-1") == "InvalidRequestException"
    assert refusal(secrets.put_secret_value, SecretId="rds!cluster-1", SecretString="x") == "InvalidRequestException"
    [owned] = secrets.list_secrets(Filters=[{"Key": "owning-service", "Values": ["rds"]}])["SecretList"]
    assert owned["Name"] == "rds!cluster-1"


def test_secrets_are_found_by_their_tags(secrets: Any) -> None:
    for name, tag in (("a", "shop"), ("b", "shopping"), ("c", "other")):
        secrets.create_secret(Name=name, Tags=[{"Key": "provisioner:plan", "Value": tag}])
    filters = [{"Key": "tag-key", "Values": ["provisioner:plan"]}, {"Key": "tag-value", "Values": ["shop"]}]
    assert [found["Name"] for found in secrets.list_secrets(Filters=filters)["SecretList"]] == ["a", "b"]


def test_a_description_can_become_empty(secrets: Any, secret: str) -> None:
    secrets.update_secret(SecretId=secret, Description="d", KmsKeyId="k")
    secrets.update_secret(SecretId=secret, KmsKeyId="alias/aws/secretsmanager")
    shown = secrets.describe_secret(SecretId=secret)
    assert (shown["Description"], "KmsKeyId" in shown) == ("d", False)
    secrets.update_secret(SecretId=secret, Description="")
    assert "Description" not in secrets.describe_secret(SecretId=secret)
    assert value(secrets) == "one"


def test_an_update_with_a_value_makes_a_version(secrets: Any, secret: str) -> None:
    assert secrets.update_secret(SecretId=secret, SecretString="two", ClientRequestToken=TWO)["VersionId"] == TWO
    assert (value(secrets), stages(secrets)) == ("two", {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]})
    again = {"SecretId": secret, "SecretString": "two", "ClientRequestToken": TWO}
    assert refusal(secrets.update_secret, **again) == "ResourceExistsException"


def test_labels_of_ones_own_stay_where_they_are(secrets: Any, secret: str) -> None:
    put = {"SecretId": secret, "VersionStages": ["AWSCURRENT", "mine"]}
    secrets.put_secret_value(SecretString="two", ClientRequestToken=TWO, **put)
    secrets.put_secret_value(SecretId=secret, SecretString="three", ClientRequestToken=THREE)
    assert stages(secrets) == {TWO: ["AWSPREVIOUS", "mine"], THREE: ["AWSCURRENT"]}
    secrets.put_secret_value(SecretString="four", **put)
    assert stages(secrets)[THREE] == ["AWSPREVIOUS"]
    assert TWO not in stages(secrets)


def test_the_first_version_is_the_current_one(secrets: Any) -> None:
    secrets.create_secret(Name="s")
    assert refusal(secrets.get_secret_value, SecretId="s") == "ResourceNotFoundException"
    secrets.put_secret_value(SecretId="s", SecretBinary=b"bytes", VersionStages=["mine"], ClientRequestToken=ONE)
    assert stages(secrets) == {ONE: ["AWSCURRENT", "mine"]}
    assert secrets.get_secret_value(SecretId="s")["SecretBinary"] == b"bytes"


def test_a_version_is_written_once(secrets: Any, secret: str) -> None:
    put = {"SecretId": secret, "ClientRequestToken": ONE}
    secrets.put_secret_value(SecretString="one", **put)
    assert refusal(secrets.put_secret_value, SecretString="two", **put) == "ResourceExistsException"
    assert refusal(secrets.put_secret_value, SecretId=secret) == "InvalidParameterException"
    assert value(secrets) == "one"


def test_a_secret_has_twenty_labels(secrets: Any, secret: str) -> None:
    labels = [f"label-{number}" for number in range(20)]
    put = {"SecretId": secret, "SecretString": "two"}
    assert refusal(secrets.put_secret_value, VersionStages=labels, **put) == "LimitExceededException"


def test_a_label_moves_from_where_it_is(secrets: Any, secret: str) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString="two", ClientRequestToken=TWO, VersionStages=["AWSPENDING"])
    move = {"SecretId": secret, "VersionStage": "AWSCURRENT"}
    for wrong in ({"MoveToVersionId": TWO}, {"MoveToVersionId": TWO, "RemoveFromVersionId": TWO}, {"RemoveFromVersionId": ONE}):
        assert refusal(secrets.update_secret_version_stage, **move, **wrong) == "InvalidParameterException"
    missing = {"SecretId": secret, "VersionStage": "a", "MoveToVersionId": THREE}
    assert refusal(secrets.update_secret_version_stage, **missing) == "InvalidParameterException"
    secrets.update_secret_version_stage(MoveToVersionId=TWO, RemoveFromVersionId=ONE, **move)
    assert (value(secrets), stages(secrets)) == ("two", {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT", "AWSPENDING"]})
    secrets.update_secret_version_stage(MoveToVersionId=TWO, **move)
    secrets.update_secret_version_stage(MoveToVersionId=ONE, RemoveFromVersionId=TWO, **move)
    assert (value(secrets), stages(secrets)) == ("one", {ONE: ["AWSCURRENT"], TWO: ["AWSPENDING", "AWSPREVIOUS"]})
    secrets.update_secret_version_stage(SecretId=secret, VersionStage="AWSPENDING", RemoveFromVersionId=TWO)
    secrets.update_secret_version_stage(SecretId=secret, VersionStage="nowhere")
    assert stages(secrets)[TWO] == ["AWSPREVIOUS"]


def test_a_replica_is_changed_in_its_primary_region(secrets: Any, connect: Connect, secret: str) -> None:
    secrets.replicate_secret_to_regions(SecretId=secret, AddReplicaRegions=[{"Region": "eu-west-1"}])
    elsewhere = connect("secretsmanager", "eu-west-1")
    [replica] = elsewhere.list_secrets()["SecretList"]
    put = {"SecretId": replica["ARN"], "SecretString": "x"}
    assert refusal(elsewhere.put_secret_value, **put) == "InvalidParameterException"
    assert replica["PrimaryRegion"] == REGION


def test_a_policy_is_one_and_not_for_everybody(secrets: Any, connect: Connect, secret: str) -> None:
    put = secrets.put_resource_policy
    assert refusal(put, SecretId=secret, ResourcePolicy="text") == "MalformedPolicyDocumentException"
    everybody = policy("Allow", "*")
    assert refusal(put, SecretId=secret, ResourcePolicy=everybody, BlockPublicPolicy=True) == "PublicPolicyException"
    put(SecretId=secret, ResourcePolicy=everybody)
    judged = secrets.validate_resource_policy(SecretId=secret, ResourcePolicy=everybody)
    assert (judged["PolicyValidationPassed"], len(judged["ValidationErrors"])) == (False, 1)
    assert secrets.validate_resource_policy(SecretId=secret, ResourcePolicy=policy("Deny", "*"))["PolicyValidationPassed"]
    role = f"arn:aws:iam::{ACCOUNT}:role/app"
    named = {"SecretId": secret, "ResourcePolicy": policy("Allow", {"AWS": role})}
    assert refusal(put, **named) == "MalformedPolicyDocumentException"
    trust = policy("Allow", {"Service": "ec2.amazonaws.com"}).replace("secretsmanager:GetSecretValue", "sts:AssumeRole")
    document = json.loads(trust)
    del document["Statement"]["Resource"]
    connect("iam").create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(document))
    put(**named)
    assert json.loads(secrets.get_resource_policy(SecretId=secret)["ResourcePolicy"])["Statement"]["Effect"] == "Allow"


def test_a_rotation_goes_through_awss_four_steps(secrets: Any, secret: str, function: str) -> None:
    rules = {"AutomaticallyAfterDays": 30, "Duration": "3h"}
    secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function, RotationRules=rules, ClientRequestToken=TWO)
    assert stages(secrets) == {ONE: ["AWSCURRENT"], TWO: ["AWSPENDING"]}
    pending = {"SecretId": secret, "VersionId": TWO, "VersionStage": "AWSPENDING"}
    assert refusal(secrets.get_secret_value, **pending) == "ResourceNotFoundException"
    assert refusal(secrets.rotate_secret, SecretId=secret) == "InvalidRequestException"
    assert "LastRotatedDate" not in secrets.describe_secret(SecretId=secret)
    secrets.put_secret_value(SecretId=secret, SecretString="two", ClientRequestToken=TWO, VersionStages=["AWSPENDING"])
    assert (value(secrets), value(secrets, VersionStage="AWSPENDING")) == ("one", "two")
    secrets.update_secret_version_stage(
        SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=TWO, RemoveFromVersionId=ONE
    )
    shown = secrets.describe_secret(SecretId=secret)
    assert (value(secrets), value(secrets, VersionStage="AWSPREVIOUS")) == ("two", "one")
    assert (shown["RotationEnabled"], shown["RotationLambdaARN"], shown["RotationRules"]) == (True, function, rules)
    assert shown["LastRotatedDate"] <= datetime.now(UTC) < shown["NextRotationDate"]
    [listed] = secrets.list_secrets()["SecretList"]
    assert listed["RotationRules"] == rules
    secrets.rotate_secret(SecretId=secret, ClientRequestToken=THREE)
    assert stages(secrets) == {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"], THREE: ["AWSPENDING"]}


def test_a_schedule_alone_begins_nothing(secrets: Any, secret: str, function: str) -> None:
    rotate = {"SecretId": secret, "RotationLambdaARN": function, "RotateImmediately": False}
    secrets.rotate_secret(RotationRules={"ScheduleExpression": "rate(10 days)"}, **rotate)
    assert stages(secrets) == {ONE: ["AWSCURRENT"]}
    assert secrets.describe_secret(SecretId=secret)["RotationRules"] == {"ScheduleExpression": "rate(10 days)"}
    secrets.cancel_rotate_secret(SecretId=secret)
    shown = secrets.describe_secret(SecretId=secret)
    assert (shown["RotationEnabled"], shown["RotationLambdaARN"]) == (False, function)


@pytest.mark.parametrize(
    "rules",
    [{}, {"AutomaticallyAfterDays": 1, "ScheduleExpression": "rate(1 days)"}, {"ScheduleExpression": "daily"}],
)
def test_rules_that_can_not_be_are_refused(secrets: Any, secret: str, function: str, rules: dict[str, Any]) -> None:
    rotate = {"SecretId": secret, "RotationLambdaARN": function, "RotationRules": rules}
    assert refusal(secrets.rotate_secret, **rotate) == "InvalidParameterException"


def test_a_rotation_that_can_not_be_leaves_nothing(secrets: Any, connect: Connect, secret: str, function: str) -> None:
    rules = {"AutomaticallyAfterDays": 1}
    missing = {"SecretId": secret, "RotationLambdaARN": f"{function}-missing", "RotationRules": rules}
    assert refusal(secrets.rotate_secret, **missing) == "ResourceNotFoundException"
    assert refusal(secrets.rotate_secret, SecretId=secret, RotationRules=rules) == "InvalidRequestException"
    assert refusal(secrets.cancel_rotate_secret, SecretId=secret) == "InvalidRequestException"
    connect("lambda").remove_permission(FunctionName=function, StatementId="s")
    with pytest.raises(ClientError, match="cannot invoke the specified Lambda function"):
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function, RotationRules=rules)
    assert "RotationEnabled" not in secrets.describe_secret(SecretId=secret)
    assert stages(secrets) == {ONE: ["AWSCURRENT"]}


def test_a_permission_may_be_for_one_secret_only(secrets: Any, connect: Connect, secret: str, function: str) -> None:
    functions = connect("lambda")
    functions.remove_permission(FunctionName=function, StatementId="s")
    let_in = {"FunctionName": function, "Action": "lambda:InvokeFunction", "Principal": SERVICE}
    functions.add_permission(StatementId="other", SourceArn=f"{secret}-other", **let_in)
    rotate = {"SecretId": secret, "RotationLambdaARN": function, "RotationRules": {"AutomaticallyAfterDays": 1}}
    assert refusal(secrets.rotate_secret, **rotate) == "AccessDeniedException"
    functions.add_permission(StatementId="this", SourceArn=secret, **let_in)
    secrets.rotate_secret(**rotate)


@pytest.fixture
def key(connect: Connect) -> str:
    return str(connect("kms").create_key()["KeyMetadata"]["Arn"])


@pytest.mark.parametrize("fate", ["disable_key", "schedule_key_deletion"])
def test_a_key_that_can_not_be_used_keeps_the_value_to_itself(connect: Connect, secrets: Any, key: str, fate: str) -> None:
    kms, other = connect("kms"), str(connect("kms").create_key()["KeyMetadata"]["Arn"])
    secrets.create_secret(Name="s", SecretString="one", KmsKeyId=key)
    number = key.rpartition("/")[2]
    getattr(kms, fate)(KeyId=number)
    assert refusal(lambda: secrets.get_secret_value(SecretId="s")) == "DecryptionFailure"
    assert refusal(lambda: secrets.put_secret_value(SecretId="s", SecretString="two")) == "EncryptionFailure"
    assert refusal(lambda: secrets.update_secret(SecretId="s", KmsKeyId=other)) == "EncryptionFailure"
    assert refusal(lambda: secrets.create_secret(Name="t", SecretString="one", KmsKeyId=key)) == "EncryptionFailure"
    secrets.update_secret(SecretId="s", Description="about")
    if fate == "schedule_key_deletion":
        kms.cancel_key_deletion(KeyId=number)
    kms.enable_key(KeyId=number)
    assert value(secrets) == "one"
    secrets.update_secret(SecretId="s", KmsKeyId=other)
