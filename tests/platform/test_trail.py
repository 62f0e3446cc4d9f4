"""Module 9: the audit trail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")


@pytest.fixture
def trail(prod: Shown) -> Any:
    [found] = prod.client("cloudtrail").describe_trails()["trailList"]
    assert found["Name"] == prod.named("trail")
    return found


def test_the_trail_records_all_regions_and_global_services(prod: Shown, trail: Any) -> None:
    assert (trail["IsMultiRegionTrail"], trail["IncludeGlobalServiceEvents"]) == (True, True)
    status = prod.client("cloudtrail").get_trail_status(Name=trail["TrailARN"])
    assert status["IsLogging"] is True
    assert not status.get("LatestDeliveryError")


def test_its_files_are_encrypted_and_can_be_proven_untouched(prod: Shown, trail: Any) -> None:
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('logs-key')}")["KeyMetadata"]["Arn"]
    assert (trail["LogFileValidationEnabled"], trail["KmsKeyId"]) == (True, key)


def test_it_writes_to_the_audit_bucket_and_to_its_log_group(prod: Shown, trail: Any) -> None:
    assert trail["S3BucketName"] == f"{prod.named('trail')}-{ACCOUNT}"
    assert trail["CloudWatchLogsLogGroupArn"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{prod.named('trail')}:*"
    assert trail["CloudWatchLogsRoleArn"].endswith(f"/{prod.named('trail-role')}")


def test_its_role_is_this_trails_and_writes_to_its_log_group_only(prod: Shown, trail: Any) -> None:
    iam, name = prod.client("iam"), prod.named("trail-role")
    [trust] = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"aws:SourceArn": trail["TrailARN"]}}
    [policy] = iam.list_role_policies(RoleName=name)["PolicyNames"]
    [writing] = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]["Statement"]
    assert set(writing["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert writing["Resource"] == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{prod.named('trail')}:log-stream:*"


@pytest.fixture
def selected(prod: Shown, trail: Any) -> dict[str, dict[str, Any]]:
    """What each selector wants of an event's fields, by the kind of what they happen to."""
    shown = prod.client("cloudtrail").get_event_selectors(TrailName=trail["TrailARN"])["AdvancedEventSelectors"]
    fields = [
        {one["Field"]: {test: values for test, values in one.items() if test != "Field"} for one in selector["FieldSelectors"]}
        for selector in shown
    ]
    return {one.get("resources.type", one["eventCategory"])["Equals"][0]: one for one in fields}


def test_it_records_all_management_events(selected: dict[str, dict[str, Any]]) -> None:
    assert selected["Management"] == {"eventCategory": {"Equals": ["Management"]}}


def test_it_records_what_happens_to_objects_of_the_audit_and_the_asset_bucket(
    prod: Shown, selected: dict[str, dict[str, Any]]
) -> None:
    assert set(selected) == {"Management", "AWS::S3::Object", "AWS::Lambda::Function"}
    objects = selected["AWS::S3::Object"]
    assert objects.keys() == {"eventCategory", "resources.type", "resources.ARN"}
    assert objects["eventCategory"] == {"Equals": ["Data"]}
    buckets = {f"arn:aws:s3:::{prod.named(name)}-{ACCOUNT}/" for name in ("trail", "assets")}
    assert set(objects["resources.ARN"]["StartsWith"]) == buckets


def test_it_records_each_call_of_the_function_that_changes_the_databases_password(
    prod: Shown, selected: dict[str, dict[str, Any]]
) -> None:
    function = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{prod.named('rotation')}"
    assert selected["AWS::Lambda::Function"] == {
        "eventCategory": {"Equals": ["Data"]},
        "resources.type": {"Equals": ["AWS::Lambda::Function"]},
        "resources.ARN": {"Equals": [function]},
    }


def test_its_insights_watch_the_rate_of_calls_and_of_errors(prod: Shown, trail: Any) -> None:
    found = prod.client("cloudtrail").get_insight_selectors(TrailName=trail["TrailARN"])["InsightSelectors"]
    assert {one["InsightType"] for one in found} == {"ApiCallRateInsight", "ApiErrorRateInsight"}
