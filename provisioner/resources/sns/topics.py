"""The topics that may be the plan's. SNS lists ARNs only; all else is asked for topic by topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from .attributes import logging_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...aws.account import Aws
    from ...resource import Live


def topics(aws: Aws) -> list[str]:
    """The ARNs of the topics whose name is by the plan's convention, or that AWS's index of tags shows as the plan's."""
    tagged, listed = aws.together(lambda read: read(aws), (_tagged, _list))
    return [arn for arn in listed if _may_be_ours(aws, arn.rpartition(":")[2]) or arn in tagged]


def _tagged(aws: Aws) -> Any:
    return aws.tagged("sns")


def _list(aws: Aws) -> Any:
    return [topic["TopicArn"] for page in aws.sns.get_paginator("list_topics").paginate() for topic in page["Topics"]]


def _may_be_ours(aws: Aws, name: str) -> bool:
    return name.startswith(f"{aws.ownership.prefix}-") and name.removesuffix(".fifo").endswith(f"-{aws.ownership.environment}")


def read(aws: Aws, arn: str) -> Live | None:
    """All that SNS shows of a topic; None where it is not there."""
    parts = aws.together(lambda part: aws.maybe(lambda: part(aws, arn)), (_attributes, tags, _protection))
    if parts[0] is None or parts[1] is None:
        return None
    return {key: value for part in parts if part for key, value in part.items()}


def _attributes(aws: Aws, arn: str) -> Mapping[str, Any]:
    attributes = aws.sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    about = {"TopicName": arn.rpartition(":")[2], "FifoTopic": attributes.get("FifoTopic", "false")}
    return {**attributes, **about, "DeliveryStatusLogging": logging_shown(attributes)}


def tags(aws: Aws, arn: str) -> Mapping[str, Any]:
    """A topic's tags, and its ARN."""
    return {"TopicArn": arn, "Tags": aws.sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}


def _protection(aws: Aws, arn: str) -> Mapping[str, Any]:
    found = aws.sns.get_data_protection_policy(ResourceArn=arn).get("DataProtectionPolicy")
    return {"DataProtectionPolicy": norm.document(found)} if found else {}
