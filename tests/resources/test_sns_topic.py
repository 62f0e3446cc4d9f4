from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import as_tags
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.sns.attributes import DeliveryStatusLogging
from provisioner.resources.sns.topic import Topic

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

ARN = "arn:aws:sns:us-east-1:123456789012:shop-alarms-test"
ROLE = "arn:aws:iam::123456789012:role/logging"
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}


def topic(**more: Any) -> Topic:
    return Topic("alarms", **more)


def policy(principal: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sns:Publish", "Resource": ARN}]}


def protection() -> dict[str, Any]:
    return {"Name": "mine", "Version": "2021-06-01", "Statement": [{"Sid": "a", "DataDirection": "Inbound"}]}


def everything(**more: Any) -> dict[str, Any]:
    return {
        "display_name": "Alarms",
        "policy": policy({"Service": "cloudwatch.amazonaws.com"}),
        "delivery_policy": {"http": {"defaultHealthyRetryPolicy": {"numRetries": 5}}},
        "data_protection_policy": protection(),
        "tracing_config": "Active",
        "maximum_message_size": 1024,
        "delivery_status_logging": {"HTTP": DeliveryStatusLogging(ROLE, ROLE, 10), "SQS": DeliveryStatusLogging(ROLE)},
        **more,
    }


@pytest.mark.parametrize("name", ["standard", "fifo"])
def test_a_topic_is_made_in_one_call_with_all_that_it_can_carry(aws: Aws, embedded: Running, name: str) -> None:
    key = Key("data")
    wanted = everything(kms_master_key=key)
    if name == "fifo":
        archive = {"archive_policy": {"MessageRetentionPeriod": "7"}, "fifo_throughput_scope": "MessageGroup"}
        wanted |= {"tracing_config": None, "fifo_topic": True, "content_based_deduplication": True, **archive}
    live = up(aws, key, topic(**wanted))["alarms"]
    assert [call.operation for call in embedded.calls if call.service == "sns" and call.operation[0] in "CPST"] == [
        "CreateTopic"
    ]
    ending = ".fifo" if name == "fifo" else ""
    assert (live["TopicArn"], live["TopicName"]) == (f"{ARN}{ending}", f"shop-alarms-test{ending}")


def test_what_create_answers_is_what_a_read_shows(aws: Aws) -> None:
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Topic/alarms"}
    made = topic(**everything(delivery_status_logging=None), tags=tags).create(aws)
    [read] = Topic.living(aws)
    assert made is not None
    compared = made.keys() - {"DeliveryStatusLogging", "Policy", "DataProtectionPolicy"}
    assert {name: read[name] for name in compared} == {name: made[name] for name in compared}


def test_a_topic_that_is_there_is_not_taken_over(aws: Aws, embedded: Running) -> None:
    theirs: Any = [{"Key": "provisioner:plan", "Value": "another"}]
    for tags in (theirs[:0], theirs):
        aws.sns.create_topic(Name="shop-alarms-test", Tags=tags)
        before = len(embedded.calls)
        assert "is there already, and is not this step's" in errors(outcome(aws, topic()))["Topic/alarms"]
        assert writes(embedded, before) == []
        aws.sns.delete_topic(TopicArn=ARN)


def test_a_topic_that_turns_up_in_between_is_not_taken_over(aws: Aws, embedded: Running) -> None:
    words = "Invalid parameter: Tags Reason: Topic already exists with different tags"
    with refusing(embedded, "CreateTopic", "InvalidParameter", words):
        assert "something that is not this plan's already stands there" in errors(outcome(aws, topic()))["Topic/alarms"]


def test_each_attribute_is_sent_alone(aws: Aws, embedded: Running) -> None:
    up(aws, topic(**everything()))
    before = len(embedded.calls)
    up(aws, topic(**everything(display_name="Other")))
    [sent] = [call.parameters for call in list(embedded.calls)[before:] if call.operation == "SetTopicAttributes"]
    assert sent == {"TopicArn": ARN, "AttributeName": "DisplayName", "AttributeValue": "Other"}


def test_an_empty_wish_takes_away_and_none_leaves_to_others(aws: Aws) -> None:
    key = Key("data")
    up(aws, key, topic(**everything(kms_master_key=key)))
    assert to_do(aws, key, topic()) == {}
    none = topic(kms_master_key="", display_name="", delivery_policy={}, data_protection_policy={}, delivery_status_logging={})
    live = up(aws, key, none)["alarms"]
    gone = (
        "KmsMasterKeyId",
        "DeliveryPolicy",
        "DataProtectionPolicy",
        "HTTPSuccessFeedbackRoleArn",
        "SQSSuccessFeedbackRoleArn",
    )
    assert [name for name in gone if name in live] == []
    assert live["DeliveryStatusLogging"] == {}


def test_what_logs_deliveries_is_compared_by_protocol(aws: Aws, embedded: Running) -> None:
    up(aws, topic(delivery_status_logging={"HTTP": DeliveryStatusLogging(ROLE), "Lambda": DeliveryStatusLogging(ROLE)}))
    aws.sns.set_topic_attributes(TopicArn=ARN, AttributeName="HTTPSuccessFeedbackSampleRate", AttributeValue="7")
    same = {"HTTP": DeliveryStatusLogging(ROLE), "Lambda": DeliveryStatusLogging(ROLE)}
    assert to_do(aws, topic(delivery_status_logging=same)) == {}
    before = len(embedded.calls)
    up(aws, topic(delivery_status_logging={"HTTP": DeliveryStatusLogging(ROLE, "", 50)}))
    sent = [call.parameters for call in list(embedded.calls)[before:] if call.operation == "SetTopicAttributes"]
    assert {one["AttributeName"]: one["AttributeValue"] for one in sent} == {
        "HTTPSuccessFeedbackSampleRate": "50",
        "LambdaSuccessFeedbackRoleArn": "",
    }


def test_a_roles_arn_may_not_be_there_yet(aws: Aws) -> None:
    role = Role("logging", assume_role_policy=TRUST)
    live = up(aws, role, topic(delivery_status_logging={"SQS": DeliveryStatusLogging(failure_feedback_role_arn=role.arn)}))
    assert live["alarms"]["SQSFailureFeedbackRoleArn"] == "arn:aws:iam::123456789012:role/shop/test/shop-logging-test"


def test_a_policy_may_name_a_role_of_this_minute(aws: Aws, embedded: Running) -> None:
    role = Role("publisher", assume_role_policy=TRUST)
    words = "Invalid parameter: Policy Error: PrincipalNotFound"
    with refusing(embedded, "CreateTopic", "InvalidParameter", words, times=2):
        up(aws, role, topic(policy=policy({"AWS": role.arn})))


def test_a_policy_that_another_hand_put_is_replaced(aws: Aws) -> None:
    wanted = topic(policy=policy({"Service": "cloudwatch.amazonaws.com"}))
    up(aws, wanted)
    aws.sns.set_topic_attributes(TopicArn=ARN, AttributeName="Policy", AttributeValue=json.dumps(policy("*")))
    assert list(to_do(aws, wanted)["Topic/alarms"]) == ["policy"]
    up(aws, wanted)


def test_sns_defaults_are_as_good_as_said(aws: Aws) -> None:
    up(aws, topic())
    assert to_do(aws, topic(tracing_config="PassThrough", signature_version="1", maximum_message_size=262_144)) == {}
    assert up(aws, topic(tracing_config="Active"))["alarms"]["TracingConfig"] == "Active"


def test_a_standard_topic_becomes_a_fifo_one_by_replacement_only(aws: Aws) -> None:
    up(aws, topic())
    [change] = to_do(aws, topic(fifo_topic=True))["Topic/alarms"].values()
    assert (change.before, change.after, change.replaces) == (False, True, True)


def test_who_may_not_read_data_protection_has_topics_all_the_same(aws: Aws, embedded: Running) -> None:
    words = "User is not authorized to perform: SNS:GetDataProtectionPolicy"
    with refusing(embedded, "GetDataProtectionPolicy", "AuthorizationError", words, status=403):
        up(aws, topic())


@pytest.mark.parametrize("operation", ["GetTopicAttributes", "ListTagsForResource"])
def test_a_topic_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running, operation: str) -> None:
    up(aws, topic())
    with refusing(embedded, operation, "NotFound", "Topic does not exist", status=404):
        assert list(Topic.living(aws)) == []


