"""What watches: logs, alarms, topics, trails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader


def logs(reader: Reader) -> Iterator[Thing]:
    """Log groups with their filters, and deliveries."""
    for group in reader.all("logs", "describe_log_groups", "logGroups"):
        name = group["logGroupName"]
        more = {
            "Tags": reader.one("logs", "list_tags_for_resource", "tags", resourceArn=group["logGroupArn"]),
            "subscriptions": reader.all("logs", "describe_subscription_filters", "subscriptionFilters", logGroupName=name),
        }
        yield Thing("log-group", group | more, name=name)
    for one in reader.all("logs", "describe_metric_filters", "metricFilters"):
        yield Thing("metric-filter", one, name=one["filterName"])
    for kind, listed in (("source", "deliverySources"), ("destination", "deliveryDestinations")):
        for one in reader.all("logs", f"describe_delivery_{kind}s", listed):
            yield Thing(f"delivery-{kind}", one, name=one["name"])
    for one in reader.all("logs", "describe_deliveries", "deliveries"):
        yield Thing("delivery", one, (one["arn"], one["id"]))


def alarms(reader: Reader) -> Iterator[Thing]:
    """Alarms and dashboards."""
    kinds = ["MetricAlarm", "CompositeAlarm"]
    for alarm in reader.all("cloudwatch", "describe_alarms", "[MetricAlarms, CompositeAlarms][][]", AlarmTypes=kinds):
        tags = reader.one("cloudwatch", "list_tags_for_resource", "Tags", ResourceARN=alarm["AlarmArn"])
        yield Thing("alarm", {**alarm, "Tags": tags}, name=alarm["AlarmName"])
    for name in reader.all("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName"):
        body = reader.one("cloudwatch", "get_dashboard", "DashboardBody", DashboardName=name)
        yield Thing("dashboard", {"name": name, "body": body}, name=name)


def topics(reader: Reader) -> Iterator[Thing]:
    """Topics with who is told."""
    for known in reader.all("sns", "list_topics", "Topics[].TopicArn"):
        shown = {
            "attributes": reader.one("sns", "get_topic_attributes", "Attributes", TopicArn=known),
            "Tags": reader.one("sns", "list_tags_for_resource", "Tags", ResourceArn=known),
        }
        yield Thing("topic", shown)
        for one in reader.all("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=known):
            yield Thing("subscription", one, (one["SubscriptionArn"],), one["Endpoint"])


def trails(reader: Reader) -> Iterator[Thing]:
    """Trails with what they record."""
    for trail in reader.all("cloudtrail", "describe_trails", "trailList", includeShadowTrails=False):
        known = trail["TrailARN"]
        more = {
            "logs": reader.one("cloudtrail", "get_trail_status", "IsLogging", Name=known),
            "events": reader.one(
                "cloudtrail", "get_event_selectors", "[EventSelectors, AdvancedEventSelectors]", TrailName=known
            ),
            "insights": reader.one("cloudtrail", "get_insight_selectors", "InsightSelectors", TrailName=known),
            "Tags": reader.one("cloudtrail", "list_tags", "ResourceTagList[0].TagsList", ResourceIdList=[known]),
        }
        yield Thing("trail", trail | more)
