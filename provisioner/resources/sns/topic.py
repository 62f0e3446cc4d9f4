"""Where messages are published, and handed on to all who subscribe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...errors import ForeignOwner, PlanError
from ...resource import Id, Output, Resource, Value, attr, tag_list
from .attributes import changes, logging_by_protocol, same_logging, spelt
from .topics import read, topics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key
    from .attributes import DeliveryStatusLogging, Protocol


class Topic(Resource):
    """A topic. Its id is its ARN; its name is by the plan's convention, and ends in `.fifo` where it is one.

    `kms_master_key` must be a key whose own policy lets those publish that do (`cloudwatch.amazonaws.com` for alarms): SNS's
    default key lets no service. `policy` is the whole of who may publish and subscribe; None leaves SNS's own, for the account
    alone. `signature_version="2"` signs with SHA-256. `delivery_status_logging` is owned whole, by protocol. Archive,
    content-based deduplication and throughput scope are for FIFO topics. SNS no longer takes a `data_protection_policy` from
    those who never had one.

    AWS: SNS CreateTopic, which says yes to a topic that the account has already: it is looked for first. A policy that names a
    role of this minute is refused for up to two minutes. Subscriptions go with their topic. An archive is given up at deletion.
    """

    display_name: str | None = attr("DisplayName", default=None)
    kms_master_key: Id[Key | None] = attr("KmsMasterKeyId", default=None, norm=norm.kms_key)
    policy: Value[Mapping[str, Any] | None] = attr("Policy", default=None, norm=norm.policy)
    delivery_policy: Mapping[str, Any] | None = attr("DeliveryPolicy", default=None, norm=norm.document, same=norm.wished)
    data_protection_policy: Value[Mapping[str, Any] | None] = attr(
        "DataProtectionPolicy", default=None, norm=norm.document, same=norm.wished
    )
    tracing_config: Literal["PassThrough", "Active"] | None = attr("TracingConfig || 'PassThrough'", default=None)
    signature_version: Literal["1", "2"] | None = attr("SignatureVersion || '1'", default=None)
    maximum_message_size: int | None = attr("MaximumMessageSize || '262144'", default=None, norm=str)
    fifo_topic: bool = attr("FifoTopic", default=False, norm=lambda shown: shown in (True, "true"), replace=True)
    content_based_deduplication: bool = attr(
        "ContentBasedDeduplication", default=False, norm=lambda shown: shown in (True, "true")
    )
    fifo_throughput_scope: Literal["Topic", "MessageGroup"] | None = attr("FifoThroughputScope || 'Topic'", default=None)
    archive_policy: Mapping[str, Any] | None = attr("ArchivePolicy", default=None, norm=norm.document, same=norm.wished)
    delivery_status_logging: Mapping[Protocol, DeliveryStatusLogging] | None = attr(
        "DeliveryStatusLogging", default=None, norm=logging_by_protocol, same=same_logging
    )

    id = Output("TopicArn")
    arn = Output("TopicArn")
    topic_name = Output("TopicName")

    longest_name = 251

    def __post_init__(self) -> None:
        if self.policy == {}:
            raise PlanError(f"{self.key}: a topic always has a policy: say who may publish, or leave it out")
        for name in ("content_based_deduplication", "fifo_throughput_scope", "archive_policy"):
            if getattr(self, name) and not self.fifo_topic:
                raise PlanError(f"{self.key}: {name} needs fifo_topic=True")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return [found for found in aws.together(lambda arn: read(aws, arn), topics(aws)) if found]

    def create(self, aws: Aws) -> Live | None:
        name = aws.named(self) + (".fifo" if self.fifo_topic else "")
        arn = f"arn:{aws.partition}:sns:{aws.region}:{aws.account_id}:{name}"
        self._refuse_foreign(aws, arn)
        sent = {key: value for key, value in self._attributes().items() if value and key != "SignatureVersion"}
        protection = {"DataProtectionPolicy": norm.compact(self.data_protection_policy)} if self.data_protection_policy else {}
        tags: Any = tag_list(self.tags)
        aws.sns.create_topic(Name=name, Attributes=sent, Tags=tags, **protection)
        logging = {"DeliveryStatusLogging": self.delivery_status_logging}
        return {"TopicArn": arn, "TopicName": name, "FifoTopic": "false", **sent, **protection, **logging, "Tags": tags}

    def _refuse_foreign(self, aws: Aws, arn: str) -> None:
        found = aws.maybe(lambda: aws.sns.list_tags_for_resource(ResourceArn=arn))
        if found is not None and aws.ownership.step_of(type(self), {**found, "TopicArn": arn}) != self.key:
            raise ForeignOwner(
                f"{self.key}: {arn} is there already, and is not this step's: rename the step, or delete that topic"
            )

    def _attributes(self) -> dict[str, str]:
        """All that is managed in SNS's spelling; empty is a wish for none."""
        fifo = {
            "FifoTopic": "true",
            "ContentBasedDeduplication": "true" if self.content_based_deduplication else "false",
            "FifoThroughputScope": self.fifo_throughput_scope,
            "ArchivePolicy": spelt(self.archive_policy),
        }
        found = {
            "DisplayName": self.display_name,
            "KmsMasterKeyId": self.kms_master_key,
            "Policy": spelt(self.policy),
            "DeliveryPolicy": spelt(self.delivery_policy),
            "TracingConfig": self.tracing_config,
            "SignatureVersion": self.signature_version,
            "MaximumMessageSize": None if self.maximum_message_size is None else str(self.maximum_message_size),
            **(fifo if self.fifo_topic else {}),
            **changes({}, self.delivery_status_logging or {}),
        }
        return {name: value for name, value in found.items() if value is not None}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn, attributes = live["TopicArn"], self._attributes()
        for field in changed:
            if (name := _NAMES.get(field)) is not None:
                value = "{}" if name == "ArchivePolicy" and not attributes[name] else attributes[name]
                aws.sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
        if "delivery_status_logging" in changed:
            for name, value in changes(live["DeliveryStatusLogging"], self.delivery_status_logging or {}).items():
                aws.sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
        if "data_protection_policy" in changed:
            aws.sns.put_data_protection_policy(ResourceArn=arn, DataProtectionPolicy=spelt(self.data_protection_policy) or "")
        if "tags" in changed:
            tags: Any = tag_list(changed["tags"].after)
            aws.sns.tag_resource(ResourceArn=arn, Tags=tags)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        arn = live["TopicArn"]
        if norm.said(norm.document(live.get("ArchivePolicy") or "{}")):
            # SNS keeps a topic while its archive is active.
            none = {"AttributeName": "ArchivePolicy", "AttributeValue": "{}"}
            aws.maybe(lambda: aws.sns.set_topic_attributes(TopicArn=arn, **none))
        aws.sns.delete_topic(TopicArn=arn)


_NAMES = {
    "display_name": "DisplayName",
    "kms_master_key": "KmsMasterKeyId",
    "policy": "Policy",
    "delivery_policy": "DeliveryPolicy",
    "tracing_config": "TracingConfig",
    "signature_version": "SignatureVersion",
    "maximum_message_size": "MaximumMessageSize",
    "content_based_deduplication": "ContentBasedDeduplication",
    "fifo_throughput_scope": "FifoThroughputScope",
    "archive_policy": "ArchivePolicy",
}
