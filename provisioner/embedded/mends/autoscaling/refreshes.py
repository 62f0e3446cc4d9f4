"""Instance refreshes, which moto does not know: one at a time, for minutes, and then all run what the group launches."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.utils import utcnow

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends, kept
from ..under_way import begin
from .launching import activities, launch_one, spec_of

mends = Mends("autoscaling")

_SEEN_BY = ("autoscaling:DescribeInstanceRefreshes",)
_UNDERWAY = ("Pending", "InProgress", "Cancelling", "RollbackInProgress")


@mends.first("StartInstanceRefresh")
def start(call: Call, backend: Any) -> Result:
    group = backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]]
    if _underway(group):
        message = "An Instance Refresh is already in progress and blocks the execution of this Instance Refresh."
        raise Refused("InstanceRefreshInProgress", message)
    preferences = call.parameters.get("Preferences", {})
    least, most = preferences.get("MinHealthyPercentage", 90), preferences.get("MaxHealthyPercentage")
    if most is not None and most - least > 100:
        raise Refused("ValidationError", "The difference between MinHealthyPercentage and MaxHealthyPercentage is at most 100.")
    made = {
        "InstanceRefreshId": str(uuid.uuid4()),
        "AutoScalingGroupName": group.name,
        "Status": "Pending",
        "StartTime": utcnow(),
        "PercentageComplete": 0,
        "InstancesToUpdate": len(_stale(group, preferences)),
        "Preferences": preferences,
        "Strategy": call.parameters.get("Strategy", "Rolling"),
    }
    _all(group).append(made)
    begin(call, made["InstanceRefreshId"], Delay(300), lambda: _finish(group, made), seen_by=_SEEN_BY)
    return {"InstanceRefreshId": made["InstanceRefreshId"]}


@mends.first("CancelInstanceRefresh", "RollbackInstanceRefresh")
def stop(call: Call, backend: Any) -> Result:
    refresh = _underway(backend.autoscaling_groups[call.parameters["AutoScalingGroupName"]])
    if refresh is None:
        raise Refused(
            "ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found for Auto Scaling group"
        )
    if call.operation == "RollbackInstanceRefresh":
        # Only what says itself where it goes can be told to go back.
        raise Refused("IrreversibleInstanceRefresh", "The instance refresh has no desired configuration to roll back from.")
    refresh["Status"] = "Cancelling"
    begin(call, refresh["InstanceRefreshId"], Delay(60, looks=0), lambda: _cancel(refresh), seen_by=_SEEN_BY)
    return {"InstanceRefreshId": refresh["InstanceRefreshId"]}


@mends.first("DescribeInstanceRefreshes")
def describe(call: Call, backend: Any) -> Result:
    name = call.parameters["AutoScalingGroupName"]
    if name not in backend.autoscaling_groups:
        raise Refused("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    group, ids = backend.autoscaling_groups[name], call.parameters.get("InstanceRefreshIds")
    if (refresh := _underway(group)) and refresh["Status"] == "Pending":
        refresh.update(Status="InProgress", PercentageComplete=50)
    found = [one for one in reversed(_all(group)) if not ids or one["InstanceRefreshId"] in ids]
    begin = int(call.parameters.get("NextToken") or 0)
    end = begin + call.parameters.get("MaxRecords", 50)
    return {"InstanceRefreshes": found[begin:end], **({"NextToken": str(end)} if end < len(found) else {})}


def _cancel(refresh: dict[str, Any]) -> None:
    refresh.update(Status="Cancelled", EndTime=utcnow(), StatusReason="Cancelled due to user request.")


def _finish(group: Any, refresh: dict[str, Any]) -> None:
    if _roll(group, refresh["Preferences"]):
        refresh.update(Status="Successful", EndTime=utcnow(), PercentageComplete=100, InstancesToUpdate=0)
    else:
        refresh.update(Status="Failed", EndTime=utcnow(), StatusReason=activities(group)[-1]["StatusMessage"])


def _roll(group: Any, preferences: dict[str, Any]) -> bool:
    for state in _stale(group, preferences):
        if not launch_one(group, group.get_propagated_tags()):
            return False
        group.instance_states.remove(state)
        group.autoscaling_backend.ec2_backend.terminate_instances([state.instance_id])
    group.autoscaling_backend.update_attached_target_groups(group.name)
    return True


def _stale(group: Any, preferences: dict[str, Any]) -> list[Any]:
    wanted = spec_of(group)
    return [state for state in group.instance_states if not preferences.get("SkipMatching") or state.launch_template != wanted]


def _underway(group: Any) -> dict[str, Any] | None:
    return next((refresh for refresh in _all(group) if refresh["Status"] in _UNDERWAY), None)


def _all(group: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kept(group, "refreshes").setdefault("all", [])
    return found
