"""Who gets a topic's messages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...aws.retry import Meaning
from ...errors import CallFailed, ForeignOwner, PlanError
from ...resource import READY, Id, Output, Resource, State, Value, attr
from ...secret import Secret
from .attributes import spelt
from .claims import Claim, claims_on
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
    `alarms/lambda/rotation`. The step claims it by a tag on its topic, and then subscribes: what others subscribed is theirs,
    of this endpoint too.

    AWS: SNS Subscribe, which says yes to an endpoint that is subscribed already, and TagResource: a topic has room for 50 tags.
    Mail and web endpoints must confirm, within two days; until then the subscription counts as there, shows no attributes, and
    can not be deleted: it goes by itself, or with its topic. One that went so is subscribed again.
    """

    topic: Id[Topic] = attr("TopicArn", replace=True)
    # What is claimed shows its protocol once it is subscribed.
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
        if isinstance(endpoint, str):
            Claim(self.protocol, endpoint).must_fit(self.key)
            if isinstance(self.topic, Resource) and not endpoint.startswith("arn:"):
                self._is_named(f"{self.topic.name}/{self.protocol}/{endpoint}")

    def _is_named(self, name: str) -> None:
        if self.name != name:
            raise PlanError(f"{self.key}: a subscription can say nowhere whose it is: name it {name!r}")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        tagged = aws.together(lambda arn: aws.maybe(lambda: tags(aws, arn)), topics(aws))
        ours = [topic for topic in tagged if topic and aws.ownership.step_of(Topic, topic) and claims_on(topic)]
        return [one for claimed in aws.together(lambda topic: _claimed(aws, topic), ours) for one in claimed]

    def create(self, aws: Aws) -> Live | None:
        topic = tags(aws, self.topic)
        aws.ownership.must_own(self, Topic, topic)
        claim = self._claim()
        claim.must_fit(self.key)
        live = _document(aws, topic, claim)
        self._is_named(live["Mark"].rpartition(" step=Subscription/")[2])
        if claim not in claims_on(topic) and claim in (_subscriptions(aws, self.topic) or {}):
            raise ForeignOwner(
                f"{self.key}: {claim} is subscribed to {self.topic} already, and not by this plan. "
                f"Remove that subscription, or {self.adoption(aws)}."
            )
        aws.sns.tag_resource(ResourceArn=self.topic, Tags=[{"Key": claim.key, "Value": claim.value}])
        return live

    def _claim(self) -> Claim:
        return Claim(self.protocol, _masked(self.endpoint))

    def adoption(self, aws: Aws) -> str:
        return f"to take it over, tag {self.topic} with {self._claim().key}={self._claim().value}"

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
        if "protocol" in changed:
            self._subscribe(aws)
            return
        attributes = self._attributes()
        for name in self._in_order(changed):
            value = attributes[name] or {"RawMessageDelivery": "false", "FilterPolicy": "{}"}.get(name)
            # No value at all takes the others away: SNS calls an empty one malformed.
            given: Any = {} if value is None else {"AttributeValue": value}
            aws.sns.set_subscription_attributes(SubscriptionArn=live["SubscriptionArn"], AttributeName=name, **given)

    def _subscribe(self, aws: Aws) -> None:
        endpoint: Any = self.endpoint
        try:
            aws.sns.subscribe(
                TopicArn=self.topic,
                Protocol=self.protocol,
                Endpoint=endpoint.reveal() if isinstance(endpoint, Secret) else endpoint,
                Attributes={name: value for name, value in self._attributes().items() if value},
            )
        except CallFailed as error:
            # It was subscribed with other attributes, and is only not shown yet: once it is, they are put right.
            if error.meaning is not Meaning.EXISTS:
                raise

    def _in_order(self, changed: Changes) -> list[str]:
        # Only a filter on bodies may be nested: it comes after its scope, and goes before it.
        names = [name for field, name in _NAMES.items() if field in changed]
        return names if self.filter_policy_scope == "MessageBody" else sorted(names, key="FilterPolicyScope".__eq__)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if arn := live["SubscriptionArn"]:
            aws.sns.unsubscribe(SubscriptionArn=arn)
        aws.sns.untag_resource(ResourceArn=live["TopicArn"], TagKeys=[live["Claim"]])

    @staticmethod
    def state(live: Live) -> State:
        return State(READY.name, f"{live['Endpoint']} has not confirmed yet") if _is_pending(live) else READY

    @classmethod
    def expires(cls, live: Live) -> str | None:
        return "SNS drops it by itself if it is not confirmed within two days" if _is_pending(live) else None


def _is_pending(live: Live) -> bool:
    return "Protocol" in live and live["SubscriptionArn"] is None


def _claimed(aws: Aws, topic: Live) -> list[Live]:
    """A document for each claim on a topic, with the subscription that belongs to it, if there is one."""
    there = _subscriptions(aws, topic["TopicArn"])
    if there is None:
        return []
    documents = [(_document(aws, topic, claim), there.get(claim)) for claim in claims_on(topic)]
    return aws.together(lambda one: {**one[0], **(_shown(aws, one[1]) if one[1] else {})}, documents)


def _subscriptions(aws: Aws, topic: str) -> dict[Claim, Live] | None:
    """A topic's subscriptions, whoever has them; None where the topic is not there."""
    pages = aws.sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    listed = aws.maybe(lambda: {"Subscriptions": [one for page in pages for one in page["Subscriptions"]]})
    if listed is None:
        return None
    # What was deleted stays listed for a while.
    there = [one for one in listed["Subscriptions"] if one["SubscriptionArn"] != "Deleted"]
    return {Claim(one["Protocol"], one["Endpoint"]): one for one in there}


def _shown(aws: Aws, listed: Live) -> Live:
    """What SNS shows of a subscription; nothing where it has just gone."""
    arn, protocol = listed["SubscriptionArn"], listed["Protocol"]
    if arn == _PENDING:
        return {"Protocol": protocol, **dict.fromkeys(_NAMES.values(), _PENDING)}
    found = aws.maybe(lambda: aws.sns.get_subscription_attributes(SubscriptionArn=arn))
    return {**found["Attributes"], "Protocol": protocol, "SubscriptionArn": arn} if found else {}


def _document(aws: Aws, topic: Live, claim: Claim) -> Live:
    """What is claimed, before it is subscribed."""
    part = aws.ownership.mark_of_part(Subscription, Topic, topic)
    return {
        "TopicArn": topic["TopicArn"],
        "Endpoint": claim.endpoint,
        "Subscription": f"{topic['TopicArn']} {claim}",
        "SubscriptionArn": None,
        "Claim": claim.key,
        "Mark": f"{part}/{claim.protocol}/{_called(aws, claim.endpoint)}",
    }


def _called(aws: Aws, endpoint: str) -> str:
    if not endpoint.startswith("arn:"):
        return endpoint
    # An ARN ends in a name, or in a kind and a name, and perhaps in an alias.
    first, *rest = re.split("[:/]", endpoint.split(":", 5)[5])
    name, *alias = rest or (first,)
    mark = aws.ownership.mark_of_named(Subscription, name)
    return "/".join([mark.rpartition(" step=Subscription/")[2] if mark else name, *alias])
