"""Who gets a topic's messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...errors import PlanError
from ...resource import READY, Id, Output, Resource, State, Value, attr
from ...secret import Secret
from .attributes import spelt
from .topic import Topic
from .topics import tags, topics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live

# Until its endpoint has confirmed it, SNS shows neither a subscription's ARN nor its attributes: what was sent is believed.
_PENDING = "PendingConfirmation"
_NAMES = {
    "raw_message_delivery": "RawMessageDelivery",
    "filter_policy_scope": "FilterPolicyScope",
    "filter_policy": "FilterPolicy",
    "redrive_policy": "RedrivePolicy",
    "delivery_policy": "DeliveryPolicy",
    "replay_policy": "ReplayPolicy",
    "subscription_role_arn": "SubscriptionRoleArn",
}


def _once_confirmed(
    path: str,
    *,
    default: Any = None,
    norm: Callable[[Any], Any] = lambda value: value,
    same: Callable[[Any, Any], bool] = lambda wanted, have: bool(wanted == have),
) -> Any:
    return attr(
        path,
        default=default,
        norm=lambda value: value if value == _PENDING else norm(value),
        same=lambda wanted, have: have == _PENDING or same(wanted, have),
    )


def _masked(endpoint: Any) -> Any:
    """An endpoint as SNS shows it: without its password."""
    text = endpoint.reveal() if isinstance(endpoint, Secret) else endpoint
    return re.sub(r"(?<=://)([^:/@]+):[^/@]+@", r"\1:****@", text) if isinstance(text, str) else text


class Subscription(Resource):
    """One endpoint of a topic of the plan's. An endpoint with a password (`https://user:password@…`) is given as a `Secret`.

    A subscription takes neither tags nor words, and has no name: its topic, its protocol and its endpoint say which it is. So
    its step must be named `topic/protocol/endpoint`: `alarms/email/ops@example.com`, with the name of the topic's step; for the
    ARN of a function, queue or stream of the plan stands the name of its step, of others the last part of the ARN:
    `alarms/lambda/rotation`.

    AWS: SNS Subscribe. Mail and web endpoints must confirm, within two days; until then the subscription counts as there,
    shows no attributes, and can not be deleted: it goes by itself, or with its topic.
    """

    topic: Id[Topic] = attr("TopicArn", replace=True)
    protocol: Literal["application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"] = attr(
        "Protocol", replace=True
    )
    endpoint: Value[str | Secret] = attr("Endpoint", norm=_masked, replace=True)
    raw_message_delivery: bool = _once_confirmed(
        "RawMessageDelivery", default=False, norm=lambda shown: shown in (True, "true")
    )
    filter_policy: Mapping[str, Any] | None = _once_confirmed("FilterPolicy", norm=norm.document)
    filter_policy_scope: Literal["MessageAttributes", "MessageBody"] | None = _once_confirmed(
        "FilterPolicyScope || 'MessageAttributes'"
    )
    redrive_policy: Value[Mapping[str, Any] | None] = _once_confirmed("RedrivePolicy", norm=norm.document)
    delivery_policy: Mapping[str, Any] | None = _once_confirmed("DeliveryPolicy", norm=norm.document, same=norm.wished)
    replay_policy: Mapping[str, Any] | None = _once_confirmed("ReplayPolicy", norm=norm.document)
    subscription_role_arn: Value[str | None] = _once_confirmed("SubscriptionRoleArn")

    id = Output("Subscription")
    arn = Output("SubscriptionArn")
    mark = "Mark"

    def __post_init__(self) -> None:
        endpoint = _masked(self.endpoint)
        if isinstance(self.topic, Resource) and isinstance(endpoint, str) and not endpoint.startswith("arn:"):
            self._is_named(f"{self.topic.name}/{self.protocol}/{endpoint}")

    def _is_named(self, name: str) -> None:
        if self.name != name:
            raise PlanError(f"{self.key}: a subscription can say nowhere whose it is: name it {name!r}")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        tagged = aws.together(lambda arn: aws.maybe(lambda: tags(aws, arn)), topics(aws))
        ours = [topic for topic in tagged if topic and aws.ownership.step_of(Topic, topic)]
        listed = aws.together(lambda topic: _list(aws, topic), ours)
        found = aws.together(lambda one: aws.maybe(lambda: _read(aws, one)), [one for some in listed for one in some])
        return [one for one in found if one]

    def create(self, aws: Aws) -> Live | None:
        endpoint: Any = self.endpoint
        shown = {"TopicArn": self.topic, "Protocol": self.protocol, "Endpoint": _masked(endpoint)}
        mark = _mark(aws, tags(aws, self.topic), shown)
        if mark is None:
            raise PlanError(
                f"{self.key}: {self.topic} is not a topic of this plan's, so nothing would tell whose subscription it is"
            )
        self._is_named(mark.rpartition(" step=Subscription/")[2])
        sent = {name: value for name, value in self._attributes().items() if value}
        made = aws.sns.subscribe(
            TopicArn=self.topic,
            Protocol=self.protocol,
            Endpoint=endpoint.reveal() if isinstance(endpoint, Secret) else endpoint,
            Attributes=sent,
        )["SubscriptionArn"]
        confirmed = made.startswith("arn:")
        rest = sent if confirmed else dict.fromkeys(_NAMES.values(), _PENDING)
        return {**_identified(shown, made if confirmed else None), **rest, "Mark": mark}

    def _attributes(self) -> dict[str, str]:
        found = {
            "RawMessageDelivery": "true" if self.raw_message_delivery else "",
            "FilterPolicyScope": self.filter_policy_scope,
            "FilterPolicy": spelt(self.filter_policy),
            "RedrivePolicy": spelt(self.redrive_policy),
            "DeliveryPolicy": spelt(self.delivery_policy),
            "ReplayPolicy": spelt(self.replay_policy),
            "SubscriptionRoleArn": self.subscription_role_arn,
        }
        return {name: value for name, value in found.items() if value is not None}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        attributes = self._attributes()
        for name in self._in_order(changed):
            value = attributes[name] or {"RawMessageDelivery": "false", "FilterPolicy": "{}"}.get(name)
            # No value at all takes the others away: SNS calls an empty one malformed.
            given: Any = {} if value is None else {"AttributeValue": value}
            aws.sns.set_subscription_attributes(SubscriptionArn=live["SubscriptionArn"], AttributeName=name, **given)

    def _in_order(self, changed: Changes) -> list[str]:
        # Only a filter on bodies may be nested: it comes after its scope, and goes before it.
        names = [name for field, name in _NAMES.items() if field in changed]
        return names if self.filter_policy_scope == "MessageBody" else sorted(names, key="FilterPolicyScope".__eq__)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.sns.unsubscribe(SubscriptionArn=live["SubscriptionArn"])

    @staticmethod
    def state(live: Live) -> State:
        return READY if live["SubscriptionArn"] else State(READY.name, f"{live['Endpoint']} has not confirmed yet")

    @classmethod
    def expires(cls, live: Live) -> str | None:
        return None if live["SubscriptionArn"] else "SNS drops it by itself if it is not confirmed within two days"


def _list(aws: Aws, topic: Live) -> list[Live]:
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic["TopicArn"])
    listed = aws.maybe(lambda: {"Subscriptions": [one for page in pages for one in page["Subscriptions"]]}) or {}
    # What was deleted stays listed for a while.
    there = [one for one in listed.get("Subscriptions", ()) if one["SubscriptionArn"] != "Deleted"]
    return [{**one, "Mark": _mark(aws, topic, one)} for one in there]


def _read(aws: Aws, listed: Live) -> Live:
    arn = listed["SubscriptionArn"]
    if arn == _PENDING:
        return {**_identified(listed, None), **dict.fromkeys(_NAMES.values(), _PENDING), "Mark": listed["Mark"]}
    attributes = aws.sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    return {**attributes, **_identified(listed, arn), "Mark": listed["Mark"]}


def _identified(shown: Live, arn: str | None) -> Live:
    what = {name: shown[name] for name in ("TopicArn", "Protocol", "Endpoint")}
    return {**what, "Subscription": " ".join(what.values()), "SubscriptionArn": arn}


def _mark(aws: Aws, topic: Live, shown: Live) -> str | None:
    """The mark of a subscription, by its topic's tags and by what it is."""
    mark = aws.ownership.mark_of_part(Subscription, Topic, topic)
    return f"{mark}/{shown['Protocol']}/{_called(aws, shown['Endpoint'])}" if mark else None


def _called(aws: Aws, endpoint: str) -> str:
    if not endpoint.startswith("arn:"):
        return endpoint
    # An ARN ends in a name, or in a kind and a name, and perhaps in an alias.
    first, *rest = re.split("[:/]", endpoint.split(":", 5)[5])
    name, *alias = rest or (first,)
    mark = aws.ownership.mark_of_named(Subscription, name)
    return "/".join([mark.rpartition(" step=Subscription/")[2] if mark else name, *alias])
