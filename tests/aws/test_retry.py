from __future__ import annotations

import re
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from hypothesis import find, settings
from hypothesis import strategies as st

from provisioner.aws.behaviour import ROWS, Meaning, Row, advice
from provisioner.aws.retry import CallKind, explain, kind_of, persistent
from provisioner.errors import CallFailed

URL = "https://ec2.example"


def answer(service: str, operation: str, code: str, message: str = "", status: int = 400) -> CallFailed:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "RequestId": "r-1"},
    }
    return explain(service, operation, ClientError(response, operation))


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ("DescribeVpcs", CallKind.READ),
        ("GetCallerIdentity", CallKind.READ),
        ("ListKeys", CallKind.READ),
        ("HeadBucket", CallKind.READ),
        ("CreateVpc", CallKind.MAKE),
        ("AllocateAddress", CallKind.MAKE),
        ("CreateTags", CallKind.CHANGE),
        ("CreateOrUpdateTags", CallKind.CHANGE),
        ("TagResource", CallKind.CHANGE),
        ("PutBucketPolicy", CallKind.CHANGE),
        ("ModifyVpcAttribute", CallKind.CHANGE),
        ("DeleteVpc", CallKind.REMOVE),
        ("ReleaseAddress", CallKind.REMOVE),
        ("ScheduleKeyDeletion", CallKind.REMOVE),
        ("DisassociateRouteTable", CallKind.REMOVE),
        ("RevokeSecurityGroupIngress", CallKind.REMOVE),
        ("Unsubscribe", CallKind.REMOVE),
        ("Subscribe", CallKind.CHANGE),
    ],
)
def test_a_call_is_of_one_kind_by_its_name(operation: str, kind: CallKind) -> None:
    assert kind_of(operation) is kind


def test_nothing_that_changes_anything_counts_as_a_read() -> None:
    """Every operation of every service that the plans use: whatever is not named as a read is not one."""
    session = botocore.session.get_session()
    reads = set()
    services = ("ec2", "iam", "kms", "logs", "s3", "cloudfront", "sts", "acm", "route53", "lambda", "secretsmanager")
    for service in (*services, "cloudtrail", "firehose", "wafv2"):
        model = session.get_service_model(service)
        reads |= {name for name in model.operation_names if kind_of(name) is CallKind.READ}
    assert {re.match("[A-Z][a-z0-9]+", name)[0] for name in reads} == {  # type: ignore[index]
        "Batch",
        "Check",
        "Describe",
        "Get",
        "Head",
        "List",
        "Lookup",
        "Search",
        "Simulate",
        "Validate",
    }


