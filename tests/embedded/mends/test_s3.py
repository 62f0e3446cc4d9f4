"""S3 buckets and what belongs to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

BLOCKED = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@pytest.fixture
def s3(connect: Connect) -> Any:
    return connect("s3")


def _create(s3: Any, name: str = "some-bucket", tags: list[dict[str, str]] | None = None, **more: Any) -> str:
    where: dict[str, Any] = {"LocationConstraint": REGION, **({"Tags": tags} if tags else {})}
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=where, **more)
    return name


def test_a_new_bucket_is_encrypted_closed_and_without_lists(s3: Any) -> None:
    bucket = _create(s3)
    encryption = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption == [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == BLOCKED
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    assert s3.head_object(Bucket=bucket, Key="k")["ServerSideEncryption"] == "AES256"
    assert refusal(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessControlListNotSupported"


def test_what_is_removed_from_a_bucket(s3: Any) -> None:
    bucket = _create(s3)
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == [rule]
    s3.delete_bucket_encryption(Bucket=bucket)
    (default,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert default["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    s3.delete_public_access_block(Bucket=bucket)
    assert refusal(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    assert refusal(s3.get_bucket_ownership_controls, Bucket=bucket) == "OwnershipControlsNotFoundError"


def test_the_whole_encryption_reads_back(s3: Any) -> None:
    bucket = _create(s3)
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/a"},
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    shown = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert shown == [{**rule, "BucketKeyEnabled": False}]


def test_a_bucket_is_closed_to_who_expects_another_owner(s3: Any) -> None:
    bucket = _create(s3)
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ExpectedBucketOwner=ACCOUNT)
    others = "210987654321"
    assert refusal(s3.get_bucket_versioning, Bucket=bucket, ExpectedBucketOwner=others) == "AccessDenied"
    assert refusal(s3.head_bucket, Bucket=bucket, ExpectedBucketOwner=others) == "403"
    assert refusal(s3.delete_object, Bucket=bucket, Key="k", ExpectedBucketOwner=others) == "AccessDenied"
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, ExpectedBucketOwner=ACCOUNT)["Contents"]] == ["k"]
    assert refusal(s3.get_bucket_versioning, Bucket="no-such-bucket", ExpectedBucketOwner=others) == "NoSuchBucket"


def test_tags_and_ownership_are_set_at_birth(s3: Any) -> None:
    bucket = _create(s3, tags=[{"Key": "a", "Value": "b"}], ObjectOwnership="BucketOwnerPreferred")
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [{"Key": "a", "Value": "b"}]
    controls = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]
    assert controls["Rules"] == [{"ObjectOwnership": "BucketOwnerPreferred"}]


def test_creating_a_bucket_again_changes_nothing(connect: Connect, s3: Any) -> None:
    bucket = _create(s3)
    s3.delete_public_access_block(Bucket=bucket)
    again = {"Bucket": bucket, "CreateBucketConfiguration": {"LocationConstraint": REGION}}
    assert refusal(s3.create_bucket, **again) == "BucketAlreadyOwnedByYou"
    assert refusal(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"
    east = connect("s3", "us-east-1")
    east.create_bucket(Bucket="east-bucket")
    east.delete_public_access_block(Bucket="east-bucket")
    east.create_bucket(Bucket="east-bucket")
    assert refusal(east.get_public_access_block, Bucket="east-bucket") == "NoSuchPublicAccessBlockConfiguration"


@pytest.mark.parametrize("name", ["Upper-case", "under_score", "two..dots", "192.168.0.1", "xn--puny", "ends-"])
def test_a_name_that_aws_refuses(s3: Any, name: str) -> None:
    where = {"LocationConstraint": REGION}
    assert refusal(s3.create_bucket, Bucket=name, CreateBucketConfiguration=where) == "InvalidBucketName"


def test_lifecycle_reads_back_whole(s3: Any) -> None:
    bucket = _create(s3)
    rules: list[dict[str, Any]] = [
        {
            "ID": "old",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "p/", "ObjectSizeGreaterThan": 10, "ObjectSizeLessThan": 99}},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3},
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 3, "NewerNoncurrentVersions": 2, "StorageClass": "GLACIER"}],
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        },
        {"ID": "all", "Status": "Disabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 365}},
    ]
    size = "varies_by_storage_class"
    document = {"LifecycleConfiguration": {"Rules": rules}, "TransitionDefaultMinimumObjectSize": size}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, **document)
    shown = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert (shown["Rules"], shown["TransitionDefaultMinimumObjectSize"]) == (rules, size)
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == "NoSuchLifecycleConfiguration"


def test_logging_reads_back_whole_and_goes_to_no_bucket_that_locks(s3: Any) -> None:
    source, target = _create(s3, "source-bucket"), _create(s3, "target-bucket")
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/*",
    }
    s3.put_bucket_policy(Bucket=target, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    enabled = {
        "TargetBucket": target,
        "TargetPrefix": "logs/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    locked = _create(s3, "locking-bucket", ObjectLockEnabledForBucket=True)
    elsewhere = {"LoggingEnabled": {**enabled, "TargetBucket": locked}}
    refused = refusal(s3.put_bucket_logging, Bucket=source, BucketLoggingStatus=elsewhere)
    assert refused == "InvalidTargetBucketForLogging"
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={"LoggingEnabled": enabled})
    assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"] == enabled
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=source)


def test_event_bridge_notification_reads_back(s3: Any) -> None:
    bucket = _create(s3)
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}})
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)


def test_policies_are_policies_and_not_public(s3: Any) -> None:
    bucket = _create(s3)
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    public = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    narrow = json.dumps({"Version": "2012-10-17", "Statement": [{**statement, "Effect": "Deny"}]})
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy="{") == "MalformedPolicy"
    assert refusal(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    s3.put_bucket_policy(Bucket=bucket, Policy=narrow)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == narrow
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=public)


def test_listing_filters_pages_and_names_regions(connect: Connect, s3: Any) -> None:
    for name in ("app-b", "app-a", "other"):
        _create(s3, name)
    connect("s3", "us-east-1").create_bucket(Bucket="app-east")
    listed = s3.list_buckets(Prefix="app-", BucketRegion=REGION)["Buckets"]
    assert [(bucket["Name"], bucket["BucketRegion"]) for bucket in listed] == [("app-a", REGION), ("app-b", REGION)]
    pages = s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 1})
    assert [bucket["Name"] for page in pages for bucket in page["Buckets"]] == ["app-a", "app-b", "app-east", "other"]


def test_a_bucket_made_anew_remembers_nothing(s3: Any) -> None:
    bucket = _create(s3)
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    s3.delete_bucket(Bucket=bucket)
    _create(s3)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == "NoSuchLifecycleConfiguration"


def test_request_payment_is_refused_rather_than_dropped(s3: Any) -> None:
    bucket = _create(s3)
    s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "BucketOwner"})
    wanted = {"Payer": "Requester"}
    assert refusal(s3.put_bucket_request_payment, Bucket=bucket, RequestPaymentConfiguration=wanted) == "NotImplemented"


def test_a_checksum_that_was_given_is_kept(s3: Any) -> None:
    bucket, digest = _create(s3), "dpLDrTVAuzA8dolLPNyxMzYwhm8A1Kfr9bVhDs0AaC0="
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ChecksumSHA256=digest)
    assert s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"] == digest
    assert "ChecksumSHA256" not in s3.head_object(Bucket=bucket, Key="k")


def test_an_object_carries_ten_tags_at_most(s3: Any) -> None:
    bucket = _create(s3)
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    text = "&".join(f"{tag['Key']}=" for tag in many)
    assert refusal(s3.put_object, Bucket=bucket, Key="k", Body=b"x", Tagging=text) == "BadRequest"
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="a=b")
    assert refusal(s3.put_object_tagging, Bucket=bucket, Key="k", Tagging={"TagSet": many}) == "BadRequest"
