"""IAM's way with tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_iam.type_defs import TagTypeDef


def listed(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Tags as IAM's calls take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