@pytest.mark.parametrize(
    ("service", "operation", "code", "message", "meaning"),
    [
        ("ec2", "DescribeVpcs", "InvalidVpcID.NotFound", "", Meaning.GONE),
        ("ec2", "CreateSubnet", "InvalidVpcID.NotFound", "", Meaning.GONE),
        ("ec2", "CreateSubnet", "InvalidSubnet.Conflict", "", Meaning.EXISTS),
        ("ec2", "AssociateRouteTable", "Resource.AlreadyAssociated", "", Meaning.EXISTS),
        ("ec2", "DeleteVpc", "DependencyViolation", "", Meaning.BUSY),
        ("ec2", "ReleaseAddress", "AuthFailure", "You do not have permission", Meaning.BUSY),
        ("ec2", "CreateVpc", "AuthFailure", "", Meaning.FINAL),
        ("ec2", "CreateVpc", "RequestLimitExceeded", "", Meaning.THROTTLED),
        ("ec2", "CreateVpc", "VpcLimitExceeded", "", Meaning.FINAL),
        ("ec2", "AllocateAddress", "AddressLimitExceeded", "", Meaning.FINAL),
        ("ec2", "CreateNatGateway", "NatGatewayLimitExceeded", "", Meaning.FINAL),
        ("ec2", "CreateFlowLogs", "InvalidParameter", "Unable to assume given IAM role", Meaning.NOT_YET),
        ("ec2", "CreateFlowLogs", "InvalidParameter", "something else", Meaning.FINAL),
        ("ec2", "CreateVpc", "UnauthorizedOperation", "", Meaning.FINAL),
        ("ec2", "DetachInternetGateway", "Gateway.NotAttached", "", Meaning.GONE),
        ("autoscaling", "CreateAutoScalingGroup", "AlreadyExists", "", Meaning.EXISTS),
        ("autoscaling", "CreateAutoScalingGroup", "ValidationError", "Invalid IAM Instance Profile name", Meaning.NOT_YET),
        ("autoscaling", "UpdateAutoScalingGroup", "ValidationError", "a valid fully-formed launch template", Meaning.NOT_YET),
        ("autoscaling", "CreateAutoScalingGroup", "ValidationError", "Max bound must be greater", Meaning.FINAL),
        ("autoscaling", "DeletePolicy", "ValidationError", "PolicyName grow not found", Meaning.GONE),
        ("autoscaling", "DeleteAutoScalingGroup", "ScalingActivityInProgress", "", Meaning.BUSY),
        ("autoscaling", "DeleteAutoScalingGroup", "ResourceInUse", "", Meaning.BUSY),
        ("autoscaling", "StartInstanceRefresh", "InstanceRefreshInProgress", "", Meaning.BUSY),
        ("iam", "AddRoleToInstanceProfile", "LimitExceeded", "", Meaning.RACE),
        ("s3", "PutObject", "PreconditionFailed", "", Meaning.EXISTS),
        ("iam", "CreateRole", "EntityAlreadyExists", "", Meaning.EXISTS),
        ("iam", "DeleteRole", "NoSuchEntity", "", Meaning.GONE),
        ("iam", "DeleteRole", "DeleteConflict", "", Meaning.BUSY),
        ("iam", "AttachRolePolicy", "ConcurrentModification", "", Meaning.BUSY),
        ("iam", "CreateRole", "LimitExceeded", "", Meaning.FINAL),
        (
            "kms",
            "CreateKey",
            "MalformedPolicyDocumentException",
            "Policy contains a statement with invalid principals",
            Meaning.NOT_YET,
        ),
        ("kms", "CreateKey", "MalformedPolicyDocumentException", "no JSON", Meaning.FINAL),
        ("kms", "CreateKey", "LimitExceededException", "", Meaning.FINAL),
        ("kms", "ScheduleKeyDeletion", "KMSInvalidStateException", "key is pending deletion", Meaning.GONE),
        ("kms", "CreateAlias", "AlreadyExistsException", "", Meaning.EXISTS),
        ("lambda", "CreateFunction", "ResourceConflictException", "Function already exist: f", Meaning.EXISTS),
        (
            "lambda",
            "AddPermission",
            "ResourceConflictException",
            "The statement id (a) provided already exists",
            Meaning.EXISTS,
        ),
        ("lambda", "UpdateFunctionCode", "ResourceConflictException", "An update is in progress", Meaning.BUSY),
        ("lambda", "CreateFunction", "InvalidParameterValueException", "The role ... cannot be assumed", Meaning.NOT_YET),
        ("lambda", "CreateFunction", "InvalidParameterValueException", "Could not unzip uploaded file", Meaning.FINAL),
        ("logs", "CreateLogGroup", "ResourceAlreadyExistsException", "", Meaning.EXISTS),
        ("logs", "PutDeliverySource", "ConflictException", "Tags can only be provided", Meaning.EXISTS),
        ("logs", "CreateDelivery", "ConflictException", "", Meaning.EXISTS),
        ("logs", "DeleteDeliverySource", "ConflictException", "", Meaning.BUSY),
        ("logs", "CreateDelivery", "AccessDeniedException", "the bucket policy does not let", Meaning.NOT_YET),
        ("logs", "CreateDelivery", "AccessDeniedException", "User is not authorized", Meaning.FINAL),
        ("wafv2", "CreateWebACL", "WAFDuplicateItemException", "", Meaning.EXISTS),
        ("wafv2", "GetWebACL", "WAFNonexistentItemException", "", Meaning.GONE),
        ("wafv2", "AssociateWebACL", "WAFUnavailableEntityException", "", Meaning.NOT_YET),
        ("wafv2", "UpdateWebACL", "WAFOptimisticLockException", "", Meaning.RACE),
        ("wafv2", "DeleteWebACL", "WAFAssociatedItemException", "", Meaning.BUSY),
        ("wafv2", "CreateWebACL", "WAFInternalErrorException", "Retry your request.", Meaning.LOST),
        ("wafv2", "TagResource", "WAFTagOperationInternalErrorException", "", Meaning.LOST),
        ("wafv2", "CreateWebACL", "WAFLimitsExceededException", "", Meaning.FINAL),
        ("cloudtrail", "CreateTrail", "InsufficientS3BucketPolicyException", "", Meaning.NOT_YET),
        ("cloudtrail", "CreateTrail", "InvalidCloudWatchLogsRoleArnException", "Access denied.", Meaning.NOT_YET),
        ("cloudtrail", "CreateTrail", "InvalidCloudWatchLogsRoleArnException", "not a valid ARN", Meaning.FINAL),
        ("cloudtrail", "UpdateTrail", "ConflictException", "", Meaning.BUSY),
        ("cloudtrail", "DeleteTrail", "TrailNotFoundException", "", Meaning.GONE),
        ("cloudtrail", "CreateTrail", "MaximumNumberOfTrailsExceededException", "", Meaning.FINAL),
        ("firehose", "CreateDeliveryStream", "ResourceInUseException", "Firehose s already exists", Meaning.EXISTS),
        ("firehose", "DeleteDeliveryStream", "ResourceInUseException", "is not in state ACTIVE", Meaning.BUSY),
        ("firehose", "CreateDeliveryStream", "InvalidArgumentException", "Firehose is unable to assume role", Meaning.NOT_YET),
        ("firehose", "CreateDeliveryStream", "LimitExceededException", "", Meaning.FINAL),
        ("secretsmanager", "CreateSecret", "InvalidRequestException", "already scheduled for deletion", Meaning.BUSY),
        ("secretsmanager", "CreateSecret", "ResourceExistsException", "", Meaning.EXISTS),
        ("secretsmanager", "DeleteSecret", "InvalidRequestException", "it was marked for deletion", Meaning.GONE),
        ("secretsmanager", "RotateSecret", "AccessDeniedException", "cannot invoke the Lambda function", Meaning.NOT_YET),
        ("secretsmanager", "RotateSecret", "AccessDeniedException", "not authorized", Meaning.FINAL),
        ("secretsmanager", "RotateSecret", "InvalidRequestException", "A previous rotation isn't complete", Meaning.BUSY),
        ("acm", "DeleteCertificate", "ResourceInUseException", "", Meaning.BUSY),
        ("acm", "RequestCertificate", "LimitExceededException", "", Meaning.FINAL),
        (
            "route53",
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            "[Tried to create ... but it already exists]",
            Meaning.EXISTS,
        ),
        (
            "route53",
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            "[Tried to delete ... but it was not found]",
            Meaning.GONE,
        ),
        (
            "route53",
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            "[Tried to delete ... but the values provided do not match the current values]",
            Meaning.RACE,
        ),
        (
            "route53",
            "ChangeResourceRecordSets",
            "InvalidChangeBatch",
            "[... is not permitted at apex in zone ...]",
            Meaning.FINAL,
        ),
        ("route53", "ChangeResourceRecordSets", "PriorRequestNotComplete", "", Meaning.THROTTLED),
        ("route53", "CreateHostedZone", "HostedZoneAlreadyExists", "", Meaning.EXISTS),
        ("route53", "DeleteHostedZone", "HostedZoneNotEmpty", "", Meaning.BUSY),
        ("route53", "GetHostedZone", "NoSuchHostedZone", "", Meaning.GONE),
        ("rds", "CreateDBCluster", "DBClusterAlreadyExistsFault", "", Meaning.EXISTS),
        ("rds", "CreateDBInstance", "InvalidParameterValue", "IAM role ARN value is invalid", Meaning.NOT_YET),
        ("rds", "CreateDBInstance", "InvalidParameterValue", "something else", Meaning.FINAL),
        ("rds", "CreateDBInstance", "InstanceQuotaExceeded", "", Meaning.FINAL),
        ("rds", "CreateDBInstance", "InsufficientDBInstanceCapacity", "", Meaning.FINAL),
        ("rds", "DeleteDBInstance", "InvalidDBInstanceState", "Instance x is already being deleted.", Meaning.GONE),
        ("rds", "DeleteDBCluster", "InvalidDBClusterStateFault", "it still contains DB instances", Meaning.BUSY),
        ("rds", "DeleteDBParameterGroup", "InvalidDBParameterGroupState", "", Meaning.BUSY),
        ("rds", "DeleteDBCluster", "DBClusterSnapshotAlreadyExistsFault", "", Meaning.RACE),
        ("s3", "CreateBucket", "BucketAlreadyOwnedByYou", "", Meaning.EXISTS),
        ("s3", "PutBucketPolicy", "OperationAborted", "", Meaning.BUSY),
        ("s3", "GetBucketPolicy", "NoSuchBucketPolicy", "", Meaning.GONE),
        ("s3", "PutObject", "SlowDown", "", Meaning.THROTTLED),
        ("cloudfront", "UpdateDistribution", "PreconditionFailed", "", Meaning.RACE),
        ("cloudfront", "DeleteOriginAccessControl", "OriginAccessControlInUse", "", Meaning.BUSY),
        ("cloudfront", "CreateDistributionWithTags", "DistributionAlreadyExists", "", Meaning.EXISTS),
    ],
)
def test_an_error_means_what_the_call_and_the_service_make_of_it(
    service: str, operation: str, code: str, message: str, meaning: Meaning
) -> None:
    assert answer(service, operation, code, message).meaning is meaning


