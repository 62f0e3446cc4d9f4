"""Mends of CloudWatch Logs: filters, of metrics and of subscriptions, kept whole and inside their group."""

from __future__ import annotations

import json
from typing import Any

from moto.core.utils import unix_time_millis, utcnow

from ..call import Call, Refused, Result
from .mending import Mends, backend, kept
from .pages import page
from .service_access import can_assume, lets

mends = Mends("logs")

_MOST_METRIC_FILTERS, _MOST_SUBSCRIPTIONS, _MOST_DIMENSIONS = 100, 2, 3
_PAGE = 50
_SYSTEM_FIELDS = {
    "emitSystemFieldDimensions": {"@aws.account", "@aws.region"},
    "emitSystemFields": {"@aws.account", "@aws.region", "@source.log"},
}


@mends.first("PutMetricFilter")
def put_metric_filter(call: Call, logs: Any) -> Result:
    """AWS: a filter of that name in that group is replaced; moto adds another one."""
    group = _group(call, logs)
    _metric_is_valid(call.parameters["metricTransformations"][0])
    _put(call, kept(group, "metric_filters"), _MOST_METRIC_FILTERS)
    # Moto counts by these, and so does the group's own description.
    others = [one for one in logs.filters.metric_filters if one["logGroupName"] != group.name]
    logs.filters.metric_filters = [*others, *kept(group, "metric_filters").values()]
    return {}


def _metric_is_valid(metric: dict[str, Any]) -> None:
    dimensions = metric.get("dimensions") or {}
    if dimensions and "defaultValue" in metric:
        words = "Invalid metric transformation: dimensions and default value are mutually exclusive properties."
        raise Refused("InvalidParameterException", words)
    if len(dimensions) > _MOST_DIMENSIONS:
        raise Refused("InvalidParameterException", "A metric filter can have at most three dimensions.")


def _put(call: Call, filters: dict[str, Any], most: int) -> None:
    wanted = call.parameters
    for name, allowed in _SYSTEM_FIELDS.items():
        if set(wanted.get(name, ())) - allowed:
            raise Refused("InvalidParameterException", f"{name} takes {', '.join(sorted(allowed))}")
    earlier = filters.get(wanted["filterName"])
    if earlier is None and len(filters) >= most:
        raise Refused("LimitExceededException", "Resource limit exceeded.")
    born = earlier["creationTime"] if earlier else int(unix_time_millis(utcnow()))
    filters[wanted["filterName"]] = {"applyOnTransformedLogs": False, **wanted, "creationTime": born}


@mends.first("DescribeMetricFilters")
def describe_metric_filters(call: Call, logs: Any) -> Result:
    """AWS: by name, in pages; a prefix counts within a group only."""
    asked = call.parameters
    if "logGroupName" in asked:
        _group(call, logs)
    if ("metricName" in asked) != ("metricNamespace" in asked):
        raise Refused("InvalidParameterException", "metricName and metricNamespace go together.")
    found = [
        one
        for group in logs.groups.values()
        for one in kept(group, "metric_filters").values()
        if asked.get("logGroupName", group.name) == group.name
        and ("logGroupName" not in asked or one["filterName"].startswith(asked.get("filterNamePrefix", "")))
        and all(
            asked.get(name, one["metricTransformations"][0][name]) == one["metricTransformations"][0][name] for name in _METRIC
        )
    ]
    return _paged(call, "metricFilters", found)


_METRIC = ("metricName", "metricNamespace")


def _paged(call: Call, name: str, found: list[Any]) -> Result:
    ordered = sorted(found, key=lambda one: (one["filterName"], one["logGroupName"]))
    shown, more = page(ordered, call.parameters.get("nextToken"), call.parameters.get("limit", _PAGE))
    return {name: shown, **({"nextToken": more} if more else {})}


@mends.first("DeleteMetricFilter")
def delete_metric_filter(call: Call, logs: Any) -> Result:
    _delete(call, kept(_group(call, logs), "metric_filters"), "metric")
    logs.filters.delete_filter(call.parameters["filterName"], call.parameters["logGroupName"])
    return {}


def _delete(call: Call, filters: dict[str, Any], kind: str) -> None:
    if filters.pop(call.parameters["filterName"], None) is None:
        raise Refused("ResourceNotFoundException", f"The specified {kind} filter does not exist.")


