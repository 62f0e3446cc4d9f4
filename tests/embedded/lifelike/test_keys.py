"""KMS keys that are new, and keys that Logs may not use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION
from ..mends.test_lambda import about
from .conftest import allow, policy, refused_once, said

if TYPE_CHECKING:
    from ..conftest import Connect
    from .conftest import MakeRole

OURS = allow("kms:*", "*", Principal={"AWS": ACCOUNT})
LOGS = {"Service": f"logs.{REGION}.amazonaws.com"}
UNUSABLE = "does not exist or is not allowed to be used with LogGroup"


def for_group(name: str) -> dict[str, Any]:
    return {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"}}


@pytest.fixture
def kms(connect: Connect, newly: None) -> Any:
    return connect("kms")


def made(kms: Any, *statements: dict[str, Any]) -> str:
    return str(kms.create_key(Policy=policy(OURS, *statements))["KeyMetadata"]["Arn"])


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("enable_key_rotation", {}),
        ("tag_resource", {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        ("put_key_policy", {"PolicyName": "default", "Policy": policy(OURS)}),
        ("update_key_description", {"Description": "d"}),
        ("create_alias", {"AliasName": "alias/a"}),
    ],
)
def test_kms_itself_finds_a_key_a_moment_later(kms: Any, operation: str, more: dict[str, Any]) -> None:
    name = "TargetKeyId" if operation == "create_alias" else "KeyId"
    refused_once("NotFoundException", "does not exist", getattr(kms, operation), **{name: made(kms)}, **more)


def test_logs_encrypts_with_a_key_that_lets_it(connect: Connect, kms: Any) -> None:
    logs = connect("logs")
    key = made(kms, allow("kms:GenerateDataKey*", "*", Principal=LOGS, Condition=for_group("g")))
    refused_once("InvalidParameterException", UNUSABLE, logs.create_log_group, logGroupName="g", kmsKeyId=key)
    for _ in range(2):
        assert UNUSABLE in said(logs.create_log_group, logGroupName="other", kmsKeyId=key)[1]


def test_a_policy_that_lets_logs_in_is_news_as_well(connect: Connect, kms: Any) -> None:
    logs, key = connect("logs"), made(kms)
    logs.create_log_group(logGroupName="g")
    for _ in range(3):
        assert UNUSABLE in said(logs.associate_kms_key, logGroupName="g", kmsKeyId=key)[1]
    said(kms.put_key_policy, KeyId=key, PolicyName="default", Policy=policy(OURS))
    allowed = policy(OURS, allow("kms:*", "*", Principal=LOGS))
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=allowed)
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:g"
    refused_once("InvalidParameterException", UNUSABLE, logs.associate_kms_key, resourceIdentifier=group, kmsKeyId=key)
    kms.disable_key(KeyId=key.rpartition("/")[2])
    assert UNUSABLE in said(logs.associate_kms_key, logGroupName="g", kmsKeyId=key)[1]
    assert UNUSABLE in said(logs.associate_kms_key, logGroupName="g", kmsKeyId=f"{key[:-1]}x")[1]


def test_databases_secrets_and_streams_find_a_key_a_moment_later(connect: Connect, kms: Any, make_role: MakeRole) -> None:
    key = made(kms)
    cluster = {"DBClusterIdentifier": "c", "Engine": "aurora-mysql", "MasterUsername": "root", "StorageEncrypted": True}
    create = connect("rds").create_db_cluster
    refused_once("KMSKeyNotAccessibleFault", key, create, **cluster, MasterUserPassword="long-enough", KmsKeyId=key)
    words = "can't encrypt the protected secret text"
    refused_once("EncryptionFailure", words, connect("secretsmanager").create_secret, Name="s", SecretString="x", KmsKeyId=key)
    destination = {"RoleARN": make_role("firehose.amazonaws.com"), "BucketARN": "arn:aws:s3:::logs"}
    stream = {"DeliveryStreamName": "s", "ExtendedS3DestinationConfiguration": destination}
    stream["DeliveryStreamEncryptionConfigurationInput"] = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
    create = connect("firehose").create_delivery_stream
    assert said(create, **stream)[0] == "InvalidArgumentException"
    refused_once("InvalidKMSResourceException", key, create, **stream)


def test_a_function_may_use_a_key_a_moment_later_by_its_alias_too(connect: Connect, kms: Any, make_role: MakeRole) -> None:
    key = made(kms)
    refused_once("NotFoundException", key, kms.create_alias, AliasName="alias/a", TargetKeyId=key)
    alias = f"arn:aws:kms:{REGION}:{ACCOUNT}:alias/a"
    asked = about(make_role("lambda.amazonaws.com"), KMSKeyArn=alias)
    create = connect("lambda").create_function
    assert "cannot be assumed" in said(create, **asked)[1]
    refused_once("InvalidParameterValueException", "is invalid for CreateGrant", create, **asked)
