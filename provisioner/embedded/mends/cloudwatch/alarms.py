"""Alarms, metric and composite: what was put is kept whole, since moto's own model forgets a part and takes anything."""

from __future__ import annotations

import re
from typing import Any

from moto.core.utils import utcnow

from ...call import Call, Refused, Result
from ..mending import Mends
from .valid import composite_alarm_is_valid, metric_alarm_is_valid

mends = Mends("cloudwatch")

_TYPES = {"PutMetricAlarm": "MetricAlarm", "PutCompositeAlarm": "CompositeAlarm"}
_ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")
_PAGE = 50
_NAMED = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"([^"]*)"|([^\s()"]+))\s*\)')


@mends.first("PutMetricAlarm", "PutCompositeAlarm")
def put(call: Call, backend: Any) -> Result:
    """AWS: all of an earlier alarm is overwritten but its state and its tags; a new one starts without data."""
    kind, name = _TYPES[call.operation], call.parameters["AlarmName"]
    wanted = {key: value for key, value in call.parameters.items() if key != "Tags"}
    if kind == "MetricAlarm":
        metric_alarm_is_valid(wanted, call.region)
    else:
        composite_alarm_is_valid(wanted, call.region)
        _named_alarms_exist(wanted, backend)
    alarm = backend.alarms.get(name)
    if alarm is None:
        alarm = _new(call, backend)
        alarm.kind = kind
    elif alarm.kind != kind:
        raise Refused("ValidationError", f"An alarm of another type with the name {name} already exists.")
    alarm.submitted = wanted
    alarm.actions_enabled = wanted.get("ActionsEnabled", True)
    # By these, moto finds alarms: for a metric, and as composite ones.
    alarm.metric_name, alarm.namespace, alarm.rule = wanted.get("MetricName"), wanted.get("Namespace"), wanted.get("AlarmRule")
    alarm.configuration_updated_timestamp = utcnow()
    return {}


def _new(call: Call, backend: Any) -> Any:
    nothing = dict.fromkeys(("comparison_operator", "evaluation_periods", "period", "threshold", "statistic", "description"))
    about: Any = {"namespace": None, "metric_name": None, "dimensions": [], "alarm_actions": [], **nothing}
    tags = call.parameters.get("Tags") or []
    alarm = backend.put_metric_alarm(name=call.parameters["AlarmName"], tags=tags, **about)
    alarm.state_value = "OK" if "EvaluationCriteria" in call.parameters else "INSUFFICIENT_DATA"
    return alarm


def _named_alarms_exist(wanted: dict[str, Any], backend: Any) -> None:
    missing = sorted(_names_in(wanted) - backend.alarms.keys())
    if missing:
        words = f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
        raise Refused("ValidationError", words)


def _names_in(submitted: dict[str, Any]) -> set[str]:
    """The alarms that a composite one stands on."""
    found = {quoted or bare for quoted, bare in _NAMED.findall(submitted.get("AlarmRule", ""))}
    found |= {submitted["ActionsSuppressor"]} if submitted.get("ActionsSuppressor") else set()
    return {name.rpartition(":alarm:")[2] for name in found}


@mends.first("DescribeAlarms")
def describe(call: Call, backend: Any) -> Result:
    """AWS: metric alarms only, unless other types are asked for; in pages."""
    asked = call.parameters
    types = asked.get("AlarmTypes") or ["MetricAlarm"]
    found = sorted(
        (alarm for alarm in backend.alarms.values() if _is_asked_for(alarm, asked, backend)), key=lambda one: one.name
    )
    found = [alarm for alarm in found if alarm.kind in types]
    begin, size = int(asked.get("NextToken") or 0), asked.get("MaxRecords", _PAGE)
    page = found[begin : begin + size]
    result: Result = {f"{kind}s": [_shown(alarm) for alarm in page if alarm.kind == kind] for kind in _TYPES.values()}
    return {**result, "NextToken": str(begin + size)} if begin + size < len(found) else result


def _is_asked_for(alarm: Any, asked: dict[str, Any], backend: Any) -> bool:
    actions = [action for name in _ACTIONS for action in alarm.submitted.get(name, ())]
    parent = backend.alarms.get(asked.get("ChildrenOfAlarmName"))
    return (
        (not asked.get("AlarmNames") or alarm.name in asked["AlarmNames"])
        and alarm.name.startswith(asked.get("AlarmNamePrefix", ""))
        and asked.get("StateValue", alarm.state_value) == alarm.state_value
        and (not asked.get("ActionPrefix") or any(action.startswith(asked["ActionPrefix"]) for action in actions))
        and (not asked.get("ChildrenOfAlarmName") or (parent is not None and alarm.name in _names_in(parent.submitted)))
        and (not asked.get("ParentsOfAlarmName") or asked["ParentsOfAlarmName"] in _names_in(alarm.submitted))
    )


def _shown(alarm: Any) -> Result:
    lists = {name: alarm.submitted.get(name, []) for name in _ACTIONS}
    return {
        **({"Dimensions": []} if alarm.kind == "MetricAlarm" else {}),
        **alarm.submitted,
        **lists,
        "AlarmArn": alarm.alarm_arn,
        "ActionsEnabled": alarm.actions_enabled,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp,
        "StateValue": alarm.state_value,
        "StateReason": alarm.state_reason,
        "StateReasonData": alarm.state_reason_data,
        "StateUpdatedTimestamp": alarm.state_updated_timestamp,
        "StateTransitionedTimestamp": alarm.state_updated_timestamp,
    }


@mends.first("DescribeAlarmsForMetric")
def describe_for_metric(call: Call, backend: Any) -> Result:
    asked = (call.parameters["MetricName"], call.parameters["Namespace"])
    found = [alarm for alarm in backend.alarms.values() if (alarm.metric_name, alarm.namespace) == asked]
    return {"MetricAlarms": [_shown(alarm) for alarm in found]}


@mends.first("DeleteAlarms")
def delete(call: Call, backend: Any) -> Result:
    """AWS: not while a composite alarm that stays names it; at most one composite alarm a call; names that are not there do
    not keep the others."""
    names = set(call.parameters["AlarmNames"])
    doomed = [backend.alarms[name] for name in sorted(names & backend.alarms.keys())]
    if sum(alarm.kind == "CompositeAlarm" for alarm in doomed) > 1:
        raise Refused("ValidationError", "You can delete at most one composite alarm in one operation.")
    staying = [alarm.submitted for alarm in backend.alarms.values() if alarm.name not in names]
    held = [alarm.name for alarm in doomed if any(alarm.name in _names_in(submitted) for submitted in staying)]
    if held:
        raise Refused("ValidationError", f"Cannot delete {','.join(held)} as there are composite alarm(s) depending on it.")
    if not doomed:
        raise Refused("ResourceNotFound", f"Alarms {', '.join(sorted(names))} do not exist.", 404)
    for alarm in doomed:
        del backend.alarms[alarm.name]
        backend.tagger.delete_all_tags_for_resource(alarm.alarm_arn)
    return {}


@mends.first("ListTagsForResource", "UntagResource")
def of_what_exists(call: Call, backend: Any) -> None:
    arn = call.parameters["ResourceARN"]
    if ":alarm:" in arn and all(alarm.alarm_arn != arn for alarm in backend.alarms.values()):
        raise Refused("ResourceNotFoundException", f"{arn} does not exist.", 404)