def test_only_topics_that_may_be_ours_are_read(aws: Aws, embedded: Running) -> None:
    for name in (*(f"theirs-{number:03}" for number in range(120)), "shop-alarms-prod", "renamed"):
        aws.sns.create_topic(Name=name)
    up(aws, topic())
    tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": "Topic/renamed"}
    renamed = ARN.replace("shop-alarms-test", "renamed")
    aws.sns.tag_resource(ResourceArn=renamed, Tags=[{"Key": key, "Value": value} for key, value in tags.items()])
    before = len(embedded.calls)
    preview = run(aws, topic()).preview()
    asked = [call.parameters["TopicArn"] for call in list(embedded.calls)[before:] if call.operation == "GetTopicAttributes"]
    assert sorted(set(asked)) == [renamed, ARN]
    assert [action.step for action in preview.actions if action.kind == "delete"] == ["Topic/renamed"]


def test_the_tags_of_others_stay(aws: Aws) -> None:
    up(aws, topic())
    aws.sns.tag_resource(ResourceArn=ARN, Tags=[{"Key": "theirs", "Value": "yes"}])
    assert to_do(aws, topic()) == {}
    assert as_tags(up(aws, topic(tags={"ours": "yes"}))["alarms"]["Tags"])["theirs"] == "yes"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"policy": {}}, "a topic always has a policy"),
        ({"content_based_deduplication": True}, "content_based_deduplication needs fifo_topic=True"),
        ({"fifo_throughput_scope": "MessageGroup"}, "fifo_throughput_scope needs fifo_topic=True"),
        ({"archive_policy": {"MessageRetentionPeriod": "7"}}, "archive_policy needs fifo_topic=True"),
    ],
)
def test_what_no_topic_can_be_is_a_wrong_plan(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(PlanError, match=f"Topic/alarms: {words}"):
        topic(**wrong)
