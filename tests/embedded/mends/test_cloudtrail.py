"""Trails."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

SERVICE = {"Service": "cloudtrail.amazonaws.com"}
ARN = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/trail"
GROUP = "arn:aws:logs:eu-central-1:123456789012:log-group:{}:*"


@pytest.fixture
def trails(connect: Connect) -> Any:
    return connect("cloudtrail")


@pytest.fixture
def bucket(connect: Connect) -> str:
    connect("s3").create_bucket(Bucket="trails", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    let_in(connect)
    return "trails"


def document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": SERVICE, "Action": action, "Resource": resource, **more}


def let_in(connect: Connect, writes: str = "*", **more: Any) -> None:
    reads, puts = (
        allow("s3:GetBucketAcl", "arn:aws:s3:::trails"),
        allow("s3:PutObject", f"arn:aws:s3:::trails/{writes}", **more),
    )
    connect("s3").put_bucket_policy(Bucket="trails", Policy=document(reads, puts))


def shown(trails: Any, name: str = "trail") -> dict[str, Any]:
    return dict(trails.get_trail(Name=name)["Trail"])


def deliveries(trails: Any) -> set[str]:
    """What a trail has delivered so far."""
    return {name for name in trails.get_trail_status(Name="trail") if re.fullmatch("Latest[A-Za-z]*DeliveryTime", name)}


def test_a_trail_reads_back_and_leaves_out_what_was_taken_away(trails: Any, bucket: str) -> None:
    made = trails.create_trail(Name="trail", S3BucketName=bucket, S3KeyPrefix="p", RecursiveLogging=False)
    assert (made["RecursiveLogging"], made["S3KeyPrefix"]) == (False, "p")
    assert shown(trails)["HomeRegion"] == "eu-central-1"
    trails.update_trail(Name=ARN, S3KeyPrefix="", RecursiveLogging=True)
    after = shown(trails)
    assert (after["RecursiveLogging"], "S3KeyPrefix" in after, "KmsKeyId" in after) == (True, False, False)


def test_a_name_is_taken_once_and_has_no_adjacent_separators(trails: Any, bucket: str) -> None:
    trails.create_trail(Name="trail", S3BucketName=bucket)
    assert refusal(trails.create_trail, Name="trail", S3BucketName=bucket) == "TrailAlreadyExistsException"
    for name in ("a--b", "a-_b", "192.168.5.4"):
        assert refusal(trails.create_trail, Name=name, S3BucketName=bucket) == "InvalidTrailNameException"


def test_a_region_has_five_trails(trails: Any, bucket: str) -> None:
    for number in range(5):
        trails.create_trail(Name=f"trail-{number}", S3BucketName=bucket)
    assert refusal(trails.create_trail, Name="sixth", S3BucketName=bucket) == "MaximumNumberOfTrailsExceededException"


@pytest.mark.parametrize(
    ("writes", "condition", "taken"),
    [
        ("*", {}, True),
        ("AWSLogs/123456789012/*", {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", "aws:SourceArn": ARN}}, True),
        ("AWSLogs/123456789012/*", {"StringLike": {"AWS:SourceArn": "arn:aws:cloudtrail:*:123456789012:trail/*"}}, True),
        ("AWSLogs/123456789012/*", {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ("AWSLogs/210987654321/*", {}, False),
        ("*", {"StringEquals": {"aws:SourceArn": ARN + "x"}}, False),
        ("*", {"StringNotEquals": {"aws:SourceAccount": "123456789012"}}, False),
    ],
)
def test_a_buckets_policy_must_let_it_write(
    connect: Connect, trails: Any, bucket: str, writes: str, condition: dict[str, Any], taken: bool
) -> None:
    let_in(connect, writes, Condition=condition)
    if taken:
        trails.create_trail(Name="trail", S3BucketName=bucket)
    else:
        assert refusal(trails.create_trail, Name="trail", S3BucketName=bucket) == "InsufficientS3BucketPolicyException"


def test_a_deny_counts_where_its_condition_is_met(connect: Connect, trails: Any, bucket: str) -> None:
    def deny(**condition: Any) -> str:
        statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition}
        return document(allow("s3:GetBucketAcl", "*"), allow("s3:PutObject", "*"), statement)

    s3 = connect("s3")
    s3.put_bucket_policy(Bucket=bucket, Policy=deny(StringEquals={"aws:SourceAccount": "123456789012"}))
    assert refusal(trails.create_trail, Name="t-1", S3BucketName=bucket) == "InsufficientS3BucketPolicyException"
    s3.put_bucket_policy(Bucket=bucket, Policy=deny(Null={"s3:x-amz-server-side-encryption": "true"}))
    trails.create_trail(Name="t-1", S3BucketName=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=deny(Bool={"aws:SecureTransport": "false"}))
    trails.create_trail(Name="t-2", S3BucketName=bucket)


def test_a_bucket_without_policy_or_none_at_all_is_refused(connect: Connect, trails: Any, bucket: str) -> None:
    connect("s3").delete_bucket_policy(Bucket=bucket)
    assert refusal(trails.create_trail, Name="trail", S3BucketName=bucket) == "InsufficientS3BucketPolicyException"
    assert refusal(trails.create_trail, Name="trail", S3BucketName="none") == "S3BucketDoesNotExistException"


def test_a_key_must_be_there_and_let_it_encrypt(connect: Connect, trails: Any, bucket: str) -> None:
    kms = connect("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    trail = {"Name": "trail", "S3BucketName": bucket}
    assert refusal(trails.create_trail, **trail, KmsKeyId="none") == "KmsKeyNotFoundException"
    assert refusal(trails.create_trail, **trail, KmsKeyId=key) == "InsufficientEncryptionPolicyException"
    by_trail = {"StringEquals": {"kms:EncryptionContext:aws:cloudtrail:arn": ARN}}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(allow("kms:GenerateDataKey*", "*", Condition=by_trail)))
    assert trails.create_trail(**trail, KmsKeyId=key)["KmsKeyId"] == key


def test_a_bucket_with_a_bucket_key_needs_a_key_that_may_be_opened_for_the_bucket(
    connect: Connect, trails: Any, bucket: str
) -> None:
    kms = connect("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    default = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
        "BucketKeyEnabled": True,
    }
    connect("s3").put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    for_trail = allow(
        "kms:*", "*", Condition={"StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": "arn:aws:cloudtrail:*"}}
    )
    by_trail = {"StringEquals": {"aws:SourceArn": ARN}}

    def let(*actions: str) -> None:
        statements = [allow(action, "*", Condition=by_trail) for action in actions]
        kms.put_key_policy(KeyId=key, PolicyName="default", Policy=document(for_trail, *statements))

    trail = {"Name": "trail", "S3BucketName": bucket, "KmsKeyId": key}
    for actions in ((), ("kms:GenerateDataKey*",), ("kms:Decrypt",)):
        let(*actions)
        assert refusal(trails.create_trail, **trail) == "InsufficientEncryptionPolicyException"
    let("kms:GenerateDataKey*", "kms:Decrypt")
    assert trails.create_trail(**trail)["KmsKeyId"] == key
    trails.update_trail(Name="trail", KmsKeyId=key)


def test_a_topic_must_be_there_and_let_it_publish(connect: Connect, trails: Any, bucket: str) -> None:
    sns = connect("sns")
    arn = sns.create_topic(Name="topic")["TopicArn"]
    trail = {"Name": "trail", "S3BucketName": bucket}
    for named in ("none", "topic", arn):
        assert refusal(trails.create_trail, **trail, SnsTopicName=named) == "InsufficientSnsTopicPolicyException"
    sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=document(allow("sns:Publish", arn)))
    assert trails.create_trail(**trail, SnsTopicName=arn)["SnsTopicARN"] == arn
    trails.update_trail(Name="trail", SnsTopicName="topic")
    assert shown(trails)["SnsTopicARN"] == arn


def test_a_group_and_a_role_that_may_write_there_come_together(connect: Connect, trails: Any, bucket: str) -> None:
    iam = connect("iam")
    connect("logs").create_log_group(logGroupName="trail")
    trust = document({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName="trail", AssumeRolePolicyDocument=trust)["Role"]["Arn"]

    def refused(group: str, role: str) -> str:
        to_logs = {"CloudWatchLogsLogGroupArn": group, "CloudWatchLogsRoleArn": role}
        given = {name: value for name, value in to_logs.items() if value}
        return refusal(trails.create_trail, Name="trail", S3BucketName=bucket, **given)

    group = GROUP.format("trail")
    assert refused(group, "") == "InvalidCloudWatchLogsLogGroupArnException"
    assert refused(GROUP.format("none"), role) == "InvalidCloudWatchLogsLogGroupArnException"
    assert refused(group, role + "x") == "InvalidCloudWatchLogsRoleArnException"
    assert refused(group, role) == "InvalidCloudWatchLogsRoleArnException"
    write = document({"Effect": "Allow", "Action": "logs:*", "Resource": f"{group.removesuffix('*')}log-stream:*"})
    policy = iam.create_policy(PolicyName="write", PolicyDocument=write)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="trail", PolicyArn=policy)
    assert refused(group, role) == "InvalidCloudWatchLogsRoleArnException"
    trusted = document({"Effect": "Allow", "Principal": SERVICE, "Action": "sts:AssumeRole"})
    iam.update_assume_role_policy(RoleName="trail", PolicyDocument=trusted)
    trails.create_trail(Name="trail", S3BucketName=bucket, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
    assert deliveries(trails) == set()
    trails.start_logging(Name="trail")
    assert deliveries(trails) == {"LatestDeliveryTime", "LatestCloudWatchLogsDeliveryTime"}
    trails.update_trail(Name="trail", CloudWatchLogsLogGroupArn="", CloudWatchLogsRoleArn="", EnableLogFileValidation=True)
    assert "CloudWatchLogsLogGroupArn" not in shown(trails)
    assert deliveries(trails) == {"LatestDeliveryTime", "LatestDigestDeliveryTime"}


def test_a_trail_is_changed_only_at_home_and_its_shadow_is_seen(connect: Connect, trails: Any, bucket: str) -> None:
    away = connect("cloudtrail", "us-east-1")
    trails.create_trail(Name="trail", S3BucketName=bucket, IsMultiRegionTrail=True)
    assert [found["HomeRegion"] for found in away.describe_trails()["trailList"]] == ["eu-central-1"]
    assert away.describe_trails(includeShadowTrails=False)["trailList"] == []
    for call in (away.update_trail, away.delete_trail, away.start_logging, away.stop_logging):
        assert refusal(call, Name="trail") == "InvalidHomeRegionException"
    assert away.get_event_selectors(TrailName="trail")["EventSelectors"]


def test_trails_are_described_by_name(trails: Any, bucket: str) -> None:
    for name in ("one", "two"):
        trails.create_trail(Name=name, S3BucketName=bucket)
    assert [found["Name"] for found in trails.describe_trails(trailNameList=["two"])["trailList"]] == ["two"]


def test_a_deleted_trail_is_gone_and_so_are_its_tags(trails: Any, bucket: str) -> None:
    arn = trails.create_trail(Name="t-1", S3BucketName=bucket, TagsList=[{"Key": "a", "Value": "b"}])["TrailARN"]
    assert trails.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == [{"Key": "a", "Value": "b"}]
    trails.delete_trail(Name=arn)
    assert refusal(trails.delete_trail, Name="t-1") == "TrailNotFoundException"
    assert refusal(trails.list_tags, ResourceIdList=[arn]) == "ResourceNotFoundException"
    assert refusal(trails.add_tags, ResourceId=arn, TagsList=[]) == "ResourceNotFoundException"


def test_selectors_take_the_place_of_those_before(trails: Any, bucket: str) -> None:
    trails.create_trail(Name="trail", S3BucketName=bucket)
    [first] = trails.get_event_selectors(TrailName="trail")["EventSelectors"]
    assert (first["ReadWriteType"], first["IncludeManagementEvents"]) == ("All", True)
    assert shown(trails, "trail")["HasCustomEventSelectors"] is False
    advanced = [{"Name": "m", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    trails.put_event_selectors(TrailName="trail", AdvancedEventSelectors=advanced)
    found = trails.get_event_selectors(TrailName="trail")
    assert (found["AdvancedEventSelectors"], "EventSelectors" in found) == (advanced, False)
    assert shown(trails, "trail")["HasCustomEventSelectors"] is True
    trails.put_event_selectors(TrailName="trail", EventSelectors=[{"ReadWriteType": "ReadOnly"}])
    found = trails.get_event_selectors(TrailName="trail")
    assert ("AdvancedEventSelectors" in found, found["EventSelectors"][0]["ReadWriteType"]) == (False, "ReadOnly")
    assert refusal(trails.put_event_selectors, TrailName="trail", EventSelectors=[]) == "InvalidEventSelectorsException"


def test_insights_replace_each_other_and_watch_what_is_recorded(trails: Any, bucket: str) -> None:
    trails.create_trail(Name="trail", S3BucketName=bucket)

    def put(*kinds: str, **more: Any) -> Any:
        selectors = [{"InsightType": kind, **more} for kind in kinds]
        return {"TrailName": "trail", "InsightSelectors": selectors}

    assert refusal(trails.get_insight_selectors, TrailName="trail") == "InsightNotEnabledException"
    trails.put_insight_selectors(**put("ApiCallRateInsight"))
    trails.put_insight_selectors(**put("ApiErrorRateInsight"))
    found = trails.get_insight_selectors(TrailName="trail")["InsightSelectors"]
    assert found == [{"InsightType": "ApiErrorRateInsight", "EventCategories": ["Management"]}]
    data = put("ApiCallRateInsight", EventCategories=["Data"])
    assert refusal(trails.put_insight_selectors, **data) == "InvalidInsightSelectorsException"
    objects = [{"Name": "o", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]
    trails.put_event_selectors(TrailName="trail", AdvancedEventSelectors=objects)
    trails.put_insight_selectors(**data)
    assert refusal(trails.put_insight_selectors, **put("ApiCallRateInsight")) == "InvalidInsightSelectorsException"
    trails.put_insight_selectors(**put())
    assert refusal(trails.get_insight_selectors, TrailName="trail") == "InsightNotEnabledException"
