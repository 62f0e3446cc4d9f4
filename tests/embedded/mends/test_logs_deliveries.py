"""Vended log delivery."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

BASE = "arn:aws:bedrock:eu-central-1:123456789012:knowledge-base/A"
BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/1"
BUCKET = "arn:aws:s3:::vended"


@pytest.fixture
def logs(connect: Connect) -> Any:
    return connect("logs")


@pytest.fixture
def source(logs: Any) -> dict[str, Any]:
    return dict(
        logs.put_delivery_source(name="s", resourceArn=BASE, logType="APPLICATION_LOGS", tags={"a": "b"})["deliverySource"]
    )


@pytest.fixture
def bucket(connect: Connect) -> str:
    connect("s3").create_bucket(Bucket="vended", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    let_in(connect, "*")
    return BUCKET


def let_in(connect: Connect, path: str, **condition: Any) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{BUCKET}/{path}",
        "Condition": condition,
    }
    connect("s3").put_bucket_policy(Bucket="vended", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def to(logs: Any, arn: str, name: str = "d", **more: Any) -> str:
    put = logs.put_delivery_destination(name=name, deliveryDestinationConfiguration={"destinationResourceArn": arn}, **more)
    return str(put["deliveryDestination"]["arn"])


def distribution(connect: Connect) -> str:
    origin = {
        "Id": "o",
        "DomainName": "example.com",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    config = {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "c"},
    }
    made = connect("cloudfront", "us-east-1").create_distribution(DistributionConfig=config)
    return str(made["Distribution"]["ARN"])


def test_tags_are_told_by_their_own_call_and_only_for_what_is_new(logs: Any, source: dict[str, Any]) -> None:
    assert "tags" not in source
    assert "tags" not in logs.get_delivery_source(name="s")["deliverySource"]
    assert logs.list_tags_for_resource(resourceArn=source["arn"])["tags"] == {"a": "b"}
    again = {"name": "s", "resourceArn": BASE, "logType": "APPLICATION_LOGS"}
    assert refusal(logs.put_delivery_source, **again, tags={"a": "c"}) == "ConflictException"
    put = logs.put_delivery_source(**again, deliverySourceConfiguration={"samplingRate": "5"})["deliverySource"]
    assert put["deliverySourceConfiguration"] == {"samplingRate": "5"}
    assert refusal(logs.put_delivery_source, **{**again, "resourceArn": BASE + "B"}) == "ConflictException"


def test_the_source_of_a_distribution_stands_in_us_east_1_and_is_there(connect: Connect, logs: Any) -> None:
    arn, home = distribution(connect), connect("logs", "us-east-1")
    put = {"name": "cdn", "resourceArn": arn, "logType": "ACCESS_LOGS"}
    assert refusal(logs.put_delivery_source, **put) == "ValidationException"
    assert home.put_delivery_source(**put)["deliverySource"]["service"] == "cloudfront"
    assert refusal(home.put_delivery_source, **{**put, "name": "no", "resourceArn": arn + "X"}) == "ResourceNotFoundException"


def test_load_balancers_vend_logs_too(connect: Connect) -> None:
    home = connect("logs", "us-east-1")
    put = {"name": "alb", "resourceArn": BALANCER, "logType": "ALB_ACCESS_LOGS", "tags": {"a": "b"}}
    arn = home.put_delivery_source(**put)["deliverySource"]["arn"]
    assert home.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "b"}
    assert refusal(home.put_delivery_source, **{**put, "name": "no", "logType": "ACCESS_LOGS"}) == "ValidationException"


def test_a_destination_keeps_its_policy_when_it_changes_and_its_type_and_format(logs: Any) -> None:
    to(logs, BUCKET, outputFormat="json", tags={"a": "b"})
    logs.put_delivery_destination_policy(deliveryDestinationName="d", deliveryDestinationPolicy="{}")
    to(logs, f"{BUCKET}/path")
    assert logs.get_delivery_destination_policy(deliveryDestinationName="d")["policy"] == {"deliveryDestinationPolicy": "{}"}
    shown = logs.get_delivery_destination(name="d")["deliveryDestination"]
    assert shown["deliveryDestinationConfiguration"] == {"destinationResourceArn": f"{BUCKET}/path"}
    assert (shown["deliveryDestinationType"], shown["outputFormat"], "tags" in shown) == ("S3", "json", False)

    def refused(arn: str, **more: Any) -> str:
        wanted = {"destinationResourceArn": arn}
        return refusal(logs.put_delivery_destination, name="d", deliveryDestinationConfiguration=wanted, **more)

    assert refused("arn:aws:logs:eu-central-1:123456789012:log-group:g") == "ValidationException"
    assert refused(BUCKET, outputFormat="plain") == "ValidationException"
    assert refused(BUCKET, tags={"a": "c"}) == "ConflictException"


def test_only_x_ray_has_no_resource(logs: Any) -> None:
    role = "arn:aws:iam::123456789012:role/traces"
    put = logs.put_delivery_destination(name="x", deliveryDestinationType="XRAY", roleArn=role)["deliveryDestination"]
    assert (put["deliveryDestinationType"], put["roleArn"], "deliveryDestinationConfiguration" in put) == ("XRAY", role, False)
    assert refusal(logs.put_delivery_destination, name="y") == "ValidationException"
    for arn, kind in ((BUCKET, "CWL"), ("arn:aws:sqs:eu-central-1:123456789012:q", "S3")):
        wanted = {"deliveryDestinationType": kind, "deliveryDestinationConfiguration": {"destinationResourceArn": arn}}
        assert refusal(logs.put_delivery_destination, name="y", **wanted) == "ValidationException"


def test_what_is_used_is_not_deleted_and_tags_end_with_what_they_are_on(logs: Any, source: dict[str, Any], bucket: str) -> None:
    arn = to(logs, bucket)
    made = logs.create_delivery(deliverySourceName="s", deliveryDestinationArn=arn, tags={"a": "b"})["delivery"]
    assert "tags" not in logs.get_delivery(id=made["id"])["delivery"]
    assert refusal(logs.delete_delivery_source, name="s") == "ConflictException"
    assert refusal(logs.delete_delivery_destination, name="d") == "ConflictException"
    logs.delete_delivery(id=made["id"])
    logs.delete_delivery_source(name="s")
    logs.delete_delivery_destination(name="d")
    for gone in (made["arn"], source["arn"], arn):
        assert refusal(logs.list_tags_for_resource, resourceArn=gone) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("path", "condition", "taken"),
    [
        ("*", {}, True),
        ("AWSLogs/123456789012/*", {"StringEquals": {"aws:SourceAccount": ["123456789012"]}}, True),
        ("logs/AWSLogs/123456789012/*", {}, False),
        ("*", {"ArnLike": {"aws:SourceArn": ["arn:aws:logs:us-east-1:123456789012:delivery-source:*"]}}, False),
    ],
)
def test_a_buckets_policy_must_let_logs_in(
    connect: Connect, logs: Any, source: dict[str, Any], bucket: str, path: str, condition: dict[str, Any], taken: bool
) -> None:
    let_in(connect, path, **condition)
    create = {"deliverySourceName": source["name"], "deliveryDestinationArn": to(logs, bucket)}
    if taken:
        logs.create_delivery(**create)
    else:
        assert refusal(logs.create_delivery, **create) == "AccessDeniedException"


def test_what_a_delivery_leads_to_must_be_there(logs: Any, source: dict[str, Any]) -> None:
    group = "arn:aws:logs:eu-central-1:123456789012:log-group:vended:*"
    create = {"deliverySourceName": source["name"], "deliveryDestinationArn": to(logs, group)}
    assert refusal(logs.create_delivery, **create) == "ResourceNotFoundException"
    logs.create_log_group(logGroupName="vended")
    assert logs.create_delivery(**create)["delivery"]["deliveryDestinationType"] == "CWL"
    none = {"deliverySourceName": "s", "deliveryDestinationArn": to(logs, "arn:aws:s3:::none", name="none")}
    assert refusal(logs.create_delivery, **none) == "AccessDeniedException"
    assert refusal(logs.create_delivery, **{**create, "deliverySourceName": "none"}) == "ResourceNotFoundException"


def test_a_distributions_path_is_put_under_another_when_it_is_made(connect: Connect, bucket: str) -> None:
    home = connect("logs", "us-east-1")
    home.put_delivery_source(name="cdn", resourceArn=distribution(connect), logType="ACCESS_LOGS")
    create = {"deliverySourceName": "cdn", "deliveryDestinationArn": to(home, bucket)}
    path = {"suffixPath": "{yyyy}/"}
    made = home.create_delivery(**create, s3DeliveryConfiguration=path)["delivery"]
    assert made["s3DeliveryConfiguration"]["suffixPath"] == "AWSLogs/{account-id}/CloudFront/{yyyy}/"
    home.update_delivery_configuration(id=made["id"], s3DeliveryConfiguration=path, fieldDelimiter=",")
    shown = home.get_delivery(id=made["id"])["delivery"]
    assert shown["s3DeliveryConfiguration"] == {"suffixPath": "{yyyy}/", "enableHiveCompatiblePath": False}
    assert shown["fieldDelimiter"] == ","
    pairs = {"suffixPath": "year={yyyy}/", "enableHiveCompatiblePath": True}
    change = {"id": made["id"], "s3DeliveryConfiguration": pairs}
    assert refusal(home.update_delivery_configuration, **change) == "ValidationException"
    assert refusal(home.update_delivery_configuration, id="none") == "ResourceNotFoundException"


def test_only_a_bucket_has_a_path(logs: Any, source: dict[str, Any]) -> None:
    logs.create_log_group(logGroupName="vended")
    arn = to(logs, "arn:aws:logs:eu-central-1:123456789012:log-group:vended")
    made = logs.create_delivery(deliverySourceName=source["name"], deliveryDestinationArn=arn)["delivery"]
    change = {"id": made["id"], "s3DeliveryConfiguration": {"suffixPath": "a/"}}
    assert refusal(logs.update_delivery_configuration, **change) == "ValidationException"


def test_lists_have_pages_and_filters(logs: Any, source: dict[str, Any], bucket: str) -> None:
    logs.put_delivery_source(name="s2", resourceArn=BASE + "B", logType="APPLICATION_LOGS")
    arns = [to(logs, bucket, name=name) for name in ("d1", "d2")]
    for name, arn in zip(("s", "s2"), arns, strict=True):
        logs.create_delivery(deliverySourceName=name, deliveryDestinationArn=arn)
    for kind, what in (("sources", "deliverySources"), ("destinations", "deliveryDestinations")):
        pages = logs.get_paginator(f"describe_delivery_{kind}").paginate(PaginationConfig={"PageSize": 1})
        assert [len(page[what]) for page in pages] == [1, 1]
    assert [one["name"] for one in logs.describe_delivery_sources(resourceArns=[BASE])["deliverySources"]] == ["s"]
    assert [one["name"] for one in logs.describe_delivery_destinations(names=["d2"])["deliveryDestinations"]] == ["d2"]
    [found] = logs.describe_deliveries(deliverySourceNames=["s2"])["deliveries"]
    assert found["deliveryDestinationArn"] == arns[1]
