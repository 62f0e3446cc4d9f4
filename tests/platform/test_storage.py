"""Module 4: three buckets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, REGION, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
BUCKETS = ("assets", "logs", "trail")
TRAIL = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/financial-trail-prod"


def bucket(name: str) -> str:
    return f"financial-{name}-prod-{ACCOUNT}"


def arn(name: str, below: str = "") -> str:
    return f"arn:aws:s3:::{bucket(name)}{below}"


def shown(prod: Shown, part: str, name: str) -> Any:
    return getattr(prod.client("s3"), f"get_bucket_{part}")(Bucket=bucket(name))


def statements(prod: Shown, name: str) -> dict[str, Any]:
    """The statements of a bucket's policy by their names."""
    return {one["Sid"]: one for one in json.loads(shown(prod, "policy", name)["Policy"])["Statement"]}


def encryption(prod: Shown, name: str) -> Any:
    [rule] = shown(prod, "encryption", name)["ServerSideEncryptionConfiguration"]["Rules"]
    return rule


def key_arn(prod: Shown, name: str) -> str:
    return str(prod.client("kms").describe_key(KeyId=f"alias/{prod.named(name)}")["KeyMetadata"]["Arn"])


def lifecycle(prod: Shown, name: str) -> dict[str, Any]:
    """What becomes of all objects of a bucket, from all of its rules."""
    rules = shown(prod, "lifecycle_configuration", name)["Rules"]
    assert {(rule["Status"], rule["Filter"]["Prefix"]) for rule in rules} == {("Enabled", "")}
    parts = ("Expiration", "NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload")
    return {what: days for rule in rules for part in parts for what, days in rule.get(part, {}).items()}


