"""Log groups of the plan, for what stands inside them and can say nowhere whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import PlanError
from .log_group import LogGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Live, Resource


def inside(aws: Aws, kind: type[Resource], filters: Iterable[Live]) -> list[Live]:
    """The filters that are the plan's: by their name, and inside a group that is."""
    perhaps = [found for found in (marked(aws, kind, one) for one in filters) if found["Mark"]]
    groups = sorted({found["logGroupName"] for found in perhaps})
    tagged = aws.together(lambda group: aws.maybe(lambda: _tagged(aws, group)), groups)
    ours = {group["logGroupName"] for group in tagged if group and aws.ownership.step_of(LogGroup, group)}
    return [found for found in perhaps if found["logGroupName"] in ours]


def _tagged(aws: Aws, name: str) -> Live:
    arn = f"arn:{aws.partition}:logs:{aws.region}:{aws.account_id}:log-group:{name}"
    return {"logGroupName": name, "Tags": aws.logs.list_tags_for_resource(resourceArn=arn)["tags"]}


def marked(aws: Aws, kind: type[Resource], found: Live) -> Live:
    """A filter's document, with the mark that its name stands for."""
    return {**found, "Mark": aws.ownership.mark_of_named(kind, found["filterName"])}


def refuse_foreign(aws: Aws, step: Resource, group: str) -> None:
    """Raises `PlanError` where a step's filter would stand in a group that is not the plan's, where none is known again."""
    aws.mark(step)
    if aws.ownership.step_of(LogGroup, _tagged(aws, group)) is None:
        raise PlanError(
            f"{step.key}: log group {group} is not this plan's, and only inside one of its own a filter is known again"
        )


def put(live: Live, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """All that a put must say, since it resets the rest: what is wanted, and what is not managed (None) as it stands."""
    kept = {name: live[name] for name in wanted if name in live}
    said = {**kept, **{name: value for name, value in wanted.items() if value is not None}}
    return {name: value for name, value in said.items() if value or name == "filterPattern" or _is_number(value)}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
