"""Module 9 where the profile is a small one: what is watched for is the same, what is kept is less."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("local")


def test_log_groups_are_kept_for_ninety_days(local: Shown) -> None:
    groups = local.pages("logs", "describe_log_groups", "logGroups")
    assert {group["retentionInDays"] for group in groups} == {90}
    key = local.client("kms").describe_key(KeyId=f"alias/{local.named('logs-key')}")["KeyMetadata"]["Arn"]
    assert {group["kmsKeyId"] for group in groups} == {key}


def test_only_cloudfronts_web_acl_has_a_log_group(local: Shown) -> None:
    groups = local.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix="aws-waf-logs-")
    assert [group["logGroupName"] for group in groups] == ["aws-waf-logs-financial-edge-local"]


def test_the_trail_has_no_insights(local: Shown) -> None:
    [trail] = local.client("cloudtrail").describe_trails()["trailList"]
    assert trail["HasInsightSelectors"] is False
    assert trail["IsMultiRegionTrail"] is True


def test_as_many_alarms_ring_as_in_prod(local: Shown) -> None:
    alarms = local.pages("cloudwatch", "describe_alarms", "MetricAlarms")
    assert len(alarms) == 28
    assert {name for one in alarms if (name := one["Namespace"]).startswith("FinancialPlatform/")} == {
        "FinancialPlatform/Logs/local",
        "FinancialPlatform/Audit/local",
    }
