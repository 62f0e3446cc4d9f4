"""Mends of SNS: subscriptions that wait for their endpoint's word, and what their attributes may be."""

from __future__ import annotations

import json
import re
from typing import Any

from ..call import Call, Refused, Result
from ..clock import Delay
from .mending import Mends, kept
from .sns import document, invalid, is_pending

mends = Mends("sns")

_MUST_CONFIRM = ("http", "https", "email", "email-json")
_RAW = ("http", "https", "sqs", "firehose")
_ENDPOINTS = {
    "http": "http://.+",
    "https": "https://.+",
    "email": "[^@]+@[^@]+",
    "email-json": "[^@]+@[^@]+",
    "lambda": r"arn:[a-z-]+:lambda:[a-z0-9-]+:\d{12}:function:.+",
    "sqs": r"arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:.+",
    "firehose": r"arn:[a-z-]+:firehose:[a-z0-9-]+:\d{12}:deliverystream/.+",
    "sms": ".+",
    "application": "arn:.+",
}
_DOCUMENTS = ("FilterPolicy", "RedrivePolicy", "DeliveryPolicy", "ReplayPolicy")
_ATTRIBUTES = (*_DOCUMENTS, "RawMessageDelivery", "FilterPolicyScope", "SubscriptionRoleArn")
# AWS: what was unsubscribed stays listed for a while, as deleted.
_LISTED = 180


@mends.first("Subscribe")
def subscribe(call: Call, backend: Any) -> Result:
    """AWS: once for an endpoint; again it is answered with, unless it is to be another."""
    topic, protocol, endpoint = (call.parameters.get(name, "") for name in ("TopicArn", "Protocol", "Endpoint"))
    wanted = dict(call.parameters.get("Attributes") or {})
    if not re.fullmatch(_ENDPOINTS.get(protocol, "(?!)"), endpoint):
        raise invalid(f"{protocol} endpoint")
    _must_be_valid(backend, protocol, wanted, {})
    found = backend._find_subscription(topic, endpoint, protocol)
    if found is None:
        found = backend.subscribe(topic, endpoint, protocol)
        found.attributes["PendingConfirmation"] = protocol in _MUST_CONFIRM
        found.attributes["ConfirmationWasAuthenticated"] = protocol not in _MUST_CONFIRM
        _set(found, wanted)
    elif any(_shown(found).get(name) != value for name, value in wanted.items()):
        raise invalid("Attributes Reason: Subscription already exists with different attributes")
    hidden = is_pending(found) and not call.parameters.get("ReturnSubscriptionArn")
    return {"SubscriptionArn": "pending confirmation" if hidden else found.arn}


def _must_be_valid(backend: Any, protocol: str, wanted: dict[str, str], have: dict[str, str]) -> None:
    for name, value in wanted.items():
        if name not in _ATTRIBUTES:
            raise invalid("AttributeName")
        if name in _DOCUMENTS:
            document(value, name)
    if wanted.get("RawMessageDelivery") == "true" and protocol not in _RAW:
        raise invalid(f"Attributes Reason: Delivery protocol [{protocol}] does not support raw message delivery.")
    whole = {**have, **wanted}
    if protocol == "firehose" and not whole.get("SubscriptionRoleArn"):
        raise invalid("Attributes Reason: SubscriptionRoleArn is needed for firehose")
    if whole.get("FilterPolicyScope", "MessageBody") not in ("MessageBody", "MessageAttributes"):
        raise invalid("FilterPolicyScope")
    policy = json.loads(whole.get("FilterPolicy", "{}"))
    if policy:
        backend._validate_filter_policy(policy, whole.get("FilterPolicyScope", "MessageAttributes"))


def _set(subscription: Any, wanted: dict[str, str | None]) -> None:
    attributes = {**subscription.attributes, **wanted}
    nothing = {name for name, value in attributes.items() if value is None or (name in _DOCUMENTS and not json.loads(value))}
    subscription.attributes = {name: value for name, value in attributes.items() if name not in nothing}
    if "FilterPolicy" in subscription.attributes:
        subscription.attributes.setdefault("FilterPolicyScope", "MessageAttributes")


def _shown(subscription: Any) -> dict[str, str]:
    shown = {**subscription.attributes, "Endpoint": _masked(subscription.endpoint)}
    return {name: value if isinstance(value, str) else str(value).lower() for name, value in shown.items()}


def _masked(endpoint: str) -> str:
    """AWS: a password in an endpoint is never shown."""
    return re.sub(r"(?<=://)([^:/@]+):[^/@]+@", r"\1:****@", endpoint)


@mends.first("GetSubscriptionAttributes")
def show(call: Call, backend: Any) -> Result:
    return {"Attributes": _shown(_subscription(backend, call.parameters["SubscriptionArn"]))}


@mends.first("SetSubscriptionAttributes")
def change(call: Call, backend: Any) -> Result:
    """AWS: without a value, an attribute goes; an empty text is no document."""
    subscription = _subscription(backend, call.parameters["SubscriptionArn"])
    name, value = call.parameters["AttributeName"], call.parameters.get("AttributeValue")
    if value is None and (name not in _DOCUMENTS or name == "FilterPolicy"):
        raise invalid(f"{name} needs a value")
    _must_be_valid(backend, subscription.protocol, {} if value is None else {name: value}, _shown(subscription))
    _set(subscription, {name: value})
    return {}


@mends.first("Unsubscribe")
def not_before_it_is_confirmed(call: Call, backend: Any) -> None:
    arn = call.parameters["SubscriptionArn"]
    if not arn.startswith("arn:"):
        raise invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1")
    found = backend.subscriptions.get(arn)
    if found is not None and is_pending(found):
        raise invalid("This operation is not allowed: Cannot unsubscribe a subscription that is pending confirmation")
    if found is not None:
        kept(backend, "unsubscribed")[arn] = {**_listed(found), "SubscriptionArn": "Deleted"}, Delay(_LISTED)


@mends.first("ConfirmSubscription")
def confirm(call: Call, backend: Any) -> Result:
    """AWS mails a token; here it is the last part of the subscription's ARN."""
    subscription = backend.subscriptions.get(f"{call.parameters['TopicArn']}:{call.parameters['Token']}")
    if subscription is None:
        raise invalid("Token")
    subscription.attributes["PendingConfirmation"] = False
    return {"SubscriptionArn": subscription.arn}


@mends.then("ListSubscriptions", "ListSubscriptionsByTopic")
def listed(call: Call, backend: Any, result: Result) -> Result:
    entries = [_listed(backend.subscriptions[one["SubscriptionArn"]]) for one in result.get("Subscriptions", ())]
    topic = call.parameters.get("TopicArn")
    gone = kept(backend, "unsubscribed")
    for arn, (entry, delay) in list(gone.items()):
        if topic in (None, entry["TopicArn"]):
            if delay.goes_on():
                entries.append(entry)
            else:
                del gone[arn]
    return {**result, "Subscriptions": entries}


def _listed(subscription: Any) -> dict[str, str]:
    return {
        "SubscriptionArn": "PendingConfirmation" if is_pending(subscription) else subscription.arn,
        "Owner": subscription.owner,
        "Protocol": subscription.protocol,
        "Endpoint": _masked(subscription.endpoint),
        "TopicArn": subscription.topic_arn,
    }


def _subscription(backend: Any, arn: str) -> Any:
    if not arn.startswith("arn:"):
        raise invalid("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1")
    if arn not in backend.subscriptions:
        raise Refused("NotFound", "Subscription does not exist", 404)
    return backend.subscriptions[arn]
