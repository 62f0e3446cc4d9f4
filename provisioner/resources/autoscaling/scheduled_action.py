"""A group's size by the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ...errors import PlanError
from ...resource import Id, Name, Output, Resource, attr
from .auto_scaling_group import AutoScalingGroup
from .reading import owned, shown
from .settings import sizes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...aws.account import Aws
    from ...resource import Changes, Live


def _has_begun(wanted: datetime, have: datetime) -> bool:
    # Once a recurring action has begun, AWS shows when it is next.
    return wanted == have or wanted <= datetime.now(UTC)


_PARAMETERS = {
    "recurrence": "Recurrence",
    "time_zone": "TimeZone",
    "start_time": "StartTime",
    "end_time": "EndTime",
    "min_size": "MinSize",
    "max_size": "MaxSize",
    "desired_capacity": "DesiredCapacity",
}


class ScheduledAction(Resource):
    """A size that one of the plan's groups takes on at certain times: `recurrence` is cron's five fields, in `time_zone` (UTC).

    With a time zone (`America/New_York`), the clock's changes in spring and autumn are heeded. Without a recurrence it happens
    once, at `start_time`, and AWS forgets it then: take such a step out of the plan afterwards. Times are aware datetimes. Its
    group names the `min_size` and `max_size` that it sets among its own, or each `up` would take them back. An action takes no
    tags: it is the plan's where its group is, by its name.

    AWS: Auto Scaling PutScheduledUpdateGroupAction, which says everything anew: what the plan does not manage is sent as it is.
    Two actions of a group can not begin at the same time. It dies with its group.
    """

    auto_scaling_group: Id[AutoScalingGroup] = attr("AutoScalingGroupName", replace=True)
    recurrence: str | None = attr("Recurrence", default=None)
    time_zone: str | None = attr("TimeZone", default=None)
    start_time: datetime | None = attr("StartTime", default=None, same=_has_begun)
    end_time: datetime | None = attr("EndTime", default=None)
    min_size: int | None = attr("MinSize", default=None)
    max_size: int | None = attr("MaxSize", default=None)
    desired_capacity: int | None = attr("DesiredCapacity", default=None)

    id = Name("ScheduledActionName", longest=255)

    whole = "AutoScalingGroupName"
    arn = Output("ScheduledActionARN")
    mark = "Mark"

    def __post_init__(self) -> None:
        if self.recurrence is None and self.start_time is None:
            raise PlanError(f"{self.key} needs a recurrence or a start_time")
        if (self.min_size, self.max_size, self.desired_capacity) == (None, None, None):
            raise PlanError(f"{self.key} needs min_size, max_size or desired_capacity")
        if any(time is not None and time.tzinfo is None for time in (self.start_time, self.end_time)):
            raise PlanError(f"{self.key}: times need a time zone: datetime(…, tzinfo=UTC)")
        self._refuse_sizes_that_would_be_taken_back()

    def _refuse_sizes_that_would_be_taken_back(self) -> None:
        group: Any = self.auto_scaling_group
        for name in ("min_size", "max_size") if isinstance(group, AutoScalingGroup) else ():
            known, size = sizes(getattr(group, name)), getattr(self, name)
            if size is not None and size not in known:
                wish = f"{name}=({', '.join(map(str, (*known, size)))})"
                raise PlanError(f"{self.key} sets a {name} that {group.key} would take back: give that {wish}")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for actions in aws.together(lambda group: _actions(aws, group["AutoScalingGroupName"]), owned(aws)):
            for action in actions:
                yield {**action, "Mark": aws.ownership.mark_of_named(cls, action["ScheduledActionName"])}

    def create(self, aws: Aws) -> Live | None:
        aws.ownership.must_own(self, AutoScalingGroup, shown(aws, self.auto_scaling_group))
        name = aws.named(self)
        where: dict[str, Any] = {"AutoScalingGroupName": self.auto_scaling_group, "ScheduledActionName": name}
        sent = self._wishes({})
        aws.autoscaling.put_scheduled_update_group_action(**where, **sent)
        return {**where, **sent, "Mark": aws.ownership.mark_of_named(type(self), name)}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        where = {name: live[name] for name in ("AutoScalingGroupName", "ScheduledActionName")}
        aws.autoscaling.put_scheduled_update_group_action(**where, **self._wishes(live))

    def _wishes(self, live: Live) -> dict[str, Any]:
        sent = {said: live.get(said) for said in _PARAMETERS.values()}
        sent |= {said: value for name, said in _PARAMETERS.items() if (value := getattr(self, name)) is not None}
        if self.recurrence and sent["StartTime"] and sent["StartTime"] <= datetime.now(UTC):
            # AWS refuses a start that has passed.
            sent["StartTime"] = None
        return {said: value for said, value in sent.items() if value is not None}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.autoscaling.delete_scheduled_action(
            AutoScalingGroupName=live["AutoScalingGroupName"], ScheduledActionName=live["ScheduledActionName"]
        )


def _actions(aws: Aws, group: str) -> list[Any]:
    pages = aws.autoscaling.get_paginator("describe_scheduled_actions").paginate(AutoScalingGroupName=group)
    # The group may be gone since it was listed.
    found = aws.maybe(lambda: {"Actions": [action for page in pages for action in page["ScheduledUpdateGroupActions"]]})
    return found["Actions"] if found else []
