"""EC2's way with tags: given at birth for one resource type, changed by id for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import tag_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_ec2.literals import ResourceTypeType
    from types_boto3_ec2.type_defs import TagSpecificationTypeDef, TagTypeDef

    from ...aws.account import Aws
    from ...resource import Changes, Resource


def born_with(kind: ResourceTypeType, step: Resource) -> list[TagSpecificationTypeDef]:
    """The tags of a resource in the call that makes it."""
    return [{"ResourceType": kind, "Tags": listed(step.tags)}]


def retag(aws: Aws, resource_id: str, changed: Changes) -> None:
    """Put the tags that differ; the others stay, whoever put them."""
    if "tags" in changed:
        aws.ec2.create_tags(Resources=[resource_id], Tags=listed(changed["tags"].after))


def listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as EC2's calls take them."""
    return tag_list(tags)
