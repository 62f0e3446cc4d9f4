"""Topics, and who subscribes to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

MAIL = "ops@example.com"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:q"
ROLE = "arn:aws:iam::123456789012:role/r"
STREAM = "arn:aws:firehose:eu-central-1:123456789012:deliverystream/d"


@pytest.fixture
def sns(connect: Connect) -> Any:
    return connect("sns")


@pytest.fixture
def topic(sns: Any) -> str:
    return str(sns.create_topic(Name="t", Attributes={"DisplayName": "T"}, Tags=[{"Key": "a", "Value": "b"}])["TopicArn"])


@pytest.fixture
def fifo(sns: Any) -> str:
    return str(sns.create_topic(Name="t.fifo", Attributes={"FifoTopic": "true"})["TopicArn"])


def attributes(sns: Any, topic: str) -> dict[str, str]:
    return dict(sns.get_topic_attributes(TopicArn=topic)["Attributes"])


def put(sns: Any, topic: str, name: str, value: str) -> None:
    sns.set_topic_attributes(TopicArn=topic, AttributeName=name, AttributeValue=value)


def policy(principal: Any) -> str:
    return json.dumps({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": "*"}]})


def listed(sns: Any, topic: str) -> list[str]:
    return [one["SubscriptionArn"] for one in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]]


def subscribed(sns: Any, topic: str, protocol: str, endpoint: str, **more: str) -> str:
    made = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint, Attributes=more, ReturnSubscriptionArn=True)
    return str(made["SubscriptionArn"])


def shown(sns: Any, arn: str) -> dict[str, str]:
    return dict(sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"])


def test_a_topic_that_is_there_is_answered_with_only_if_it_is_just_so(sns: Any, topic: str) -> None:
    for same in ({}, {"Attributes": {"DisplayName": "T"}}, {"Tags": [{"Key": "a", "Value": "b"}]}):
        assert sns.create_topic(Name="t", **same)["TopicArn"] == topic
    for other in ({"Attributes": {"DisplayName": "U"}}, {"Tags": [{"Key": "a", "Value": "c"}]}):
        assert refusal(sns.create_topic, Name="t", **other) == "InvalidParameter"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TracingConfig", "Active"),
        ("SignatureVersion", "2"),
        ("MaximumMessageSize", "2048"),
        ("KmsMasterKeyId", "alias/aws/sns"),
        ("DeliveryPolicy", '{"http":{}}'),
        ("HTTPSuccessFeedbackRoleArn", ROLE),
        ("SQSSuccessFeedbackSampleRate", "50"),
    ],
)
def test_attributes_read_back_and_go_when_empty(sns: Any, topic: str, name: str, value: str) -> None:
    assert name not in attributes(sns, topic)
    put(sns, topic, name, value)
    assert attributes(sns, topic)[name] == value
    if name in ("KmsMasterKeyId", "DeliveryPolicy", "HTTPSuccessFeedbackRoleArn"):
        put(sns, topic, name, "")
        assert name not in attributes(sns, topic)


def test_a_fifo_topic_archives_and_is_kept_until_it_stops(sns: Any, fifo: str) -> None:
    born = attributes(sns, fifo)
    assert (born["FifoTopic"], born["ContentBasedDeduplication"]) == ("true", "false")
    for name, value in (
        ("ContentBasedDeduplication", "true"),
        ("FifoThroughputScope", "MessageGroup"),
        ("ArchivePolicy", '{"MessageRetentionPeriod":"7"}'),
    ):
        put(sns, fifo, name, value)
        assert attributes(sns, fifo)[name] == value
    assert refusal(sns.delete_topic, TopicArn=fifo) == "InvalidState"
    put(sns, fifo, "ArchivePolicy", "{}")
    sns.delete_topic(TopicArn=fifo)
    sns.delete_topic(TopicArn=fifo)
    assert sns.list_topics()["Topics"] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Colour", "red"),
        ("FifoTopic", "true"),
        ("ContentBasedDeduplication", "true"),
        ("ArchivePolicy", "{}"),
        ("TracingConfig", "Sometimes"),
        ("SignatureVersion", "3"),
        ("MaximumMessageSize", "12"),
        ("LambdaSuccessFeedbackSampleRate", "101"),
        ("DeliveryPolicy", "text"),
        ("DeliveryPolicy", "[]"),
        ("Policy", "text"),
        ("Policy", "{}"),
        ("Policy", policy({"AWS": ROLE})),
    ],
)
def test_attributes_that_are_refused(sns: Any, topic: str, name: str, value: str) -> None:
    change = {"TopicArn": topic, "AttributeName": name, "AttributeValue": value}
    assert refusal(sns.set_topic_attributes, **change) == "InvalidParameter"


def test_what_a_create_refuses_leaves_nothing(sns: Any) -> None:
    for wrong in ({"SignatureVersion": "2"}, {"FifoTopic": "true", "TracingConfig": "Active"}, {"Policy": "text"}):
        assert refusal(sns.create_topic, Name="t", Attributes=wrong) == "InvalidParameter"
    assert sns.list_topics()["Topics"] == []


def test_a_policy_may_name_a_role_that_is_there(sns: Any, topic: str, connect: Connect) -> None:
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}, "Version": "2012-10-17"}
    connect("iam").create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))
    put(sns, topic, "Policy", policy({"AWS": [ROLE]}))
    one = {"Statement": json.loads(policy("*"))["Statement"][0]}
    put(sns, topic, "Policy", json.dumps(one))
    assert json.loads(attributes(sns, topic)["Policy"]) == one


def test_data_protection_reads_back(sns: Any, topic: str) -> None:
    assert "DataProtectionPolicy" not in sns.get_data_protection_policy(ResourceArn=topic)
    wanted = json.dumps({"Name": "n", "Version": "2021-06-01", "Statement": []})
    sns.put_data_protection_policy(ResourceArn=topic, DataProtectionPolicy=wanted)
    assert sns.get_data_protection_policy(ResourceArn=topic)["DataProtectionPolicy"] == wanted
    assert refusal(sns.put_data_protection_policy, ResourceArn=topic, DataProtectionPolicy="{}") == "InvalidParameter"
    sns.put_data_protection_policy(ResourceArn=topic, DataProtectionPolicy="")
    assert "DataProtectionPolicy" not in sns.get_data_protection_policy(ResourceArn=topic)
    born = sns.create_topic(Name="u", DataProtectionPolicy=wanted)["TopicArn"]
    assert sns.get_data_protection_policy(ResourceArn=born)["DataProtectionPolicy"] == wanted


@pytest.mark.parametrize(("protocol", "endpoint"), [("email", MAIL), ("email-json", MAIL), ("https", "https://a/b")])
def test_a_subscription_waits_for_its_endpoint(sns: Any, topic: str, protocol: str, endpoint: str) -> None:
    made = sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    assert made["SubscriptionArn"] == "pending confirmation"
    arn = subscribed(sns, topic, protocol, endpoint)
    assert (listed(sns, topic), shown(sns, arn)["PendingConfirmation"]) == (["PendingConfirmation"], "true")
    assert attributes(sns, topic)["SubscriptionsPending"] == "1"
    for wrong in (arn, "PendingConfirmation"):
        assert refusal(sns.unsubscribe, SubscriptionArn=wrong) == "InvalidParameter"
    assert refusal(sns.get_subscription_attributes, SubscriptionArn="PendingConfirmation") == "InvalidParameter"
    assert refusal(sns.confirm_subscription, TopicArn=topic, Token="none") == "InvalidParameter"
    sns.confirm_subscription(TopicArn=topic, Token=arn.rpartition(":")[2])
    assert listed(sns, topic) == [arn]
    assert attributes(sns, topic)["SubscriptionsConfirmed"] == "1"
    sns.unsubscribe(SubscriptionArn=arn)
    sns.unsubscribe(SubscriptionArn=arn)
    assert [listed(sns, topic) for _ in range(3)] == [["Deleted"], ["Deleted"], []]
    assert refusal(sns.get_subscription_attributes, SubscriptionArn=arn) == "NotFound"


def test_a_deleted_subscription_is_listed_with_its_own_topic(sns: Any, topic: str, fifo: str) -> None:
    sns.unsubscribe(SubscriptionArn=subscribed(sns, topic, "sqs", QUEUE))
    assert listed(sns, fifo) == []
    assert [one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"]] == ["Deleted"]


def test_a_topic_takes_its_subscriptions_with_it(sns: Any, topic: str) -> None:
    subscribed(sns, topic, "email", MAIL)
    sns.delete_topic(TopicArn=topic)
    assert sns.list_subscriptions()["Subscriptions"] == []


def test_an_endpoint_subscribes_once(sns: Any, topic: str) -> None:
    arn = subscribed(sns, topic, "sqs", QUEUE, RawMessageDelivery="true")
    assert subscribed(sns, topic, "sqs", QUEUE) == arn
    again = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": QUEUE, "Attributes": {"RawMessageDelivery": "false"}}
    assert refusal(sns.subscribe, **again) == "InvalidParameter"


def test_a_password_is_not_shown(sns: Any, topic: str) -> None:
    arn = subscribed(sns, topic, "https", "https://user:pass@example.com/x")
    [entry] = sns.list_subscriptions()["Subscriptions"]
    assert entry["Endpoint"] == shown(sns, arn)["Endpoint"] == "https://user:****@example.com/x"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RedrivePolicy", json.dumps({"deadLetterTargetArn": QUEUE})),
        ("DeliveryPolicy", '{"healthyRetryPolicy":{}}'),
        ("ReplayPolicy", '{"PointType":"Timestamp"}'),
        ("FilterPolicy", '{"a":["b"]}'),
        ("SubscriptionRoleArn", ROLE),
        ("RawMessageDelivery", "true"),
    ],
)
def test_what_a_subscription_is_told_reads_back(sns: Any, topic: str, name: str, value: str) -> None:
    arn = subscribed(sns, topic, "sqs", QUEUE)
    change = {"SubscriptionArn": arn, "AttributeName": name}
    sns.set_subscription_attributes(**change, AttributeValue=value)
    assert shown(sns, arn)[name] == value
    if name in ("RedrivePolicy", "DeliveryPolicy", "ReplayPolicy"):
        sns.set_subscription_attributes(**change)
        assert name not in shown(sns, arn)
    else:
        assert refusal(sns.set_subscription_attributes, **change) == "InvalidParameter"


def test_a_filter_has_a_scope_and_goes_when_empty(sns: Any, topic: str) -> None:
    arn = subscribed(sns, topic, "sqs", QUEUE, FilterPolicy='{"a":["b"]}')
    assert shown(sns, arn)["FilterPolicyScope"] == "MessageAttributes"

    def change(name: str, value: str) -> dict[str, str]:
        return {"SubscriptionArn": arn, "AttributeName": name, "AttributeValue": value}

    nested = change("FilterPolicy", '{"a":{"b":["c"]}}')
    assert refusal(sns.set_subscription_attributes, **nested) == "InvalidParameter"
    sns.set_subscription_attributes(**change("FilterPolicyScope", "MessageBody"))
    sns.set_subscription_attributes(**nested)
    assert refusal(sns.set_subscription_attributes, **change("FilterPolicyScope", "MessageAttributes")) == "InvalidParameter"
    sns.set_subscription_attributes(**change("FilterPolicy", "{}"))
    assert "FilterPolicy" not in shown(sns, arn)


@pytest.mark.parametrize(
    ("protocol", "endpoint", "more"),
    [
        ("carrier-pigeon", "home", {}),
        ("email", "nobody", {}),
        ("http", "https://a/b", {}),
        ("lambda", QUEUE, {}),
        ("firehose", STREAM, {}),
        ("email", MAIL, {"RawMessageDelivery": "true"}),
        ("sqs", QUEUE, {"Colour": "red"}),
        ("sqs", QUEUE, {"RedrivePolicy": ""}),
        ("sqs", QUEUE, {"FilterPolicyScope": "Everything"}),
        ("sqs", QUEUE, {"FilterPolicy": '{"a":[{"odd":1}]}'}),
    ],
)
def test_subscriptions_that_are_refused_leave_nothing(
    sns: Any, topic: str, protocol: str, endpoint: str, more: dict[str, str]
) -> None:
    wanted = {"TopicArn": topic, "Protocol": protocol, "Endpoint": endpoint, "Attributes": more}
    assert refusal(sns.subscribe, **wanted) == "InvalidParameter"
    assert listed(sns, topic) == []


def test_a_stream_needs_a_role(sns: Any, topic: str) -> None:
    arn = subscribed(sns, topic, "firehose", STREAM, SubscriptionRoleArn=ROLE, RawMessageDelivery="true")
    assert shown(sns, arn)["SubscriptionRoleArn"] == ROLE
