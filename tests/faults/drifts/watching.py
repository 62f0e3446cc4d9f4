"""What other hands do to what watches."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hand import Hand


_SUBSCRIPTIONS = ("describe_subscription_filters", "subscriptionFilters[].[logGroupName, filterName]")


def alarm_deleted(hand: Hand) -> None:
    rules = hand.all("cloudwatch", "describe_alarms", "CompositeAlarms[].AlarmRule", AlarmTypes=["CompositeAlarm"])
    names = hand.all("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName")
    # AWS refuses where a composite alarm listens to it.
    free = [name for name in names if not any(name in rule for rule in rules)]
    hand.client("cloudwatch").delete_alarms(AlarmNames=[hand.one_of(free)])


def alarm_silenced(hand: Hand) -> None:
    alarm = hand.take("cloudwatch", "describe_alarms", "MetricAlarms[].AlarmName")
    hand.client("cloudwatch").disable_alarm_actions(AlarmNames=[alarm])


def dashboard_deleted(hand: Hand) -> None:
    dashboard = hand.take("cloudwatch", "list_dashboards", "DashboardEntries[].DashboardName")
    hand.client("cloudwatch").delete_dashboards(DashboardNames=[dashboard])


def metric_filter_deleted(hand: Hand) -> None:
    found = hand.take("logs", "describe_metric_filters", "metricFilters[].[logGroupName, filterName]")
    hand.client("logs").delete_metric_filter(logGroupName=found[0], filterName=found[1])


def logs_kept_shorter(hand: Hand) -> None:
    group = hand.take("logs", "describe_log_groups", "logGroups[].logGroupName")
    hand.client("logs").put_retention_policy(logGroupName=group, retentionInDays=1)


def log_group_deleted(hand: Hand) -> None:
    group = hand.take("logs", "describe_log_groups", "logGroups[].logGroupName")
    hand.client("logs").delete_log_group(logGroupName=group)


def subscription_deleted(hand: Hand) -> None:
    groups = hand.all("logs", "describe_log_groups", "logGroups[].logGroupName")
    found = [one for name in groups for one in hand.all("logs", *_SUBSCRIPTIONS, logGroupName=name)]
    group, name = hand.one_of(found)
    hand.client("logs").delete_subscription_filter(logGroupName=group, filterName=name)


def topic_deleted(hand: Hand) -> None:
    hand.client("sns").delete_topic(TopicArn=hand.take("sns", "list_topics", "Topics[].TopicArn"))


def stream_deleted(hand: Hand) -> None:
    stream = hand.take("firehose", "list_delivery_streams", "DeliveryStreamNames")
    hand.client("firehose").delete_delivery_stream(DeliveryStreamName=stream)


def trail_stopped(hand: Hand) -> None:
    hand.client("cloudtrail").stop_logging(Name=hand.take("cloudtrail", "describe_trails", "trailList[].TrailARN"))


DRIFTS = (
    *(alarm_deleted, alarm_silenced, dashboard_deleted, metric_filter_deleted, logs_kept_shorter, log_group_deleted),
    *(subscription_deleted, topic_deleted, stream_deleted, trail_stopped),
)
