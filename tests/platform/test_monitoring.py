"""Module 9: the topic, the alarms of what customers feel and what holds their data, and the dashboard."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from plans.financial_platform.app.log import _JsonLine

from .conftest import ACCOUNT, REGION
from .filter_patterns import fits

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")

MORE, LESS = "GreaterThanThreshold", "LessThanThreshold"
RULES = {
    "application-errors": ("ApplicationErrors", "Sum", 300, 1, MORE, 10),
    "alb-5xx": ("HTTPCode_ELB_5XX_Count", "Sum", 300, 1, MORE, 50),
    "target-5xx": ("HTTPCode_Target_5XX_Count", "Sum", 300, 1, MORE, 50),
    "unhealthy-hosts": ("UnHealthyHostCount", "Maximum", 60, 5, MORE, 0),
    "target-latency": ("TargetResponseTime", "p99", 300, 3, MORE, 2),
    "database-cpu": ("CPUUtilization", "Maximum", 60, 5, MORE, 80),
    "database-connections": ("DatabaseConnections", "Maximum", 300, 2, MORE, 100),
    "database-memory": ("FreeableMemory", "Minimum", 300, 2, LESS, 256 * 1024**2),
    "database-replica-lag": ("AuroraReplicaLagMaximum", "Maximum", 300, 2, MORE, 2000),
    "rotation-failed": ("Errors", "Sum", 300, 1, MORE, 0),
    "web-acl-blocks": ("BlockedRequests", "Sum", 300, 1, MORE, 500),
}
"""Metric, statistic, seconds of a period, periods, and when it is too much."""
FOR_SCALING = {"financial-processors-busy-prod", "financial-processors-idle-prod"}


@pytest.fixture
def alarms(prod: Shown) -> dict[str, Any]:
    """The alarms on metrics, but for those that only scale."""
    found = {one["AlarmName"]: one for one in prod.pages("cloudwatch", "describe_alarms", "MetricAlarms")}
    assert found.keys() >= FOR_SCALING
    return {name: one for name, one in found.items() if name not in FOR_SCALING}


@pytest.fixture
def topic(prod: Shown) -> str:
    [found] = prod.client("sns").list_topics()["Topics"]
    assert found["TopicArn"] == f"arn:aws:sns:{REGION}:{ACCOUNT}:{prod.named('alarms')}"
    return str(found["TopicArn"])


@pytest.fixture
def topic_policy(prod: Shown, topic: str) -> dict[str, Any]:
    policy = prod.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
    return {one["Sid"]: one for one in json.loads(policy)["Statement"]}


def test_the_topic_is_encrypted_with_the_logs_key(prod: Shown, topic: str) -> None:
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('logs-key')}")["KeyMetadata"]["Arn"]
    assert prod.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["KmsMasterKeyId"] == key


def test_alarms_of_this_account_publish_and_nobody_without_tls(topic: str, topic_policy: dict[str, Any]) -> None:
    assert set(topic_policy) == {"Alarms", "OnlyTls"}
    alarms, tls = topic_policy["Alarms"], topic_policy["OnlyTls"]
    assert (alarms["Effect"], alarms["Principal"], alarms["Action"], alarms["Resource"]) == (
        "Allow",
        {"Service": "cloudwatch.amazonaws.com"},
        "sns:Publish",
        topic,
    )
    assert alarms["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert (tls["Effect"], tls["Principal"], tls["Action"], tls["Resource"]) == ("Deny", "*", "sns:Publish", topic)
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_without_addresses_in_the_settings_nobody_is_written_to(prod: Shown, topic: str) -> None:
    assert prod.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == []


@pytest.mark.parametrize("name", RULES)
def test_an_alarm_watches_its_metric(prod: Shown, alarms: dict[str, Any], name: str) -> None:
    one = alarms[prod.named(name)]
    statistic = one.get("Statistic") or one["ExtendedStatistic"]
    shown = (one["MetricName"], statistic, one["Period"], one["EvaluationPeriods"], one["ComparisonOperator"], one["Threshold"])
    assert shown == RULES[name]


def test_every_alarm_tells_the_topic_when_something_is_wrong_and_when_it_is_well_again(
    alarms: dict[str, Any], topic: str
) -> None:
    for name, one in alarms.items():
        assert (one["ActionsEnabled"], one["AlarmActions"], one["OKActions"]) == (True, [topic], [topic]), name
        assert (one["TreatMissingData"], bool(one["AlarmDescription"])) == ("notBreaching", True), name


def watched(alarms: dict[str, Any], name: str) -> tuple[str, dict[str, str]]:
    """The namespace and dimensions of an alarm's metric."""
    one = alarms[f"financial-{name}-prod"]
    return one["Namespace"], {dimension["Name"]: dimension["Value"] for dimension in one["Dimensions"]}


def test_alarms_on_the_load_balancer_watch_the_one_that_stands(prod: Shown, alarms: dict[str, Any]) -> None:
    elb = prod.client("elbv2")
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"].partition(":loadbalancer/")[2]
    targets = elb.describe_target_groups()["TargetGroups"][0]["TargetGroupArn"].rpartition(":")[2]
    whole, part = {"LoadBalancer": balancer}, {"LoadBalancer": balancer, "TargetGroup": targets}
    for name in ("alb-5xx", "target-5xx", "target-latency"):
        assert watched(alarms, name) == ("AWS/ApplicationELB", whole)
    assert watched(alarms, "unhealthy-hosts") == ("AWS/ApplicationELB", part)


def test_alarms_on_the_database_watch_all_instances_of_the_cluster(prod: Shown, alarms: dict[str, Any]) -> None:
    [cluster] = prod.client("rds").describe_db_clusters()["DBClusters"]
    for name in ("database-cpu", "database-connections", "database-memory", "database-replica-lag"):
        assert watched(alarms, name) == ("AWS/RDS", {"DBClusterIdentifier": cluster["DBClusterIdentifier"]})


