"""RDS's way with tags: clusters and instances are listed with theirs, groups are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...resource import tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_rds.type_defs import TagTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Live


def listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as RDS's calls take them."""
    return tag_list(tags)


def retag(aws: Aws, arn: str, changed: Changes, wishes: Mapping[str, str] = {}) -> None:
    """Put the tags that differ, and wishes that stand in tags; the others stay, whoever put them."""
    if tags := {**(changed["tags"].after if "tags" in changed else {}), **wishes}:
        aws.rds.add_tags_to_resource(ResourceName=arn, Tags=listed(tags))


def with_tags(aws: Aws, kind: str, groups: Iterable[Any]) -> list[Live]:
    """The groups that may be the plan's, by their names, each with its tags, which AWS shows group by group only."""

    def read(group: Any) -> Live | None:
        found = aws.maybe(lambda: aws.rds.list_tags_for_resource(ResourceName=group[f"{kind}Arn"]))
        return {**group, "Tags": found["TagList"]} if found else None

    prefix = aws.ownership.prefix.lower()
    perhaps = [group for group in groups if group[f"{kind}Name"].startswith(prefix)]
    return [group for group in aws.together(read, perhaps) if group]
