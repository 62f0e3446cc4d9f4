"""Instance refreshes, which moto does not know: one at a time, over some looks, and then all run what the group launches."""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.utils import utcnow

from ...call import Call, Refused, Result
from ..mending import Mends, kept
from .launching import LOOKS, activities, launch_one, spec_of

mends = Mends("autoscaling")

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
    _all(group).append({"shown": made, "looks": LOOKS})
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
    refresh["shown"]["Status"] = "Cancelling"
    return {"InstanceRefreshId": refresh["shown"]["InstanceRefreshId"]}


@mends.first("DescribeInstanceRefreshes")
def describe(call: Call, backend: Any) -> Result:
    name = call.parameters["AutoScalingGroupName"]
    if name not in backend.autoscaling_groups:
        raise Refused("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")
    group, ids = backend.autoscaling_groups[name], call.parameters.get("InstanceRefreshIds")
    if refresh := _underway(group):
        _go_on(group, refresh)
    shown = [refresh["shown"] for refresh in reversed(_all(group))]
    found = [one for one in shown if not ids or one["InstanceRefreshId"] in ids]
    begin = int(call.parameters.get("NextToken") or 0)
    end = begin + call.parameters.get("MaxRecords", 50)
    return {"InstanceRefreshes": found[begin:end], **({"NextToken": str(end)} if end < len(found) else {})}


def _go_on(group: Any, refresh: dict[str, Any]) -> None:
    shown = refresh["shown"]
    refresh["looks"] -= 1
    if shown["Status"] == "Cancelling":
        shown.update(Status="Cancelled", EndTime=utcnow(), StatusReason="Cancelled due to user request.")
    elif refresh["looks"] >= 0:
        shown.update(Status="InProgress", PercentageComplete=50)
    elif _roll(group, shown["Preferences"]):
        shown.update(Status="Successful", EndTime=utcnow(), PercentageComplete=100, InstancesToUpdate=0)
    else:
        shown.update(Status="Failed", EndTime=utcnow(), StatusReason=activities(group)[-1]["StatusMessage"])


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
    return next((refresh for refresh in _all(group) if refresh["shown"]["Status"] in _UNDERWAY), None)


def _all(group: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kept(group, "refreshes").setdefault("all", [])
    return found