def test_the_alarm_on_the_rotation_watches_the_rotation_function(prod: Shown, alarms: dict[str, Any]) -> None:
    [function] = prod.client("lambda").list_functions()["Functions"]
    assert watched(alarms, "rotation-failed") == ("AWS/Lambda", {"FunctionName": function["FunctionName"]})


def test_the_alarm_on_blocked_requests_watches_all_rules_of_cloudfronts_web_acl(prod: Shown, alarms: dict[str, Any]) -> None:
    waf = prod.client("wafv2", "us-east-1")
    [found] = waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]
    acl = waf.get_web_acl(Scope="CLOUDFRONT", Name=found["Name"], Id=found["Id"])["WebACL"]
    metric = acl["VisibilityConfig"]["MetricName"]
    assert watched(alarms, "web-acl-blocks") == ("AWS/WAFV2", {"WebACL": metric, "Rule": "ALL"})


@pytest.fixture
def filters(prod: Shown) -> dict[str, Any]:
    found = prod.pages("logs", "describe_metric_filters", "metricFilters", logGroupName=prod.named("application"))
    return {one["filterName"].removeprefix("financial-").removesuffix("-prod"): one for one in found}


def line(level: int, **fields: object) -> str:
    """What the application writes."""
    record = logging.LogRecord("financial", level, "", 0, "a request", None, None)
    record.fields = fields
    return _JsonLine().format(record)


@pytest.mark.parametrize(
    ("level", "fields", "counted"),
    [
        (logging.INFO, {"status": 200}, set()),
        (logging.WARNING, {"status": 404}, {"application-4xx"}),
        (logging.INFO, {"status": 400}, {"application-4xx"}),
        (logging.INFO, {"status": 499}, {"application-4xx"}),
        (logging.ERROR, {"status": 500}, {"application-5xx", "application-errors"}),
        (logging.ERROR, {"part": "database"}, {"application-errors"}),
        (logging.CRITICAL, {}, {"application-errors"}),
    ],
)
def test_what_the_application_writes_is_counted(
    filters: dict[str, Any], level: int, fields: dict[str, Any], counted: set[str]
) -> None:
    written = line(level, **fields)
    assert {name for name, one in filters.items() if fits(one["filterPattern"], written)} == counted


def test_the_log_is_counted_for_this_environment_alone_and_is_zero_while_nothing_fits(
    filters: dict[str, Any], alarms: dict[str, Any]
) -> None:
    counts = {name: one["metricTransformations"][0] for name, one in filters.items()}
    assert set(counts) == {"application-errors", "application-4xx", "application-5xx"}
    assert {(one["metricNamespace"], one["metricValue"], one["defaultValue"]) for one in counts.values()} == {
        ("FinancialPlatform/Logs/prod", "1", 0.0)
    }
    errors = alarms["financial-application-errors-prod"]
    assert (errors["Namespace"], errors["MetricName"], errors["Dimensions"]) == (
        "FinancialPlatform/Logs/prod",
        counts["application-errors"]["metricName"],
        [],
    )


def test_one_composite_alarm_rings_when_any_alarm_does(prod: Shown, alarms: dict[str, Any], topic: str) -> None:
    [composite] = prod.client("cloudwatch").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert composite["AlarmName"] == prod.named("anything-wrong")
    assert set(composite["AlarmRule"].split(" OR ")) == {f'ALARM("{name}")' for name in alarms}
    assert (composite["ActionsEnabled"], composite["AlarmActions"]) == (True, [topic])


@pytest.fixture
def widgets(prod: Shown) -> list[Any]:
    body = prod.client("cloudwatch").get_dashboard(DashboardName=prod.named("portal"))["DashboardBody"]
    found: list[Any] = json.loads(body)["widgets"]
    return found


def test_the_dashboard_shows_every_alarm(alarms: dict[str, Any], widgets: list[Any]) -> None:
    [status] = [one["properties"]["alarms"] for one in widgets if one["type"] == "alarm"]
    assert set(status) == {one["AlarmArn"] for one in alarms.values()}


def test_the_dashboard_draws_what_the_alarms_on_services_watch(alarms: dict[str, Any], widgets: list[Any]) -> None:
    drawn = {
        (metric[0], metric[1], *(tuple(metric[2:]) if metric[0] != "AWS/WAFV2" else ()))
        for one in widgets
        if one["type"] == "metric"
        for metric in one["properties"]["metrics"]
    }
    for name in ("application-errors", "alb-5xx", "target-5xx", "target-latency", "database-cpu", "database-connections"):
        alarm = alarms[f"financial-{name}-prod"]
        dimensions = [text for one in alarm["Dimensions"] for text in (one["Name"], one["Value"])]
        assert (alarm["Namespace"], alarm["MetricName"], *dimensions) in drawn
    assert ("AWS/WAFV2", "BlockedRequests") in drawn


def test_the_dashboard_draws_cloudfronts_metrics_where_they_are(prod: Shown, widgets: list[Any]) -> None:
    [distribution] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    drawn = [one["properties"] for one in widgets if one["type"] == "metric"]
    shown = [one for one in drawn if one["metrics"][0][0] == "AWS/CloudFront"]
    assert {one["region"] for one in shown} == {"us-east-1"}
    for one in shown:
        assert one["metrics"][0][2:] == ["DistributionId", distribution["Id"], "Region", "Global"]


def test_no_two_widgets_of_the_dashboard_overlap(widgets: list[Any]) -> None:
    cells = [
        (x, y)
        for one in widgets
        for x in range(one["x"], one["x"] + one["width"])
        for y in range(one["y"], one["y"] + one["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
