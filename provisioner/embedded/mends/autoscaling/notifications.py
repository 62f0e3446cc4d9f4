"""Whom a group tells of launches and terminations; moto knows nothing of it."""

from __future__ import annotations

from typing import Any

from ...call import Call, Result
from ..mending import Mends, kept
from .groups import invalid

mends = Mends("autoscaling")

_WHAT = ("LAUNCH", "LAUNCH_ERROR", "TERMINATE", "TERMINATE_ERROR")
KINDS = (*(f"autoscaling:EC2_INSTANCE_{what}" for what in _WHAT), "autoscaling:TEST_NOTIFICATION")


@mends.first("PutNotificationConfiguration")
def put(call: Call, backend: Any) -> Result:
    if unknown := set(call.parameters["NotificationTypes"]) - set(KINDS):
        raise invalid(f"{min(unknown)} is not a valid notification type")
    _topics(backend, call.parameters["AutoScalingGroupName"])[call.parameters["TopicARN"]] = call.parameters[
        "NotificationTypes"
    ]
    return {}


@mends.first("DeleteNotificationConfiguration")
def delete(call: Call, backend: Any) -> Result:
    if _topics(backend, call.parameters["AutoScalingGroupName"]).pop(call.parameters["TopicARN"], None) is None:
        raise invalid("Notification configuration not found")
    return {}


@mends.first("DescribeNotificationConfigurations")
def describe(call: Call, backend: Any) -> Result:
    names = call.parameters.get("AutoScalingGroupNames") or list(backend.autoscaling_groups)
    found = [
        {"AutoScalingGroupName": name, "TopicARN": topic, "NotificationType": kind}
        for name in names
        if name in backend.autoscaling_groups
        for topic, kinds in _topics(backend, name).items()
        for kind in kinds
    ]
    return {"NotificationConfigurations": found}


def _topics(backend: Any, name: str) -> dict[str, Any]:
    return kept(backend.autoscaling_groups[name], "notifications")
