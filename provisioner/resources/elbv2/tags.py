"""Elastic Load Balancing's way with tags: given at birth, shown apart from what carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...errors import ForeignOwner
from ...resource import shown, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_elbv2.type_defs import TagTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live, Resource

# AWS: DescribeTags takes no more at a time.
_AT_A_TIME = 20


def owned(aws: Aws, kind: type[Resource], documents: Iterable[Mapping[str, Any]]) -> list[Live]:
    """Of these documents of one type, those that are the plan's, each with its tags."""
    found = {str(shown(kind.id.path, document)): document for document in documents}
    tags = tagged(aws, list(found))
    with_tags = [{**document, "Tags": tags[arn]} for arn, document in found.items() if arn in tags]
    return [document for document in with_tags if aws.ownership.step_of(kind, document) is not None]


def tagged(aws: Aws, arns: Sequence[str]) -> dict[str, Any]:
    """The tags of each of these that is still there."""
    parts = [arns[start : start + _AT_A_TIME] for start in range(0, len(arns), _AT_A_TIME)]
    return {arn: tags for part in aws.together(lambda part: _read(aws, part), parts) for arn, tags in part.items()}


def _read(aws: Aws, arns: Sequence[str]) -> dict[str, Any]:
    found = aws.maybe(lambda: aws.elbv2.describe_tags(ResourceArns=arns))
    if found is not None:
        return {one["ResourceArn"]: one["Tags"] for one in found["TagDescriptions"]}
    # Where one of them has gone, AWS says nothing of the others.
    half = len(arns) // 2
    return {**_read(aws, arns[:half]), **_read(aws, arns[half:])} if half else {}


def owner(aws: Aws, kind: type[Resource], arn: str) -> str | None:
    """The key of the step that owns something: None where it is not the plan's, empty where AWS does not show it."""
    tags = tagged(aws, [arn])
    return aws.ownership.step_of(kind, {kind.id.path: arn, "Tags": tags[arn]}) if arn in tags else ""


def refuse_foreign(aws: Aws, step: Resource, arn: str, what: str) -> None:
    """Raises `ForeignOwner` where what stands in the step's place is not the step's.

    Creates say yes to what stands there already, if it is like what is wanted, whoever's it is.
    """
    found = owner(aws, type(step), arn)
    if found not in (step.key, ""):
        whose = found or "not the plan's"
        raise ForeignOwner(f"{step.key} is to be {what}, and there stands {arn}, which is {whose}: remove that one first")


def must_be_ours(aws: Aws, step: Resource, kind: type[Resource], arn: str) -> None:
    """Raises `ForeignOwner` where what the step is to be a part of is not the plan's: the part would not be found again."""
    if owner(aws, kind, arn) is None:
        raise ForeignOwner(f"{step.key} is for {arn}, which is not the plan's: refer to a {kind.__name__} of the plan")


def retag(aws: Aws, arn: str, changed: Changes) -> None:
    """Put the tags that differ; the others stay, whoever put them."""
    if "tags" in changed:
        aws.elbv2.add_tags(ResourceArns=[arn], Tags=listed(changed["tags"].after))


def listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as the calls take them."""
    return tag_list(tags)
