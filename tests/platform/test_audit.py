"""Module 9: what the audit trail is watched for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .filter_patterns import fits

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")

LONGEST_PATTERN = 1024


def event(name: str = "DescribeInstances", source: str = "ec2", **more: Any) -> dict[str, Any]:
    """An event as CloudTrail writes it."""
    who = {"type": "AssumedRole", "arn": "arn:aws:sts::123456789012:assumed-role/somebody/session"}
    return {
        "eventName": name,
        "eventSource": f"{source}.amazonaws.com",
        "eventType": "AwsApiCall",
        "userIdentity": who,
        **more,
    }


def login(mfa: str = "Yes", **more: Any) -> dict[str, Any]:
    about = {"userIdentity": {"type": "IAMUser"}, "additionalEventData": {"MFAUsed": mfa}}
    return event("ConsoleLogin", "signin", **{**about, **more})


ROOT: dict[str, Any] = {"userIdentity": {"type": "Root"}}
SEEN: list[tuple[dict[str, Any], set[str]]] = [
    (event(), set()),
    (event(errorCode="Client.UnauthorizedOperation"), {"unauthorised-calls"}),
    (event("GetObject", "s3", errorCode="AccessDenied"), {"unauthorised-calls"}),
    (event(errorCode="Throttling"), set()),
    (login(), set()),
    (login("No"), {"login-without-mfa"}),
    (login(errorMessage="Failed authentication"), {"failed-logins"}),
    (login(**ROOT), {"root-login"}),
    (event("CreateUser", "iam", **ROOT), {"root-login"}),
    (event(userIdentity={"type": "Root", "invokedBy": "support.amazonaws.com"}), set()),
    (event(eventType="AwsServiceEvent", **ROOT), set()),
    (event("PutRolePolicy", "iam"), {"iam-changes"}),
    (event("AttachUserPolicy", "iam"), {"iam-changes"}),
    (event("CreatePolicyVersion", "iam"), {"iam-changes"}),
    (event("DetachGroupPolicy", "iam"), {"iam-changes"}),
    (event("ListRoles", "iam"), set()),
    (event("StopLogging", "cloudtrail"), {"trail-changes"}),
    (event("UpdateTrail", "cloudtrail"), {"trail-changes"}),
    (event("DeleteTrail", "cloudtrail"), {"trail-changes"}),
    (event("ScheduleKeyDeletion", "kms"), {"key-deletions"}),
    (event("DisableKey", "kms"), {"key-deletions"}),
    (event("DisableKey", "elsewhere"), set()),
    (event("PutBucketPolicy", "s3"), {"bucket-policy-changes"}),
    (event("DeleteBucketPolicy", "s3"), {"bucket-policy-changes"}),
    (event("StopConfigurationRecorder", "config"), {"config-changes"}),
    (event("AuthorizeSecurityGroupIngress"), {"security-group-changes"}),
    (event("CreateNetworkAclEntry"), {"network-acl-changes"}),
    (event("AttachInternetGateway"), {"gateway-changes"}),
    (event("ReplaceRoute"), {"route-changes"}),
    (event("CreateVpcPeeringConnection"), {"vpc-changes"}),
    (event("LeaveOrganization", "organizations"), {"organization-changes"}),
]
"""Events, and who is to notice them."""
NOTICED = sorted({name for _, names in SEEN for name in names})


@pytest.fixture
def filters(prod: Shown) -> dict[str, Any]:
    found = prod.pages("logs", "describe_metric_filters", "metricFilters", logGroupName=prod.named("trail"))
    return {one["filterName"].removeprefix("financial-").removesuffix("-prod"): one for one in found}


def test_everything_that_is_watched_for_is_tested_here(filters: dict[str, Any]) -> None:
    assert sorted(filters) == NOTICED


@pytest.mark.parametrize(("seen", "noticed"), SEEN)
def test_an_event_is_noticed(filters: dict[str, Any], seen: dict[str, Any], noticed: set[str]) -> None:
    assert {name for name, one in filters.items() if fits(one["filterPattern"], seen)} == noticed


@pytest.mark.parametrize("name", NOTICED)
def test_what_is_noticed_is_counted_and_rings_an_alarm(prod: Shown, filters: dict[str, Any], name: str) -> None:
    [alarm] = prod.client("cloudwatch").describe_alarms(AlarmNames=[prod.named(name)])["MetricAlarms"]
    [count] = filters[name]["metricTransformations"]
    assert (count["metricValue"], count["defaultValue"]) == ("1", 0.0)
    assert (alarm["Namespace"], alarm["MetricName"]) == (count["metricNamespace"], count["metricName"])
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Sum", 300, 1)
    often = {"unauthorised-calls": 5, "failed-logins": 3}
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", often.get(name, 0))


def test_each_environment_counts_by_itself(filters: dict[str, Any]) -> None:
    assert {one["metricTransformations"][0]["metricNamespace"] for one in filters.values()} == {"FinancialPlatform/Audit/prod"}


def test_no_pattern_is_longer_than_logs_takes(filters: dict[str, Any]) -> None:
    assert max(len(one["filterPattern"]) for one in filters.values()) <= LONGEST_PATTERN
