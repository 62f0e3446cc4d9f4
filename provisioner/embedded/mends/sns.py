"""Mends of SNS: topics that are there already, attributes that moto forgets or takes whatever they say, and confirmation."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.backends import get_backend

from ..call import Call, Refused, Result
from .mending import Mends, kept
from .policies import refuse_malformed

mends = Mends("sns")

_FEEDBACK = re.compile(
    "(Application|Firehose|HTTP|Lambda|SQS)(SuccessFeedbackRoleArn|SuccessFeedbackSampleRate|FailureFeedbackRoleArn)"
)
_FIFO_ONLY = ("ArchivePolicy", "ContentBasedDeduplication", "FifoThroughputScope")
_FLAG = ("true", "false")
_VALUES = {
    "TracingConfig": ("PassThrough", "Active"),
    "SignatureVersion": ("1", "2"),
    "FifoTopic": _FLAG,
    "ContentBasedDeduplication": _FLAG,
    "FifoThroughputScope": ("Topic", "MessageGroup"),
}
_TOPIC = {*_VALUES, *_FIFO_ONLY, "DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "MaximumMessageSize"}


def invalid(what: str) -> Refused:
    """SNS's word on any parameter that is wrong."""
    return Refused("InvalidParameter", f"Invalid parameter: {what}")


@mends.first("CreateTopic")
def create(call: Call, backend: Any) -> Result:
    """AWS: a topic that is there already is answered with, if it is just so; else it is refused."""
    name, wanted = call.parameters["Name"], dict(call.parameters.get("Attributes") or {})
    tags = {tag["Key"]: tag["Value"] for tag in call.parameters.get("Tags") or ()}
    if "SignatureVersion" in wanted:
        raise invalid("Attributes Reason: Unknown attribute SignatureVersion")
    fifo = wanted.pop("FifoTopic", "false") == "true"
    for attribute, value in wanted.items():
        _must_be_valid(attribute, value, fifo=fifo)
    found = backend.topics.get(f"arn:{backend.partition}:sns:{call.region}:{call.account}:{name}")
    if found is not None:
        return _there_already(found, wanted, tags)
    topic = backend.create_topic(name, {"FifoTopic": True} if fifo else {}, tags)
    for attribute, value in wanted.items():
        _set(topic, attribute, value)
    if "DataProtectionPolicy" in call.parameters:
        _protect(topic, call.parameters["DataProtectionPolicy"])
    return {"TopicArn": topic.arn}


def _there_already(topic: Any, wanted: dict[str, str], tags: dict[str, str]) -> Result:
    if any(_attributes(topic).get(name) != value for name, value in wanted.items()):
        raise invalid("Attributes Reason: Topic already exists with different attributes")
    if tags and tags != topic._tags:
        raise invalid("Tags Reason: Topic already exists with different tags")
    return {"TopicArn": topic.arn}


def _must_be_valid(name: str, value: str, *, fifo: bool) -> None:
    if name not in _TOPIC and not _FEEDBACK.fullmatch(name):
        raise invalid("AttributeName")
    if (name in _FIFO_ONLY and not fifo) or (name == "TracingConfig" and fifo):
        raise invalid(f"Attributes Reason: {name} is not for {'FIFO' if fifo else 'standard'} topics")
    if value not in _VALUES.get(name, (value,)):
        raise invalid(f"Attributes Reason: {name}: {value}")
    if name == "MaximumMessageSize" and not 1024 <= int(value) <= 1_048_576:
        raise invalid("MaximumMessageSize")
    if name.endswith("SampleRate") and not 0 <= int(value) <= 100:
        raise invalid(name)
    if name in ("DeliveryPolicy", "ArchivePolicy"):
        document(value or "{}", name)
    if name == "Policy":
        refuse_malformed(value, "InvalidParameter")
        _principals_exist(json.loads(value))


def _principals_exist(policy: dict[str, Any]) -> None:
    """AWS: a policy may name no role that is not there."""
    named = set(
        re.findall(r'"(arn:[a-z-]+:iam::\d{12}:role/[^"]+)"', json.dumps([one.get("Principal") for one in _statements(policy)]))
    )
    for arn in sorted(named):
        account = arn.split(":")[4]
        backend: Any = get_backend("iam")[account]["aws"]
        if all(role.arn != arn for role in backend.roles.values()):
            raise invalid("Policy Error: PrincipalNotFound")


def _statements(policy: dict[str, Any]) -> list[Any]:
    found = policy["Statement"]
    return found if isinstance(found, list) else [found]


def document(text: str, name: str) -> dict[str, Any]:
    """A JSON document that is an object."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise invalid(f"{name}: failed to parse JSON")
    return found


def _set(topic: Any, name: str, value: str) -> None:
    if name == "Policy":
        topic.policy = value
    elif not value or (name == "ArchivePolicy" and not json.loads(value)):
        kept(topic, "attributes").pop(name, None)
    else:
        kept(topic, "attributes")[name] = value


def _attributes(topic: Any) -> dict[str, str]:
    subscriptions = topic.sns_backend._get_topic_subscriptions(topic)
    pending = sum(is_pending(one) for one in subscriptions)
    fifo = {"FifoTopic": "true", "ContentBasedDeduplication": "false"} if topic.fifo_topic else {}
    return {
        "TopicArn": topic.arn,
        "Owner": topic.account_id,
        "DisplayName": "",
        "Policy": topic.policy,
        "EffectiveDeliveryPolicy": topic.effective_delivery_policy,
        "SubscriptionsPending": str(pending),
        "SubscriptionsConfirmed": str(len(subscriptions) - pending),
        "SubscriptionsDeleted": "0",
        **fifo,
        **kept(topic, "attributes"),
    }


def is_pending(subscription: Any) -> bool:
    """Whether nobody has confirmed a subscription."""
    return bool(subscription.attributes["PendingConfirmation"])


@mends.first("GetTopicAttributes")
def show(call: Call, backend: Any) -> Result:
    return {"Attributes": _attributes(backend.get_topic(call.parameters["TopicArn"]))}


@mends.first("SetTopicAttributes")
def change(call: Call, backend: Any) -> Result:
    topic = backend.get_topic(call.parameters["TopicArn"])
    name, value = call.parameters["AttributeName"], call.parameters.get("AttributeValue", "")
    if name == "FifoTopic":
        raise invalid("AttributeName")
    _must_be_valid(name, value, fifo=topic.fifo_topic)
    _set(topic, name, value)
    return {}


@mends.first("DeleteTopic")
def not_while_it_archives(call: Call, backend: Any) -> None:
    topic = backend.topics.get(call.parameters["TopicArn"])
    if topic is not None and "ArchivePolicy" in kept(topic, "attributes"):
        raise Refused("InvalidState", "Invalid state: a topic with an active ArchivePolicy cannot be deleted")


@mends.first("PutDataProtectionPolicy")
def protect(call: Call, backend: Any) -> Result:
    _protect(backend.get_topic(call.parameters["ResourceArn"]), call.parameters["DataProtectionPolicy"])
    return {}


def _protect(topic: Any, policy: str) -> None:
    if policy and not document(policy, "DataProtectionPolicy").keys() >= {"Name", "Version", "Statement"}:
        raise invalid("DataProtectionPolicy: Name, Version and Statement are needed")
    topic.data_protection_policy = policy


@mends.first("GetDataProtectionPolicy")
def show_protection(call: Call, backend: Any) -> Result:
    topic = backend.get_topic(call.parameters["ResourceArn"])
    policy = getattr(topic, "data_protection_policy", "")
    return {"DataProtectionPolicy": policy} if policy else {}