def test_an_answer_of_a_broken_service_is_a_lost_one_but_lack_of_capacity_is_final() -> None:
    assert answer("ec2", "CreateVpc", "InternalError", status=500).meaning is Meaning.LOST
    assert answer("ec2", "RunInstances", "InsufficientInstanceCapacity", status=500).meaning is Meaning.FINAL


def test_a_dropped_connection_is_a_lost_answer_and_an_unreachable_service_is_none() -> None:
    for lost in (ReadTimeoutError(endpoint_url=URL), ConnectionClosedError(endpoint_url=URL)):
        assert explain("ec2", "CreateVpc", lost).meaning is Meaning.LOST
    unreachable = EndpointConnectionError(endpoint_url=URL, error="refused")
    assert explain("ec2", "DescribeVpcs", unreachable).meaning is Meaning.FINAL
    assert explain("ec2", "CreateVpc", NoCredentialsError()).meaning is Meaning.FINAL


def test_the_error_says_what_aws_said() -> None:
    error = answer("ec2", "CreateVpc", "VpcLimitExceeded", "The maximum number of VPCs has been reached.")
    assert (
        str(error) == "AWS refused ec2:CreateVpc: VpcLimitExceeded: The maximum number of VPCs has been reached. (request r-1)"
    )
    assert advice(error.code) == "VPC quota reached: delete unused VPCs, or ask for more in Service Quotas"
    assert advice("Unheard.Of") is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.service}-{row.operation}-{row.code}")
