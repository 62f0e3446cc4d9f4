"""People who are told of alarms by e-mail; away from us-east-1, by a second topic there too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, Platform, Shown

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.xdist_group("alarm e-mails")

TOPICS = {"eu-west-1": "alarms", "us-east-1": "edge-alarms"}
PEOPLE = ("ops@example.org", "audit@example.org")
SETTINGS: dict[str, Any] = {"region": "eu-west-1", "alarm_emails": PEOPLE}


def topic(shown: Shown, region: str) -> str:
    return f"arn:aws:sns:{region}:{ACCOUNT}:{shown.named(TOPICS[region])}"


def asked(shown: Shown, region: str) -> dict[tuple[str, str], str]:
    """Who was asked by a mail, and what came of it."""
    found = shown.client("sns", region).list_subscriptions_by_topic(TopicArn=topic(shown, region))["Subscriptions"]
    return {(one["Protocol"], one["Endpoint"]): one["SubscriptionArn"] for one in found}


def test_people_are_asked_once_for_each_topic_and_told_by_the_alarms_of_its_region(platform: Platform) -> None:
    platform.up("dev", **SETTINGS)
    shown = Shown(platform.server, platform.run("dev", **SETTINGS), platform.environment)
    for region in TOPICS:
        # They confirm by a link in the mail; until then nothing more can be done.
        assert asked(shown, region) == {("email", person): "PendingConfirmation" for person in PEOPLE}
        alarms = shown.pages("cloudwatch", "describe_alarms", "MetricAlarms", region)
        told = [one["AlarmActions"] for one in alarms if not one["AlarmName"].startswith("financial-processors-")]
        assert told == [[topic(shown, region)]] * len(told) != []
        check_that_the_topic_is_closed(shown, region)

    assert not platform.preview("dev", **SETTINGS).anything_to_do
    platform.up("dev", **SETTINGS)
    assert len([call for call in platform.server.calls if call.operation == "Subscribe"]) == len(TOPICS) * len(PEOPLE)

    # A composite alarm rings for alarms of its own region only.
    [composite] = shown.client("cloudwatch", "eu-west-1").describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert shown.named("application-errors") in composite["AlarmRule"]
    assert shown.named("web-acl-blocks") not in composite["AlarmRule"]

    platform.teardown("dev", **SETTINGS)
    assert [shown.client("sns", region).list_topics()["Topics"] for region in TOPICS] == [[], []]


def check_that_the_topic_is_closed(shown: Shown, region: str) -> None:
    attributes: Mapping[str, Any] = shown.client("sns", region).get_topic_attributes(TopicArn=topic(shown, region))[
        "Attributes"
    ]
    assert attributes["KmsMasterKeyId"].startswith(f"arn:aws:kms:{region}:{ACCOUNT}:key/")
    assert {one["Resource"] for one in json.loads(attributes["Policy"])["Statement"]} == {topic(shown, region)}