@mends.then("DeleteLogGroup")
def with_its_filters(call: Call, logs: Any, result: Result) -> None:
    """AWS: a group's filters end with it."""
    name = call.parameters["logGroupName"]
    logs.filters.metric_filters = [one for one in logs.filters.metric_filters if one["logGroupName"] != name]


@mends.first("PutSubscriptionFilter")
def put_subscription_filter(call: Call, logs: Any) -> Result:
    """AWS: the destination is tried at once; moto forgets most of a filter, and changes none of two."""
    group, wanted = _group(call, logs), call.parameters
    service = wanted["destinationArn"].split(":")[2]
    _takes_logs(call, service)
    _put(call, kept(group, "subscription_filters"), _MOST_SUBSCRIPTIONS)
    kept(group, "subscription_filters")[wanted["filterName"]].setdefault("distribution", "ByLogStream")
    filters = dict(group.subscription_filters)
    group.subscription_filters.clear()
    # Moto's own, by which it delivers.
    group.put_subscription_filter(
        *(wanted.get(name, "") for name in ("filterName", "filterPattern", "destinationArn", "roleArn"))
    )
    group.subscription_filters.update({name: one for name, one in filters.items() if name != wanted["filterName"]})
    return {}


def _takes_logs(call: Call, service: str) -> None:
    arn, role = call.parameters["destinationArn"], call.parameters.get("roleArn")
    if service == "lambda":
        if not _function_lets(call, arn):
            words = "Make sure you have given CloudWatch Logs permission to execute your function."
            raise Refused("InvalidParameterException", f"Could not execute the lambda function. {words}")
    elif service in ("firehose", "kinesis"):
        if not role:
            raise Refused("InvalidParameterException", f"destinationArn for vendor {service} cannot be used without roleArn")
        if not can_assume(call, role, "logs.amazonaws.com") and not can_assume(call, role, f"logs.{call.region}.amazonaws.com"):
            words = "Make sure you have given CloudWatch Logs permission to assume the provided role."
            raise Refused("InvalidParameterException", f"Could not deliver test message to specified stream. {words}")
        if not _stream_is_active(call, service, arn):
            words = "Could not deliver test message to specified stream. Check if the given stream is in ACTIVE state."
            raise Refused("InvalidParameterException", words)
    elif service != "logs":
        raise Refused("InvalidParameterException", f"destinationArn for vendor {service} is not supported")


def _function_lets(call: Call, arn: str) -> bool:
    try:
        function = backend(call, "lambda").get_function(arn)
    except Exception:  # noqa: BLE001 - moto has an error of its own for each way in which there is none
        return False
    policy = json.dumps({"Statement": function.policy.statements}) if function.policy else None
    return lets(policy, "logs.amazonaws.com", "lambda:InvokeFunction", arn, {"AWS:SourceAccount": call.account})


def _stream_is_active(call: Call, service: str, arn: str) -> bool:
    name = arn.rpartition("/")[2]
    streams = backend(call, service)
    if service == "kinesis":
        return any(stream.arn == arn for stream in streams.streams.values())
    delivery = streams.delivery_streams.get(name)
    mended = kept(streams, "streams").get(name) or {"DeliveryStreamStatus": "ACTIVE"}
    return delivery is not None and mended["DeliveryStreamStatus"] == "ACTIVE"


@mends.first("DescribeSubscriptionFilters")
def describe_subscription_filters(call: Call, logs: Any) -> Result:
    prefix = call.parameters.get("filterNamePrefix", "")
    found = kept(_group(call, logs), "subscription_filters").values()
    return _paged(call, "subscriptionFilters", [one for one in found if one["filterName"].startswith(prefix)])


@mends.first("DeleteSubscriptionFilter")
def delete_subscription_filter(call: Call, logs: Any) -> Result:
    group = _group(call, logs)
    _delete(call, kept(group, "subscription_filters"), "subscription")
    group.subscription_filters.pop(call.parameters["filterName"])
    return {}


def _group(call: Call, logs: Any) -> Any:
    name = call.parameters["logGroupName"]
    if name not in logs.groups:
        raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
    return logs.groups[name]
