"""What all kinds of alarms have in common: how they are listed, told from others' alarms, and overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ...errors import ForeignOwner
from ...resource import tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_cloudwatch.literals import AlarmTypeType

    from ...aws.account import Aws
    from ...resource import Live, Resource


def alarms(aws: Aws, kind: AlarmTypeType) -> list[Live]:
    """The alarms of a kind that may be the plan's, with their tags.

    CloudWatch shows tags only alarm by alarm, at a few calls a second. So they are read only where they may be ours: where the
    name is by the plan's convention, and where AWS's index of tags says so.
    """

    def read(what: str) -> Any:
        return aws.tagged("cloudwatch:alarm") if what == "index" else _list(aws, kind)

    tagged, listed = aws.together(read, ("index", "list"))
    perhaps = [alarm for alarm in listed if _may_be_ours(aws, alarm["AlarmName"]) or alarm["AlarmArn"] in tagged]
    found = aws.together(lambda alarm: aws.maybe(lambda: {**alarm, **_tags(aws, alarm)}), perhaps)
    return [alarm for alarm in found if alarm]


def _list(aws: Aws, kind: AlarmTypeType) -> Any:
    pages: Any = aws.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=[kind])
    return [alarm for page in pages for alarm in page.get(f"{kind}s", ())]


def _may_be_ours(aws: Aws, name: str) -> bool:
    return name.startswith(f"{aws.ownership.prefix}-") and name.endswith(f"-{aws.ownership.environment}")


def _tags(aws: Aws, alarm: Live) -> Live:
    return {"Tags": aws.cloudwatch.list_tags_for_resource(ResourceARN=alarm["AlarmArn"])["Tags"]}


def refuse_foreign(aws: Aws, step: Resource, name: str) -> None:
    """Raises `ForeignOwner` where an alarm of that name is not the step's: a put would overwrite it without a word."""
    found: Any = aws.cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    there = (*found.get("MetricAlarms", ()), *found.get("CompositeAlarms", ()))
    tags = aws.together(lambda alarm: aws.maybe(lambda: _tags(aws, alarm)), there)
    if any(one and aws.ownership.step_of(type(step), one) != step.key for one in tags):
        raise ForeignOwner(
            f"{step.key} is to be called {name}, and an alarm of that name is not this step's: "
            "rename the step, or delete that one"
        )


def born(aws: Aws, name: str, sent: Mapping[str, Any], tags: Mapping[str, str]) -> Live:
    """A new alarm's document: CloudWatch answers with nothing."""
    arn = f"arn:{aws.partition}:cloudwatch:{aws.region}:{aws.account_id}:alarm:{name}"
    return {**sent, "AlarmName": name, "AlarmArn": arn, "Tags": dict(tags)}


def overwritten(live: Live, wanted: Mapping[str, Any], instead: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """All that a put must say, since it resets what it does not: what is wanted, and as it stands what is not managed (None).

    `instead`: what a parameter excludes. Empty is a wish for none, and none is said by saying nothing.
    """
    said = {name: value for name, value in wanted.items() if value is not None}
    gone = {other for name, value in said.items() if not _is_empty(value) for other in instead.get(name, ())}
    kept = {name: live[name] for name in wanted if name in live and name not in gone}
    return {name: value for name, value in {**kept, **said}.items() if not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return isinstance(value, str | Sequence | Mapping) and not value


def listed(tags: Mapping[str, str]) -> Any:
    """Tags as CloudWatch takes them."""
    return tag_list(tags)


def delete(aws: Aws, name: str) -> None:
    """Delete one alarm: of composite ones, a call takes no more."""
    aws.cloudwatch.delete_alarms(AlarmNames=[name])


def actions(wanted: Iterable[str]) -> list[str]:
    """What an alarm does, in one order: it is no order of actions."""
    return sorted(dict.fromkeys(wanted))
