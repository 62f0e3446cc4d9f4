"""Module 9: the log groups, and the application's log as files in the log bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
WRITERS = {
    "application": "financial-application-prod",
    "delivery": "financial-application-delivery-prod",
    "audit": "/aws/rds/cluster/financial-aurora-prod/audit",
    "error": "/aws/rds/cluster/financial-aurora-prod/error",
    "general": "/aws/rds/cluster/financial-aurora-prod/general",
    "slow queries": "/aws/rds/cluster/financial-aurora-prod/slowquery",
    "rotation": "/aws/lambda/financial-rotation-prod",
    "flow logs": "financial-vpc-flow-logs-prod",
    "trail": "financial-trail-prod",
    "CloudFront's web ACL": "aws-waf-logs-financial-edge-prod",
    "the load balancer's web ACL": "aws-waf-logs-financial-alb-prod",
}
"""The log group of each writer."""


@pytest.fixture
def groups(prod: Shown) -> dict[str, Any]:
    return {group["logGroupName"]: group for group in prod.pages("logs", "describe_log_groups", "logGroups")}


def test_every_writer_has_its_group_and_no_service_made_one_of_its_own(groups: dict[str, Any]) -> None:
    assert set(groups) == set(WRITERS.values())


@pytest.mark.parametrize("writer", WRITERS)
def test_a_log_group_keeps_a_year_and_is_encrypted_with_the_logs_key(prod: Shown, groups: dict[str, Any], writer: str) -> None:
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('logs-key')}")["KeyMetadata"]["Arn"]
    group = groups[WRITERS[writer]]
    assert (group["retentionInDays"], group["kmsKeyId"], group["logGroupClass"]) == (365, key, "STANDARD")


STARTS = {
    "application": "CreateAutoScalingGroup",
    "delivery": "CreateDeliveryStream",
    **dict.fromkeys(("audit", "error", "general", "slow queries"), "CreateDBCluster"),
    "rotation": "CreateFunction",
    "flow logs": "CreateFlowLogs",
    "trail": "CreateTrail",
    **dict.fromkeys(("CloudFront's web ACL", "the load balancer's web ACL"), "PutLoggingConfiguration"),
}
"""The call after which a writer writes: where there is no group, the service makes a bare one, or refuses."""


@pytest.mark.parametrize("writer", WRITERS)
def test_a_log_group_was_there_before_its_writer(prod: Shown, writer: str) -> None:
    calls = [(call.operation, str(call.parameters)) for call in prod.server.calls]
    named = WRITERS[writer] if STARTS[writer] == "PutLoggingConfiguration" else ""
    made = [operation == "CreateLogGroup" and f"'{WRITERS[writer]}'" in sent for operation, sent in calls].index(True)
    started = [operation == STARTS[writer] and named in sent for operation, sent in calls].index(True)
    assert made < started


@pytest.mark.parametrize(("acl", "scope"), [("edge", "CLOUDFRONT"), ("alb", "REGIONAL")])
def test_a_web_acl_writes_to_its_group(prod: Shown, acl: str, scope: Any) -> None:
    [logging] = [
        one
        for one in prod.client("wafv2").list_logging_configurations(Scope=scope)["LoggingConfigurations"]
        if f"/{prod.named(acl)}/" in one["ResourceArn"]
    ]
    assert logging["LogDestinationConfigs"] == [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-{prod.named(acl)}"]


@pytest.fixture
def stream(prod: Shown) -> Any:
    found = prod.client("firehose").describe_delivery_stream(DeliveryStreamName=prod.named("application"))
    return found["DeliveryStreamDescription"]


def test_every_line_of_the_applications_log_is_handed_to_firehose(prod: Shown, stream: Any) -> None:
    [found] = prod.client("logs").describe_subscription_filters(logGroupName=WRITERS["application"])["subscriptionFilters"]
    assert (found["destinationArn"], found["filterPattern"]) == (stream["DeliveryStreamARN"], "")
    assert found["roleArn"].endswith(f"/{prod.named('application-subscription-role')}")


def test_what_waits_in_firehose_is_encrypted(stream: Any) -> None:
    assert (stream["DeliveryStreamStatus"], stream["DeliveryStreamType"]) == ("ACTIVE", "DirectPut")
    assert stream["DeliveryStreamEncryptionConfiguration"]["Status"] == "ENABLED"


def test_firehose_delivers_to_the_log_bucket_below_a_prefix_of_its_own_and_logs_what_fails(prod: Shown, stream: Any) -> None:
    [destination] = [one["ExtendedS3DestinationDescription"] for one in stream["Destinations"]]
    assert destination["BucketARN"] == f"arn:aws:s3:::{prod.named('logs')}-{ACCOUNT}"
    assert destination["RoleARN"].endswith(f"/{prod.named('application-delivery-role')}")
    assert (destination["Prefix"], destination["FileExtension"]) == ("application/", ".gz")
    assert destination["ErrorOutputPrefix"] == "application/failed/!{firehose:error-output-type}/"
    logging = destination["CloudWatchLoggingOptions"]
    assert (logging["Enabled"], logging["LogGroupName"]) == (True, WRITERS["delivery"])


def statements(prod: Shown, role: str) -> list[Any]:
    iam, name = prod.client("iam"), prod.named(role)
    names = iam.list_role_policies(RoleName=name)["PolicyNames"]
    policies = [iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"] for policy in names]
    return [statement for policy in policies for statement in policy["Statement"]]


def test_firehose_writes_files_below_its_prefix_only(prod: Shown) -> None:
    [writing] = [one for one in statements(prod, "application-delivery-role") if "s3:PutObject" in one["Action"]]
    assert writing["Resource"] == f"arn:aws:s3:::{prod.named('logs')}-{ACCOUNT}/application/*"


def test_cloudwatch_logs_sends_to_this_stream_only(prod: Shown, stream: Any) -> None:
    [sending] = statements(prod, "application-subscription-role")
    assert set(sending["Action"]) == {"firehose:PutRecord", "firehose:PutRecordBatch"}
    assert sending["Resource"] == stream["DeliveryStreamARN"]


@pytest.mark.parametrize(
    ("role", "test", "condition"),
    [
        ("application-delivery-role", "StringEquals", {"sts:ExternalId": ACCOUNT}),
        ("application-subscription-role", "StringEquals", {"aws:SourceAccount": ACCOUNT}),
        ("application-subscription-role", "ArnLike", {"aws:SourceArn": f"arn:aws:logs:{REGION}:{ACCOUNT}:*"}),
    ],
)
def test_a_service_that_hands_logs_on_acts_for_this_account_only(
    prod: Shown, role: str, test: str, condition: dict[str, str]
) -> None:
    [trust] = prod.client("iam").get_role(RoleName=prod.named(role))["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"][test] == condition