def test_every_row_of_the_table_can_be_reached(row: Row) -> None:
    """A row that an earlier one hides would never count."""

    def is_first(error: tuple[str, str, str]) -> bool:
        return next(other for other in ROWS if other.fits(row.service, *error)) is row

    errors = st.tuples(*(st.from_regex(pattern, fullmatch=True) for pattern in (row.operation, row.code, row.words)))
    find(errors, is_first, settings=settings(database=None, max_examples=300))


class _Watch:
    """A clock that only moves when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 0.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += seconds + 0.01


def attempts(error: CallFailed, *, young: bool = True, moved: float = 0.0) -> tuple[int, float]:
    watch, count = _Watch(), 0
    policy = persistent(sleep=watch.sleep, now=watch.now, young=lambda: young, moved=lambda: moved)

    def work() -> None:
        nonlocal count
        count += 1
        raise error

    with pytest.raises(CallFailed):
        policy(work)
    return count, watch.time


def test_patience_is_the_errors_own() -> None:
    assert attempts(answer("ec2", "CreateVpc", "VpcLimitExceeded"))[0] == 1
    for code, patience in (("DependencyViolation", 300), ("RequestLimitExceeded", 600)):
        count, seconds = attempts(answer("ec2", "DeleteVpc", code))
        assert count > 5
        assert patience <= seconds <= patience + 16


def test_not_there_is_waited_out_only_while_something_is_young() -> None:
    missing = answer("ec2", "CreateSubnet", "InvalidVpcID.NotFound")
    assert attempts(missing, young=False)[0] == 1
    assert attempts(missing, young=True)[1] >= 300


def test_not_yet_is_waited_out_whoever_made_it() -> None:
    """A run that was killed a moment ago may have made what this one uses."""
    unknown = answer("iam", "CreateRole", "MalformedPolicyDocument", "Invalid principal in policy")
    assert attempts(unknown, young=False)[1] >= 120


def test_patience_with_an_error_counts_from_when_it_was_first_met() -> None:
    first = answer("cloudtrail", "CreateTrail", "InsufficientS3BucketPolicyException")
    then = answer("cloudtrail", "CreateTrail", "InsufficientEncryptionPolicyException")
    watch = _Watch()
    policy = persistent(sleep=watch.sleep, now=watch.now, young=lambda: True, moved=lambda: 0.0)

    def work() -> None:
        raise first if watch.time < 110 else then

    with pytest.raises(CallFailed) as caught:
        policy(work)
    assert caught.value is then
    assert watch.time >= 110 + 120


def test_patience_with_what_is_held_counts_from_the_last_movement() -> None:
    assert attempts(answer("ec2", "DeleteVpc", "DependencyViolation"), moved=200.0)[1] >= 500
