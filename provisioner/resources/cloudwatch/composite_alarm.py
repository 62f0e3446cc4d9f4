"""One word for the state of many alarms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import Id, Ids, Name, Output, Resource, Value, attr
from .alarms import actions, alarms, born, delete, listed, overwritten, refuse_foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live

_NAMED = re.compile(r'\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s()"]+))\s*\)')


def _name(alarm: str) -> str:
    """An alarm by its name: a suppressor may be given and shown by its ARN."""
    return alarm.rpartition(":alarm:")[2]


class CompositeAlarm(Resource):
    """An alarm on the states of others, by a rule: `text('ALARM("{}") OR ALARM("{}")', errors, latency)`.

    While `actions_suppressor`, an alarm too, is in alarm, nothing is done; CloudWatch waits for it and after it for as many
    seconds as the two periods say. The lists of actions are owned whole.

    AWS: CloudWatch PutCompositeAlarm, which overwrites whatever has the name, as `Alarm` does. The alarms that the rule names
    must exist, and are not deleted while it names them.
    """

    alarm_rule: Value[str] = attr("AlarmRule")
    alarm_description: str | None = attr("AlarmDescription", default=None)
    actions_enabled: bool = attr("ActionsEnabled", default=True)
    alarm_actions: Ids[Any] = attr("AlarmActions", default=(), norm=norm.unordered)
    ok_actions: Ids[Any] = attr("OKActions", default=(), norm=norm.unordered)
    insufficient_data_actions: Ids[Any] = attr("InsufficientDataActions", default=(), norm=norm.unordered)
    actions_suppressor: Id[Any] = attr("ActionsSuppressor", default=None, norm=_name)
    actions_suppressor_wait_period: int | None = attr("ActionsSuppressorWaitPeriod", default=None)
    actions_suppressor_extension_period: int | None = attr("ActionsSuppressorExtensionPeriod", default=None)
    action_configuration: Mapping[str, Any] | None = attr("ActionConfiguration", default=None, same=norm.wished)

    id = Name("AlarmName", longest=255)
    arn = Output("AlarmArn")

    def __post_init__(self) -> None:
        suppressed = self.actions_suppressor is not None and self.actions_suppressor != ""
        periods = (self.actions_suppressor_wait_period, self.actions_suppressor_extension_period)
        if sum(period is not None for period in periods) != (2 if suppressed else 0):
            raise PlanError(f"{self.key}: actions_suppressor and its wait_period and extension_period go together")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for alarm in alarms(aws, "CompositeAlarm"):
            # For the order of deletion: the rule is text, and what it names can not be told from its other words.
            yield {**alarm, "Names": [found["quoted"] or found["bare"] for found in _NAMED.finditer(alarm["AlarmRule"])]}

    def create(self, aws: Aws) -> Live | None:
        name, sent = aws.named(self), overwritten({}, self._wanted(), {})
        refuse_foreign(aws, self, name)
        aws.cloudwatch.put_composite_alarm(AlarmName=name, Tags=listed(self.tags), **sent)
        return born(aws, name, sent, self.tags)

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        if changed.keys() - {"tags"}:
            aws.cloudwatch.put_composite_alarm(AlarmName=live["AlarmName"], **overwritten(live, self._wanted(), {}))
        if "tags" in changed:
            aws.cloudwatch.tag_resource(ResourceARN=live["AlarmArn"], Tags=listed(changed["tags"].after))

    def _wanted(self) -> dict[str, Any]:
        none = self.actions_suppressor == ""
        return {
            "AlarmRule": self.alarm_rule,
            "AlarmDescription": self.alarm_description,
            "ActionsEnabled": self.actions_enabled,
            "AlarmActions": actions(self.alarm_actions),
            "OKActions": actions(self.ok_actions),
            "InsufficientDataActions": actions(self.insufficient_data_actions),
            "ActionsSuppressor": self.actions_suppressor,
            "ActionsSuppressorWaitPeriod": "" if none else self.actions_suppressor_wait_period,
            "ActionsSuppressorExtensionPeriod": "" if none else self.actions_suppressor_extension_period,
            "ActionConfiguration": self.action_configuration,
        }

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        delete(aws, live["AlarmName"])