def test_there_are_three_buckets_and_their_names_end_in_the_accounts_id(prod: Shown) -> None:
    assert [one["Name"] for one in prod.client("s3").list_buckets()["Buckets"]] == [bucket(name) for name in BUCKETS]


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_keeps_old_versions(prod: Shown, name: str) -> None:
    assert shown(prod, "versioning", name)["Status"] == "Enabled"


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_blocks_public_access_in_all_four_ways(prod: Shown, name: str) -> None:
    block = prod.client("s3").get_public_access_block(Bucket=bucket(name))["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)


@pytest.mark.parametrize("name", BUCKETS)
def test_what_is_in_a_bucket_belongs_to_its_owner_and_has_no_lists_of_its_own(prod: Shown, name: str) -> None:
    rules = shown(prod, "ownership_controls", name)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    acl = shown(prod, "acl", name)
    assert [one["Grantee"]["ID"] for one in acl["Grants"]] == [acl["Owner"]["ID"]]


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_refuses_plain_http_to_everybody_for_everything(prod: Shown, name: str) -> None:
    assert statements(prod, name)["OnlyTls"] == {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn(name), arn(name, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_lets_services_in_and_nobody_else(prod: Shown, name: str) -> None:
    allowed = [one for one in statements(prod, name).values() if one["Effect"] == "Allow"]
    assert allowed
    assert all(list(one["Principal"]) == ["Service"] for one in allowed)
    assert all(one["Action"] in ("s3:PutObject", "s3:GetObject", "s3:GetBucketAcl") for one in allowed)


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_carries_the_plans_tags_and_is_not_to_be_emptied(prod: Shown, name: str) -> None:
    found = tags({"Tags": shown(prod, "tagging", name)["TagSet"]})
    assert found == {
        "Name": bucket(name),
        "Environment": "prod",
        "Application": "financial-transaction-platform",
        "CostCenter": "engineering",
        "ManagedBy": "provisioner",
        "provisioner:plan": "financial-platform",
        "provisioner:environment": "prod",
        "provisioner:step": f"Bucket/{name}",
    }


@pytest.mark.parametrize(("name", "key"), [("assets", "data-key"), ("trail", "logs-key")])
def test_a_bucket_is_encrypted_with_a_customer_key_by_way_of_a_bucket_key(prod: Shown, name: str, key: str) -> None:
    rule = encryption(prod, name)
    wanted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn(prod, key)}
    assert (rule["ApplyServerSideEncryptionByDefault"], rule["BucketKeyEnabled"]) == (wanted, True)


def test_the_log_bucket_is_encrypted_with_s3s_own_key_as_load_balancers_demand(prod: Shown) -> None:
    assert encryption(prod, "logs")["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


@pytest.mark.parametrize("name", ["assets", "trail"])
def test_each_access_to_a_bucket_is_recorded_in_the_log_bucket_under_the_buckets_name(prod: Shown, name: str) -> None:
    assert shown(prod, "logging", name)["LoggingEnabled"] == {
        "TargetBucket": bucket("logs"),
        "TargetPrefix": f"s3/{name}/",
    }


@pytest.mark.parametrize("name", ["assets", "trail"])
def test_records_of_accesses_arrive(prod: Shown, name: str) -> None:
    assert prod.client("s3").list_objects_v2(Bucket=bucket("logs"), Prefix=f"s3/{name}/", MaxKeys=1)["KeyCount"] == 1


def test_the_log_bucket_does_not_record_its_own_records(prod: Shown) -> None:
    assert "LoggingEnabled" not in shown(prod, "logging", "logs")


def test_logs_are_deleted_after_90_days_and_for_good_a_day_later(prod: Shown) -> None:
    assert lifecycle(prod, "logs") == {
        "Days": 90,
        "NoncurrentDays": 1,
        "ExpiredObjectDeleteMarker": True,
        "DaysAfterInitiation": 7,
    }


def test_the_trail_is_kept_for_365_days_also_where_somebody_deletes_or_overwrites_it(prod: Shown) -> None:
    assert lifecycle(prod, "trail") == {
        "Days": 365,
        "NoncurrentDays": 365,
        "ExpiredObjectDeleteMarker": True,
        "DaysAfterInitiation": 7,
    }


def test_what_is_in_the_trail_can_not_be_taken_back_before_its_time(prod: Shown) -> None:
    lock = prod.client("s3").get_object_lock_configuration(Bucket=bucket("trail"))["ObjectLockConfiguration"]
    retention = lock["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Days"]) == ("GOVERNANCE", 365)


def test_the_log_bucket_locks_nothing_since_s3_delivers_no_access_logs_to_such_a_bucket(prod: Shown) -> None:
    with pytest.raises(prod.client("s3").exceptions.ClientError, match="ObjectLockConfigurationNotFoundError"):
        prod.client("s3").get_object_lock_configuration(Bucket=bucket("logs"))


def test_assets_stay_and_only_their_old_versions_go(prod: Shown) -> None:
    assert lifecycle(prod, "assets") == {"NoncurrentDays": 90, "DaysAfterInitiation": 7}


def test_static_files_are_read_by_the_plans_distribution_alone(prod: Shown) -> None:
    [distribution] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    allowed = {sid: one for sid, one in statements(prod, "assets").items() if one["Effect"] == "Allow"}
    assert allowed == {
        "Cdn": {
            "Sid": "Cdn",
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": arn("assets", "/static/*"),
            "Condition": {"StringEquals": {"aws:SourceArn": distribution["ARN"]}},
        }
    }


def test_the_distribution_signs_what_it_asks_of_the_asset_bucket(prod: Shown) -> None:
    cloudfront = prod.client("cloudfront")
    [distribution] = cloudfront.list_distributions()["DistributionList"]["Items"]
    name = f"{bucket('assets')}.s3.{REGION}.amazonaws.com"
    [origin] = [one for one in distribution["Origins"]["Items"] if one["DomainName"] == name]
    control = cloudfront.get_origin_access_control(Id=origin["OriginAccessControlId"])["OriginAccessControl"]
    signing = {name: control["OriginAccessControlConfig"][name] for name in ("SigningProtocol", "SigningBehavior")}
    assert signing == {"SigningProtocol": "sigv4", "SigningBehavior": "always"}
    assert control["OriginAccessControlConfig"]["OriginAccessControlOriginType"] == "s3"


@pytest.mark.parametrize(
    ("sid", "service", "below", "conditions"),
    [
        ("LoadBalancer", "logdelivery.elasticloadbalancing", f"/alb/AWSLogs/{ACCOUNT}/*", None),
        (
            "AccessLogs",
            "logging.s3",
            "/s3/*",
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": [arn("assets"), arn("trail")]},
            },
        ),
        (
            "Cdn",
            "delivery.logs",
            "/cdn/*",
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"},
                "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
            },
        ),
    ],
)
def test_a_service_writes_its_logs_below_its_own_prefix(
    prod: Shown, sid: str, service: str, below: str, conditions: dict[str, Any] | None
) -> None:
    found = statements(prod, "logs")[sid]
    assert (found["Principal"], found["Action"]) == ({"Service": f"{service}.amazonaws.com"}, "s3:PutObject")
    assert (found["Resource"], found.get("Condition")) == (arn("logs", below), conditions)


def test_three_services_write_to_the_log_bucket_and_no_more(prod: Shown) -> None:
    assert set(statements(prod, "logs")) == {"OnlyTls", "LoadBalancer", "AccessLogs", "Cdn"}


def test_cloudtrail_writes_its_own_trail_to_the_trail_bucket_and_nothing_else_does(prod: Shown) -> None:
    found = statements(prod, "trail")
    assert set(found) == {"OnlyTls", "TrailLooks", "TrailWrites"}
    assert (found["TrailLooks"]["Action"], found["TrailLooks"]["Resource"]) == ("s3:GetBucketAcl", arn("trail"))
    assert found["TrailLooks"]["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
    assert (found["TrailWrites"]["Action"], found["TrailWrites"]["Resource"]) == (
        "s3:PutObject",
        arn("trail", f"/AWSLogs/{ACCOUNT}/*"),
    )
    assert found["TrailWrites"]["Condition"] == {
        "StringEquals": {"aws:SourceArn": TRAIL, "s3:x-amz-acl": "bucket-owner-full-control"}
    }


def test_the_trail_encrypts_with_the_key_of_its_bucket_and_may_open_the_bucket_key(prod: Shown) -> None:
    [trail] = prod.client("cloudtrail").describe_trails()["trailList"]
    assert (trail["S3BucketName"], trail["KmsKeyId"]) == (bucket("trail"), key_arn(prod, "logs-key"))
    document = prod.client("kms").get_key_policy(KeyId=trail["KmsKeyId"], PolicyName="default")["Policy"]
    [opens] = [one for one in json.loads(document)["Statement"] if one["Sid"] == "TrailBucket"]
    assert (opens["Principal"], opens["Action"]) == (
        {"Service": "cloudtrail.amazonaws.com"},
        ["kms:GenerateDataKey*", "kms:Decrypt"],
    )
    assert opens["Condition"] == {"StringEquals": {"aws:SourceArn": TRAIL}}
