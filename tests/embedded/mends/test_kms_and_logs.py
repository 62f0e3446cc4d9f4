"""KMS keys, and log groups."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"


@pytest.fixture
def kms(connect: Connect) -> Any:
    return connect("kms")


@pytest.fixture
def key(kms: Any) -> str:
    return str(kms.create_key()["KeyMetadata"]["KeyId"])


@pytest.fixture
def logs(connect: Connect) -> Any:
    return connect("logs")


def _group(logs: Any, name: str = "g") -> dict[str, Any]:
    (shown,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return dict(shown)


def test_a_rotation_period_reads_back(kms: Any, key: str) -> None:
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    shown = kms.get_key_rotation_status(KeyId=key)
    assert (shown["KeyRotationEnabled"], shown["RotationPeriodInDays"]) == (True, 90)
    kms.disable_key_rotation(KeyId=key)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)


def test_a_key_pending_deletion_does_not_rotate(kms: Any, key: str) -> None:
    kms.enable_key_rotation(KeyId=key)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is False
    kms.cancel_key_deletion(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True


@pytest.mark.parametrize("days", [6, 31])
def test_a_window_is_7_to_30_days(kms: Any, key: str, days: int) -> None:
    assert refusal(kms.schedule_key_deletion, KeyId=key, PendingWindowInDays=days) == "ValidationException"


def test_a_key_pending_deletion_cannot_be_changed(kms: Any, key: str) -> None:
    answer = kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert (answer["KeyState"], answer["PendingWindowInDays"]) == ("PendingDeletion", 7)
    for call, parameters in (
        (kms.enable_key_rotation, {}),
        (kms.update_key_description, {"Description": "d"}),
        (kms.tag_resource, {"Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.schedule_key_deletion, {}),
        (kms.enable_key, {}),
        (kms.encrypt, {"Plaintext": b"x"}),
    ):
        assert refusal(call, KeyId=key, **parameters) == "KMSInvalidStateException"
    assert refusal(kms.create_alias, AliasName="alias/a", TargetKeyId=key) == "KMSInvalidStateException"
    kms.cancel_key_deletion(KeyId=key)
    assert refusal(kms.cancel_key_deletion, KeyId=key) == "KMSInvalidStateException"
    assert refusal(kms.enable_key_rotation, KeyId=key) == "DisabledException"
    kms.enable_key(KeyId=key)
    kms.enable_key_rotation(KeyId=key)


def test_a_key_policy_is_a_policy(kms: Any, key: str) -> None:
    assert refusal(kms.create_key, Policy="text") == "MalformedPolicyDocumentException"
    change = {"KeyId": key, "PolicyName": "default", "Policy": json.dumps({"Version": "2012-10-17"})}
    assert refusal(kms.put_key_policy, **change) == "MalformedPolicyDocumentException"


def test_a_log_group_reads_back_class_and_protection(logs: Any) -> None:
    logs.create_log_group(logGroupName="g", logGroupClass="INFREQUENT_ACCESS", deletionProtectionEnabled=True, kmsKeyId=KEY)
    shown = _group(logs)
    assert (shown["logGroupClass"], shown["deletionProtectionEnabled"], shown["kmsKeyId"]) == ("INFREQUENT_ACCESS", True, KEY)
    assert refusal(logs.delete_log_group, logGroupName="g") == "ValidationException"
    logs.put_log_group_deletion_protection(logGroupIdentifier="g", deletionProtectionEnabled=False)
    assert _group(logs)["deletionProtectionEnabled"] is False
    logs.delete_log_group(logGroupName="g")
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_log_groups_key_can_be_changed(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    assert "kmsKeyId" not in _group(logs)
    logs.associate_kms_key(logGroupName="g", kmsKeyId=KEY)
    assert _group(logs)["kmsKeyId"] == KEY
    logs.disassociate_kms_key(logGroupName="g")
    assert "kmsKeyId" not in _group(logs)
    assert refusal(logs.associate_kms_key, logGroupName="none", kmsKeyId=KEY) == "ResourceNotFoundException"


def test_retention_is_one_of_awss_numbers(logs: Any) -> None:
    logs.create_log_group(logGroupName="g")
    assert refusal(logs.put_retention_policy, logGroupName="g", retentionInDays=42) == "InvalidParameterException"
    logs.put_retention_policy(logGroupName="g", retentionInDays=365)
    assert _group(logs)["retentionInDays"] == 365
    assert refusal(logs.put_retention_policy, logGroupName="none", retentionInDays=1) == "ResourceNotFoundException"


def test_a_log_groups_tags_end_with_it(logs: Any) -> None:
    logs.create_log_group(logGroupName="g", tags={"a": "b"})
    arn = _group(logs)["logGroupArn"]
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    logs.delete_log_group(logGroupName="g")
    assert refusal(logs.list_tags_for_resource, resourceArn=arn) == "ResourceNotFoundException"
    logs.create_log_group(logGroupName="g")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {}


def test_log_groups_are_found_by_pattern_and_name(logs: Any) -> None:
    for name in ("/a/one", "/a/two", "/b/one"):
        logs.create_log_group(logGroupName=name)
    by_pattern = logs.describe_log_groups(logGroupNamePattern="one")["logGroups"]
    assert [shown["logGroupName"] for shown in by_pattern] == ["/a/one", "/b/one"]
    by_name = logs.describe_log_groups(logGroupIdentifiers=["/a/two"])["logGroups"]
    assert [shown["logGroupName"] for shown in by_name] == ["/a/two"]
