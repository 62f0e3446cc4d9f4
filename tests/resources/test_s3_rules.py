from __future__ import annotations

from typing import Any

import pytest

from provisioner import norm
from provisioner.resources.s3.rules import LifecycleRule, Notification, by, configuration, spelt, targets


@pytest.mark.parametrize(
    ("rule", "filters"),
    [
        (LifecycleRule("r"), None),
        (LifecycleRule("r", prefix="in/"), {"Prefix": "in/"}),
        (LifecycleRule("r", tags={"a": "b"}), {"Tag": {"Key": "a", "Value": "b"}}),
        (LifecycleRule("r", object_size_greater_than=1), {"ObjectSizeGreaterThan": 1}),
        (
            LifecycleRule("r", tags={"a": "b", "c": "d"}),
            {"And": {"Tags": [{"Key": "a", "Value": "b"}, {"Key": "c", "Value": "d"}]}},
        ),
        (
            LifecycleRule("r", prefix="in/", tags={"a": "b"}, object_size_less_than=9),
            {"And": {"Prefix": "in/", "Tags": [{"Key": "a", "Value": "b"}], "ObjectSizeLessThan": 9}},
        ),
    ],
)
def test_a_filter_has_an_and_only_where_it_joins(rule: LifecycleRule, filters: Any) -> None:
    assert norm.said(rule.spelt()).get("Filter") == filters


def test_a_lifecycle_rule_says_only_what_it_wants() -> None:
    rule = LifecycleRule(
        "cold",
        transitions={"STANDARD_IA": 30, "GLACIER": 0},
        noncurrent_days=7,
        newer_noncurrent_versions=3,
        noncurrent_transitions={"GLACIER": 1},
        abort_incomplete_multipart_days=2,
        expired_object_delete_marker=True,
    )
    assert spelt([rule]) == [
        {
            "ID": "cold",
            "Status": "Enabled",
            "Expiration": {"ExpiredObjectDeleteMarker": True},
            "Transitions": [{"Days": 30, "StorageClass": "STANDARD_IA"}, {"Days": 0, "StorageClass": "GLACIER"}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 7, "NewerNoncurrentVersions": 3},
            "NoncurrentVersionTransitions": [{"NoncurrentDays": 1, "StorageClass": "GLACIER"}],
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 2},
        }
    ]


def test_rules_are_the_same_in_any_order_and_with_an_empty_filter() -> None:
    ours = [LifecycleRule("b", expiration_days=1), LifecycleRule("a", expiration_days=2)]
    theirs = [
        {"ID": "a", "Filter": {}, "Status": "Enabled", "Expiration": {"Days": 2}},
        {"ID": "b", "Filter": {"Prefix": ""}, "Status": "Enabled", "Expiration": {"Days": 1}, "Transitions": []},
    ]
    assert by("ID")(ours) == by("ID")(theirs)


KINDS = [
    ("LambdaFunctionConfigurations", "LambdaFunctionArn", "arn:aws:lambda:us-east-1:123456789012:function:f"),
    ("QueueConfigurations", "QueueArn", "arn:aws:sqs:us-east-1:123456789012:q"),
    ("TopicConfigurations", "TopicArn", "arn:aws:sns:us-east-1:123456789012:t"),
]


@pytest.mark.parametrize(("kind", "name", "arn"), KINDS)
def test_the_kind_of_a_target_is_told_by_its_arn(kind: str, name: str, arn: str) -> None:
    target = Notification("n", arn, ("s3:ObjectCreated:Put", "s3:ObjectCreated:Copy"), prefix="in/")
    put = configuration(spelt([target]))
    events = ["s3:ObjectCreated:Copy", "s3:ObjectCreated:Put"]
    rules = [{"Name": "prefix", "Value": "in/"}]
    assert put == {kind: [{"Id": "n", name: arn, "Events": events, "Filter": {"Key": {"FilterRules": rules}}}]}


@pytest.mark.parametrize("spelling", ["prefix", "Prefix"])
def test_a_target_reads_back_as_it_was_put_whatever_its_capitals(spelling: str) -> None:
    wanted = [Notification(arn, arn, ("s3:ObjectCreated:*",), prefix="in/", suffix="") for _, _, arn in KINDS]
    put = configuration(spelt(wanted))
    for listed in put.values():
        listed[0]["Filter"]["Key"]["FilterRules"][0]["Name"] = spelling
    assert by("Id")(targets(put)) == by("Id")(wanted)
