"""IAM's way with tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import tag_list

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_iam.type_defs import TagTypeDef

    from ...aws.account import Aws


def adoption(aws: Aws) -> str:
    """The plan's own are listed by their path: without it, tags do not help."""
    return f"it can not be taken over unless it stands under the path {aws.path}, and IAM changes no paths"


def listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as IAM's calls take them."""
    return tag_list(tags)
