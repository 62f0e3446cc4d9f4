"""Scheduled actions: kept with their group, with ARNs and the time when they are next; what AWS does not take is refused."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...call import Call, Result
from ..mending import Mends, kept
from .groups import invalid

mends = Mends("autoscaling")

_FIELD = r"[\d*/,\-A-Za-z#?]+"


@mends.first("PutScheduledUpdateGroupAction")
def put(call: Call, backend: Any) -> Result:
    asked = call.parameters
    group = backend.autoscaling_groups[asked["AutoScalingGroupName"]]
    recurrence, start = asked.get("Recurrence"), asked.get("StartTime")
    if recurrence and not re.fullmatch(rf"{_FIELD}( {_FIELD}){{4}}", recurrence):
        raise invalid(f"Given recurrence string: {recurrence} is invalid")
    if not recurrence and not start:
        raise invalid("Either Recurrence or StartTime must be given")
    if start and _aware(start) <= datetime.now(UTC):
        raise invalid("Given start time is in the past")
    if not {"MinSize", "MaxSize", "DesiredCapacity"} & set(asked):
        raise invalid("At least one of MinSize, MaxSize and DesiredCapacity must be given")
    _check_zone(asked.get("TimeZone", "UTC"))
    name = asked["ScheduledActionName"]
    # AWS shows when a recurring action is next; here that is an hour away.
    following = {"StartTime": start or (datetime.now(UTC) + timedelta(hours=1)).replace(minute=0, second=0, microsecond=0)}
    earlier = _of(group).get(name, {})
    where = f"arn:aws:autoscaling:{call.region}:{call.account}:scheduledUpdateGroupAction:{uuid.uuid4()}"
    arn = earlier.get("ScheduledActionARN") or f"{where}:autoScalingGroupName/{group.name}:scheduledActionName/{name}"
    _of(group)[name] = {**asked, **following, "ScheduledActionARN": arn}
    return {}


def _aware(time: Any) -> datetime:
    found = datetime.fromisoformat(str(time)) if not isinstance(time, datetime) else time
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise invalid(f"{name} is not a valid time zone") from error


@mends.first("DescribeScheduledActions")
def describe(call: Call, backend: Any) -> Result:
    name, names = call.parameters.get("AutoScalingGroupName"), call.parameters.get("ScheduledActionNames")
    if name and name not in backend.autoscaling_groups:
        raise invalid(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    groups = [group for group in backend.autoscaling_groups.values() if name in (None, group.name)]
    actions = [action for group in groups for action in _of(group).values()]
    return {"ScheduledUpdateGroupActions": [one for one in actions if not names or one["ScheduledActionName"] in names]}


@mends.first("DeleteScheduledAction")
def delete(call: Call, backend: Any) -> Result:
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    if _of(group).pop(call.parameters["ScheduledActionName"], None) is None:
        raise invalid("Scheduled action name not found")
    return {}


def _of(group: Any) -> dict[str, Any]:
    return kept(group, "schedules")
