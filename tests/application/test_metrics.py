"""What the service counted can be read in CloudWatch; when it cannot be told, the log says so and nothing else happens."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from plans.financial_platform.app.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from types_boto3_cloudwatch import CloudWatchClient


@pytest.fixture
def read(cloudwatch: CloudWatchClient) -> Callable[[str], dict[str, Any]]:
    def statistics(name: str) -> dict[str, Any]:
        now = datetime.now(UTC)
        answer = cloudwatch.get_metric_statistics(
            Namespace="FinancialPlatform/Application",
            MetricName=name,
            Dimensions=[{"Name": "Environment", "Value": "test"}],
            StartTime=now - timedelta(hours=1),
            EndTime=now + timedelta(hours=1),
            Period=7200,
            Statistics=["Sum", "SampleCount", "Maximum"],
        )
        [point] = answer["Datapoints"] or [{"Sum": 0, "SampleCount": 0, "Maximum": 0}]
        return {key: point[key] for key in ("Sum", "SampleCount", "Maximum")}

    return statistics


def test_what_was_counted_is_published(metrics: Metrics, read: Callable[[str], dict[str, Any]]) -> None:
    for status, milliseconds in ((200, 12.4), (404, 12.4), (503, 1234)):
        metrics.count(status, milliseconds)
    metrics.publish()
    assert read("Requests") == {"Sum": 3, "SampleCount": 1, "Maximum": 3}
    assert read("Errors") == {"Sum": 1, "SampleCount": 1, "Maximum": 1}
    assert read("Latency") == {"Sum": 12 + 12 + 1200, "SampleCount": 3, "Maximum": 1200}


def test_a_quiet_minute_is_published_too(metrics: Metrics, read: Callable[[str], dict[str, Any]]) -> None:
    metrics.publish()
    assert read("Requests") == {"Sum": 0, "SampleCount": 1, "Maximum": 0}
    assert read("Latency")["SampleCount"] == 0


def test_nothing_is_published_twice(metrics: Metrics, read: Callable[[str], dict[str, Any]]) -> None:
    metrics.count(200, 1)
    metrics.publish()
    metrics.publish()
    assert read("Requests")["Sum"] == 1


def test_more_latencies_than_one_datum_holds(metrics: Metrics, read: Callable[[str], dict[str, Any]]) -> None:
    for milliseconds in range(30_000):
        metrics.count(200, milliseconds)
    metrics.publish()
    assert read("Latency")["SampleCount"] == 30_000


def test_what_cannot_be_published_is_logged_and_dropped(lines: Callable[[], list[dict[str, Any]]]) -> None:
    nowhere = boto3.Session("made-up", "made-up", region_name="us-east-1").client(
        "cloudwatch", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1})
    )
    metrics = Metrics(nowhere, "Mine", "test")
    metrics.count(500, 1)
    metrics.publish()
    [line] = lines()
    assert (line["message"], line["requests"], line["errors"]) == ("metrics were not published", 1, 1)
    assert line["error"].startswith("EndpointConnectionError at ")


def test_they_are_published_again_and_again_and_once_more_at_the_end(
    metrics: Metrics, read: Callable[[str], dict[str, Any]], cloudwatch: CloudWatchClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, published = threading.Event(), []
    publish = metrics.publish

    def noted() -> None:
        publish()
        published.append(True)
        if len(published) == 2:
            stop.set()

    monkeypatch.setattr(metrics, "publish", noted)
    metrics.publish_until(stop, 0.001)
    assert len(published) == 3
    assert read("Requests")["SampleCount"] == 3
