"""Whose a topic's subscriptions are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto.backends import get_backend

from provisioner.errors import PlanError
from provisioner.resource import diff
from provisioner.resources.sns.claims import Claim, claims_on
from provisioner.resources.sns.subscription import Subscription

from .in_aws import errors, outcome, up, writes
from .otherwise import answering, refusing
from .test_sns_subscription import ALARMS, ARN, MAIL, mail, queue

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

ORDERS = "arn:aws:sqs:us-east-1:123456789012:shop-orders-test"


def endpoints(aws: Aws) -> list[str]:
    """What is subscribed to the topic, whoever did it."""
    listed = aws.sns.list_subscriptions_by_topic(TopicArn=ARN)["Subscriptions"]
    return sorted(one["Endpoint"] for one in listed if one["SubscriptionArn"] != "Deleted")


def claim(protocol: str, endpoint: str) -> tuple[str, str]:
    """The tag that claims a subscription."""
    return Claim(protocol, endpoint).key, Claim(protocol, endpoint).value


def tag(aws: Aws, key: str, value: str) -> None:
    aws.sns.tag_resource(ResourceArn=ARN, Tags=[{"Key": key, "Value": value}])


def expire() -> None:
    """SNS drops what nobody has confirmed."""
    get_backend("sns")["123456789012"]["us-east-1"].subscriptions.clear()


def claimed(aws: Aws) -> list[str]:
    """What the topic's tags say is the plan's."""
    return [str(claim) for claim in claims_on(aws.sns.list_tags_for_resource(ResourceArn=ARN))]


def test_what_nobody_confirmed_keeps_its_claim_until_it_expires(aws: Aws) -> None:
    up(aws, ALARMS, mail())
    assert errors(outcome(aws, ALARMS)) == {}
    assert claimed(aws) == [f"email {MAIL}"]
    expire()
    up(aws, ALARMS)
    assert claimed(aws) == []


def test_what_expired_unconfirmed_is_subscribed_again(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS, mail())
    expire()
    before = len(embedded.calls)
    up(aws, ALARMS, mail())
    assert writes(embedded, before) == ["Subscribe"]


@pytest.mark.parametrize("protocol", ["email", "sqs"])
def test_another_hands_subscription_of_the_same_endpoint_is_refused(aws: Aws, protocol: str) -> None:
    step, endpoint = {"email": (mail(), MAIL), "sqs": (queue(), ORDERS)}[protocol]
    up(aws, ALARMS)
    aws.sns.subscribe(TopicArn=ARN, Protocol=protocol, Endpoint=endpoint)
    told = errors(outcome(aws, ALARMS, step))[step.key]
    assert f"{protocol} {endpoint} is subscribed to {ARN} already, and not by this plan" in told
    assert claimed(aws) == []
    key, _, value = told.removesuffix(".").rpartition(" with ")[2].partition("=")
    tag(aws, key, value)
    up(aws, ALARMS, step)


def test_another_hands_subscription_is_neither_changed_nor_deleted(aws: Aws) -> None:
    up(aws, ALARMS, queue(), queue("more"))
    theirs = "arn:aws:sqs:us-east-1:123456789012:shop-theirs-test"
    aws.sns.subscribe(TopicArn=ARN, Protocol="sqs", Endpoint=theirs)
    up(aws, ALARMS, queue())
    assert endpoints(aws) == [ORDERS, theirs]
    up(aws, ALARMS)
    assert endpoints(aws) == [theirs]
    assert claimed(aws) == []


def test_what_a_killed_run_has_claimed_is_subscribed_by_the_next(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS)
    tag(aws, *claim("email", MAIL))
    before = len(embedded.calls)
    up(aws, ALARMS, mail())
    assert writes(embedded, before) == ["Subscribe"]


def test_what_was_claimed_and_never_subscribed_is_given_up_with_its_step(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS)
    tag(aws, *claim("email", MAIL))
    before = len(embedded.calls)
    up(aws, ALARMS)
    assert writes(embedded, before) == ["UntagResource"]
    assert claimed(aws) == []


def test_a_tag_that_does_not_say_what_its_key_stands_for_is_no_claim(aws: Aws) -> None:
    up(aws, ALARMS)
    tag(aws, claim("email", MAIL)[0], "email other@example.com")
    up(aws, ALARMS)
    up(aws, ALARMS, mail())
    assert claimed(aws) == [f"email {MAIL}"]


def test_a_subscription_that_sns_shows_late_is_put_right_once_it_is_shown(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS, queue(raw_message_delivery=True))
    with answering(embedded, "ListSubscriptionsByTopic", {"Subscriptions": []}):
        [unseen] = Subscription.living(aws)
    wanted = Subscription("alarms/sqs/orders", topic=ARN, protocol="sqs", endpoint=ORDERS, filter_policy={"a": ["b"]})
    wanted.update(aws, unseen, diff(wanted, unseen))
    [live] = Subscription.living(aws)
    assert (live["RawMessageDelivery"], "FilterPolicy" in live) == ("true", False)
    up(aws, ALARMS, queue(filter_policy={"a": ["b"]}))


def test_what_sns_does_not_take_is_told(aws: Aws, embedded: Running) -> None:
    with refusing(embedded, "Subscribe", "InvalidParameter", "Invalid parameter: SQS endpoint"):
        assert "SQS endpoint" in errors(outcome(aws, ALARMS, queue()))["Subscription/alarms/sqs/orders"]


def test_any_endpoint_is_claimed_in_the_letters_of_a_tag(aws: Aws) -> None:
    endpoint = "https://example.com/~hook?key=a%20b&all=*"
    step = Subscription(f"alarms/https/{endpoint}", topic=ALARMS, protocol="https", endpoint=endpoint)
    up(aws, ALARMS, step)
    [value] = [one["Value"] for one in aws.sns.list_tags_for_resource(ResourceArn=ARN)["Tags"] if "subscription" in one["Key"]]
    assert value == "https https://example.com/=7Ehook=3Fkey=3Da=2520b=26all=3D=2A"
    assert claimed(aws) == [f"https {endpoint}"]


def test_an_endpoint_that_no_tag_has_room_for_is_refused_before_any_call() -> None:
    fits = f"https://example.com/{'a' * (256 - len('https https://example.com/'))}"
    Subscription(f"alarms/https/{fits}", topic=ALARMS, protocol="https", endpoint=fits)
    with pytest.raises(PlanError, match="choose a shorter endpoint"):
        Subscription(f"alarms/https/{fits}a", topic=ALARMS, protocol="https", endpoint=f"{fits}a")
