from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import READY, State
from provisioner.resources.sns.subscription import Subscription
from provisioner.resources.sns.topic import Topic
from provisioner.secret import Secret
from provisioner.value import ACCOUNT_ID, text

from .in_aws import errors, outcome, run, teardown, to_do, up
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

ALARMS = Topic("alarms")
ARN = "arn:aws:sns:us-east-1:123456789012:shop-alarms-test"
MAIL = "ops@example.com"


def mail(**more: Any) -> Subscription:
    return Subscription(f"alarms/email/{MAIL}", topic=ALARMS, protocol="email", endpoint=MAIL, **more)


def queue(name: str = "orders", **more: Any) -> Subscription:
    endpoint = text("arn:aws:sqs:us-east-1:{}:shop-{}-test", ACCOUNT_ID, name)
    return Subscription(f"alarms/sqs/{name}", topic=ALARMS, protocol="sqs", endpoint=endpoint, **more)


def confirm(aws: Aws) -> None:
    arn = aws.sns.subscribe(TopicArn=ARN, Protocol="email", Endpoint=MAIL, ReturnSubscriptionArn=True)["SubscriptionArn"]
    aws.sns.confirm_subscription(TopicArn=ARN, Token=arn.rpartition(":")[2])


def operations(embedded: Running, operation: str, since: int = 0) -> list[dict[str, Any]]:
    return [call.parameters for call in list(embedded.calls)[since:] if call.operation == operation]


def test_a_mail_that_nobody_confirmed_counts_as_there_and_is_not_sent_again(aws: Aws, embedded: Running) -> None:
    live = up(aws, ALARMS, mail(filter_policy={"kind": ["alarm"]}, raw_message_delivery=False))[f"alarms/email/{MAIL}"]
    assert live["SubscriptionArn"] is None
    assert Subscription.state(live) == State("ready", f"{MAIL} has not confirmed yet")
    up(aws, ALARMS, mail(filter_policy={"kind": ["other"]}))
    assert len(operations(embedded, "Subscribe")) == 1


def test_what_nobody_confirmed_is_put_right_once_it_is(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS, mail(filter_policy={"kind": ["alarm"]}))
    confirm(aws)
    assert to_do(aws, ALARMS, mail(filter_policy={"kind": ["alarm"]})) == {}
    other = mail(filter_policy={"kind": ["other"]})
    assert list(to_do(aws, ALARMS, other)[f"Subscription/alarms/email/{MAIL}"]) == ["filter_policy"]
    live = up(aws, ALARMS, other)[f"alarms/email/{MAIL}"]
    assert (Subscription.state(live), Subscription.expires(live)) == (READY, None)
    teardown(aws)
    assert len(operations(embedded, "Unsubscribe")) == 1


def test_what_nobody_confirmed_goes_with_its_topic(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS, mail(), queue())
    teardown(aws)
    assert len(operations(embedded, "Unsubscribe")) == 1
    assert aws.sns.list_subscriptions()["Subscriptions"][1:] == []


def test_what_nobody_confirmed_and_the_plan_no_longer_lists_is_let_go(aws: Aws) -> None:
    up(aws, ALARMS, mail())
    assert errors(outcome(aws, ALARMS)) == {}
    [left] = run(aws, ALARMS).preview().actions[1:]
    assert (left.kind, left.step) == ("delete", f"Subscription/alarms/email/{MAIL}")


