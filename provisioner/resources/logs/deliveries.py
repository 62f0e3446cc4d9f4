"""What the types of CloudWatch Logs' vended log delivery share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import ForeignOwner

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Live, Resource


def ours(aws: Aws, found: Iterable[Any]) -> list[Any]:
    """Those that are named by the plan's convention: no others can be the plan's, and asking for tags costs a call each."""
    return [one for one in found if one["name"].startswith(aws.ownership.prefix)]


def with_tags(aws: Aws, found: Iterable[Any]) -> list[Live]:
    """The documents with their tags, which AWS shows by a call of its own only."""
    read = aws.together(lambda one: aws.maybe(lambda: document(one, _tags(aws, one["arn"]))), found)
    return [one for one in read if one]


def document(found: Any, tags: Mapping[str, str]) -> Live:
    """What AWS answered, with the tags where the engine looks for them."""
    return {**{name: value for name, value in found.items() if name != "tags"}, "Tags": dict(tags)}


def refuse_foreign(aws: Aws, step: Resource, standing: Mapping[str, Any] | None) -> None:
    """Raises `ForeignOwner` where a name is somebody else's: putting it would overwrite that."""
    if not standing or aws.ownership.step_of(type(step), {"Tags": _tags(aws, standing["arn"])}) == step.key:
        return
    raise ForeignOwner(
        f"{step.key} is to be called {standing['name']}, and what is called so in CloudWatch Logs is not the plan's: "
        "rename the step, or remove the other one"
    )


def named(arn: str) -> str:
    """The name in an ARN of CloudWatch Logs; a name is its own."""
    return arn.rpartition(":")[2]


def _tags(aws: Aws, arn: str) -> dict[str, str]:
    return aws.logs.list_tags_for_resource(resourceArn=arn)["tags"]