@pytest.mark.parametrize("raw", [True, False])
def test_what_create_answers_is_what_a_read_shows(aws: Aws, raw: bool) -> None:
    up(aws, ALARMS)
    more: Any = (
        {"filter_policy": {"a": ["b"]}, "redrive_policy": {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:1:dead"}}
        if raw
        else {}
    )
    step = Subscription(
        "alarms/sqs/theirs",
        topic=ARN,
        protocol="sqs",
        endpoint="arn:aws:sqs:us-east-1:123456789012:theirs",
        raw_message_delivery=raw,
        **more,
    )
    made = step.create(aws)
    [read] = Subscription.living(aws)
    assert made is not None
    assert {name: read[name] for name in made} == made


@pytest.mark.parametrize(
    ("protocol", "endpoint", "called"),
    [
        ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:shop-rotation-test", "rotation"),
        ("lambda", "arn:aws:lambda:us-east-1:123456789012:function:shop-rotation-test:live", "rotation/live"),
        ("lambda", "arn:aws:lambda:us-east-1:210987654321:function:theirs", "theirs"),
        ("firehose", "arn:aws:firehose:us-east-1:123456789012:deliverystream/shop-archive-test", "archive"),
        ("sqs", "arn:aws:sqs:us-east-1:123456789012:shop-orders-test", "orders"),
        ("https", "https://example.com/hook", "https://example.com/hook"),
        ("sms", "+15555550100", "+15555550100"),
    ],
)
def test_a_subscription_is_known_by_what_it_is(aws: Aws, protocol: Any, endpoint: str, called: str) -> None:
    more: Any = {"subscription_role_arn": "arn:aws:iam::123456789012:role/writer"} if protocol == "firehose" else {}
    name = f"alarms/{protocol}/{called}"
    up(aws, ALARMS, Subscription(name, topic=ALARMS, protocol=protocol, endpoint=endpoint, **more))


def test_one_topic_tells_many_and_no_one_elses_are_seen(aws: Aws) -> None:
    aws.sns.create_topic(Name="shop-theirs-test")
    aws.sns.subscribe(TopicArn=ARN.replace("alarms", "theirs"), Protocol="email", Endpoint=MAIL)
    live = up(aws, ALARMS, *(queue(f"q{number}") for number in range(3)), mail())
    assert len(live) == 5
    assert len(list(Subscription.living(aws))) == 4


def test_a_password_is_sent_and_never_shown(aws: Aws, embedded: Running) -> None:
    shown = "https://user:****@example.com/hook"
    step = Subscription(
        f"alarms/https/{shown}", topic=ALARMS, protocol="https", endpoint=Secret("https://user:pass@example.com/hook")
    )
    live = up(aws, ALARMS, step)[f"alarms/https/{shown}"]
    assert live["Endpoint"] == shown
    assert "pass@" not in repr(live)
    [sent] = operations(embedded, "Subscribe")
    assert sent["Endpoint"] == "https://user:pass@example.com/hook"


def test_another_endpoint_is_another_subscription(aws: Aws) -> None:
    up(aws, ALARMS, queue())
    moved = text("arn:aws:sqs:eu-central-1:{}:shop-orders-test", ACCOUNT_ID)
    step = Subscription("alarms/sqs/orders", topic=ALARMS, protocol="sqs", endpoint=moved)
    [change] = to_do(aws, ALARMS, step)["Subscription/alarms/sqs/orders"].values()
    assert change.replaces


@pytest.mark.parametrize("nested", [True, False])
def test_a_filter_and_its_scope_change_in_the_order_that_sns_takes(aws: Aws, embedded: Running, nested: bool) -> None:
    deep = queue(filter_policy={"a": {"b": ["c"]}}, filter_policy_scope="MessageBody")
    flat = queue(filter_policy={"a": ["c"]}, filter_policy_scope="MessageAttributes")
    before, after = (flat, deep) if nested else (deep, flat)
    up(aws, ALARMS, before)
    up(aws, ALARMS, after)
    sent = [one["AttributeName"] for one in operations(embedded, "SetSubscriptionAttributes")]
    assert sent == (["FilterPolicyScope", "FilterPolicy"] if nested else ["FilterPolicy", "FilterPolicyScope"])


def test_empty_wishes_take_away(aws: Aws) -> None:
    full = queue(
        raw_message_delivery=True,
        filter_policy={"a": ["b"]},
        redrive_policy={"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
        delivery_policy={"healthyRetryPolicy": {"numRetries": 5}},
        replay_policy={"PointType": "Timestamp", "StartingPoint": "2030-01-01T00:00:00Z"},
    )
    up(aws, ALARMS, full)
    assert to_do(aws, ALARMS, queue(raw_message_delivery=True)) == {}
    empty = queue(filter_policy={}, redrive_policy={}, delivery_policy={}, replay_policy={})
    live = up(aws, ALARMS, empty)["alarms/sqs/orders"]
    assert [name for name in live if name.endswith("Policy")] == []


def test_a_subscription_that_was_deleted_is_made_again_though_it_is_listed(aws: Aws) -> None:
    live = up(aws, ALARMS, queue())["alarms/sqs/orders"]
    aws.sns.unsubscribe(SubscriptionArn=live["SubscriptionArn"])
    assert aws.sns.list_subscriptions_by_topic(TopicArn=ARN)["Subscriptions"][0]["SubscriptionArn"] == "Deleted"
    assert list(to_do(aws, ALARMS, queue())["Subscription/alarms/sqs/orders"]) == ["protocol"]
    assert up(aws, ALARMS, queue())["alarms/sqs/orders"]["SubscriptionArn"] != live["SubscriptionArn"]


def test_what_vanishes_while_it_is_read_is_only_claimed(aws: Aws, embedded: Running) -> None:
    up(aws, ALARMS, queue())
    with refusing(embedded, "GetSubscriptionAttributes", "NotFound", "it does not exist", status=404):
        [left] = Subscription.living(aws)
    assert (left["SubscriptionArn"], "Protocol" in left) == (None, False)


@pytest.mark.parametrize("operation", ["ListSubscriptionsByTopic", "ListTagsForResource"])
def test_nothing_lives_on_a_topic_that_vanishes_while_it_is_read(aws: Aws, embedded: Running, operation: str) -> None:
    up(aws, ALARMS, queue())
    with refusing(embedded, operation, "NotFound", "it does not exist", status=404):
        assert list(Subscription.living(aws)) == []


def test_an_address_is_a_part_of_the_name(aws: Aws) -> None:
    with pytest.raises(PlanError, match=r"name it 'alarms/email/ops@example\.com'"):
        Subscription("ops", topic=ALARMS, protocol="email", endpoint=MAIL)
    wrong = Subscription("orders", topic=ALARMS, protocol="sqs", endpoint=queue().endpoint)
    assert "name it 'alarms/sqs/orders'" in errors(outcome(aws, ALARMS, wrong))["Subscription/orders"]


def test_a_topic_must_be_the_plans(aws: Aws) -> None:
    theirs = aws.sns.create_topic(Name="theirs")["TopicArn"]
    step = Subscription("theirs/email/a@b", topic=theirs, protocol="email", endpoint="a@b")
    assert "refer to a Topic of the plan" in errors(outcome(aws, step))["Subscription/theirs/email/a@b"]
