from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.retry import Meaning
from provisioner.errors import CallFailed, PlanError
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_OPTIMIZED
from provisioner.resources.cloudfront.parts import CacheBehavior, Origin
from provisioner.resources.logs.delivery import Delivery
from provisioner.resources.logs.delivery_destination import DeliveryDestination
from provisioner.resources.logs.delivery_source import DeliverySource
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.s3.bucket import Bucket

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.resource import Resource

KNOWLEDGE_BASE = "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/EXAMPLE"
S3 = "arn:aws:s3:::logs"


def source(**more: Any) -> DeliverySource:
    return DeliverySource("logs", **{"resource_arn": KNOWLEDGE_BASE, "log_type": "APPLICATION_LOGS", **more})


def bucket(name: str = "vended") -> Bucket:
    arn = f"arn:aws:s3:::shop-{name}-test-123456789012/*"
    principal = {"Service": "delivery.logs.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": arn}
    return Bucket(name, policy={"Version": "2012-10-17", "Statement": [statement]})


def to(kept: Bucket, **more: Any) -> DeliveryDestination:
    return DeliveryDestination("logs", destination_resource_arn=kept.arn, **more)


def whole(**more: Any) -> tuple[Resource, ...]:
    """A distribution's logs in a bucket."""
    origins, kept = {"site": Origin("www.example.com")}, bucket()
    distribution = Distribution("cdn", origins=origins, default_cache_behavior=CacheBehavior("site", CACHING_OPTIMIZED))
    sent = DeliverySource("cdn", resource_arn=distribution.arn, log_type="ACCESS_LOGS", region="us-east-1")
    destination = DeliveryDestination("cdn", destination_resource_arn=kept.arn, output_format="json", region="us-east-1")
    delivery = Delivery("cdn", delivery_source=sent, delivery_destination=destination, region="us-east-1", **more)
    return distribution, kept, sent, destination, delivery


def deleted(server: Running, since: int) -> list[str]:
    return [operation for operation in writes(server, since) if operation.startswith("Delete")]


def test_a_distributions_logs_go_to_a_bucket_and_its_path_is_put_again(aws: Aws, embedded: Running) -> None:
    steps = whole(s3_suffix_path="{yyyy}/")
    found = up(aws, *steps)
    assert found["cdn"]["s3DeliveryConfiguration"]["suffixPath"] == "{yyyy}/"
    vended = [operation for operation in writes(embedded) if "Deliver" in operation]
    assert sorted(vended[:2]) == ["PutDeliveryDestination", "PutDeliverySource"]
    assert vended[2:] == ["CreateDelivery", "UpdateDeliveryConfiguration"]


def test_a_delivery_goes_before_its_ends_and_they_before_what_they_lead_to(aws: Aws, embedded: Running) -> None:
    up(aws, *whole())
    before = len(embedded.calls)
    teardown(aws)
    gone = deleted(embedded, before)
    assert gone.index("DeleteDelivery") < min(gone.index("DeleteDeliverySource"), gone.index("DeleteDeliveryDestination"))
    assert gone.index("DeleteDeliverySource") < gone.index("DeleteDistribution")
    assert gone.index("DeleteDeliveryDestination") < gone.index("DeleteBucket")


def test_another_source_takes_its_delivery_along(aws: Aws) -> None:
    kept = bucket()
    sent, destination = source(), to(kept)
    delivery = Delivery("logs", delivery_source=sent, delivery_destination=destination)
    up(aws, kept, sent, destination, delivery)
    other = source(resource_arn=f"{KNOWLEDGE_BASE}2")
    steps = (kept, other, destination, Delivery("logs", delivery_source=other, delivery_destination=destination))
    assert {key: list(changes) for key, changes in to_do(aws, *steps).items()} == {
        "DeliverySource/logs": ["resource_arn"],
        "Delivery/logs": ["delivery_source"],
    }
    up(aws, *steps)


def test_a_source_may_be_given_by_its_name(aws: Aws) -> None:
    kept = bucket()
    sent, destination = source(), to(kept)
    after = (sent,)
    delivery = Delivery("logs", delivery_source="shop-logs-test", delivery_destination=destination, after=after)
    up(aws, kept, sent, destination, delivery)


def test_a_delivery_waits_until_the_buckets_policy_is_seen(aws: Aws, embedded: Running) -> None:
    kept = bucket()
    sent, destination = source(), to(kept)
    message = "Access denied: the bucket policy does not let delivery.logs.amazonaws.com write."
    with refusing(embedded, "CreateDelivery", "AccessDeniedException", message, times=1):
        up(aws, kept, sent, destination, Delivery("logs", delivery_source=sent, delivery_destination=destination))


@pytest.mark.parametrize("call", ["delivery_source", "delivery_destination"])
def test_what_is_not_the_plans_is_not_overwritten(aws: Aws, embedded: Running, call: str) -> None:
    if call == "delivery_source":
        step: Resource = source()
        aws.logs.put_delivery_source(name="shop-logs-test", resourceArn=f"{KNOWLEDGE_BASE}2", logType="APPLICATION_LOGS")
    else:
        step = DeliveryDestination("logs", destination_resource_arn="arn:aws:s3:::ours")
        theirs: Any = {"destinationResourceArn": "arn:aws:s3:::theirs"}
        aws.logs.put_delivery_destination(name="shop-logs-test", deliveryDestinationConfiguration=theirs)
    before = len(embedded.calls)
    said = errors(outcome(aws, step))[step.key]
    assert "shop-logs-test" in said
    assert "not the plan's" in said
    assert writes(embedded, before) == []


@pytest.mark.parametrize("step", [source, lambda **more: DeliveryDestination("logs", destination_resource_arn=S3, **more)])
def test_a_put_that_is_sent_twice_says_that_it_is_there_already(aws: Aws, step: Any) -> None:
    kind = type(step()).__name__
    ours = step(tags={"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": f"{kind}/logs"})
    ours.create(aws)
    with pytest.raises(CallFailed) as caught:
        ours.create(aws)
    assert caught.value.meaning is Meaning.EXISTS


def test_tags_are_asked_for_only_where_the_name_is_the_plans(aws: Aws, embedded: Running) -> None:
    up(aws, source())
    for number in range(60):
        aws.logs.put_delivery_source(name=f"theirs-{number}", resourceArn=KNOWLEDGE_BASE, logType="APPLICATION_LOGS")
    before = len(embedded.calls)
    assert [found["name"] for found in DeliverySource.living(aws)] == ["shop-logs-test"]
    assert [call.operation for call in list(embedded.calls)[before:]] == [
        "DescribeDeliverySources",
        "DescribeDeliverySources",
        "ListTagsForResource",
    ]


def test_what_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, source())
    with refusing(embedded, "ListTagsForResource", "ResourceNotFoundException"):
        assert list(DeliverySource.living(aws)) == []


def test_a_destination_of_another_type_is_another_destination(aws: Aws) -> None:
    group = LogGroup("group")
    up(aws, group, DeliveryDestination("logs", destination_resource_arn=S3))
    moved = DeliveryDestination("logs", destination_resource_arn=group.arn)
    assert list(to_do(aws, group, moved)["DeliveryDestination/logs"]) == [
        "destination_resource_arn",
        "delivery_destination_type",
    ]
    assert up(aws, group, moved)["logs"]["deliveryDestinationType"] == "CWL"


def test_a_log_group_is_the_same_with_its_star(aws: Aws) -> None:
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:vended"
    up(aws, DeliveryDestination("logs", destination_resource_arn=f"{arn}:*"))
    assert to_do(aws, DeliveryDestination("logs", destination_resource_arn=arn)) == {}


def test_traces_go_to_x_ray_by_a_role_that_can_change(aws: Aws) -> None:
    role = "arn:aws:iam::123456789012:role/{}"
    up(aws, DeliveryDestination("traces", delivery_destination_type="XRAY", role_arn=role.format("one")))
    other = DeliveryDestination("traces", delivery_destination_type="XRAY", role_arn=role.format("other"))
    assert up(aws, other)["traces"]["roleArn"] == role.format("other")


def test_no_policy_is_a_policy_that_nobody_set(aws: Aws, embedded: Running) -> None:
    step = DeliveryDestination("logs", destination_resource_arn=S3, policy={})
    up(aws, step)
    with refusing(embedded, "GetDeliveryDestinationPolicy", "ResourceNotFoundException"):
        assert to_do(aws, step) == {}
    with answering(embedded, "GetDeliveryDestinationPolicy", {"policy": {}}):
        assert to_do(aws, step) == {}


def test_what_the_plan_does_not_say_of_a_delivery_stays(aws: Aws, embedded: Running) -> None:
    kept = bucket()
    sent, destination = source(), to(kept)
    plain = Delivery("logs", delivery_source=sent, delivery_destination=destination)
    live = up(aws, kept, sent, destination, plain)["logs"]
    aws.logs.update_delivery_configuration(id=live["id"], fieldDelimiter=",", recordFields=["date"])
    pathed = Delivery("logs", delivery_source=sent, delivery_destination=destination, s3_suffix_path="{MM}/")
    assert to_do(aws, kept, sent, destination, plain) == {}
    changed = up(aws, kept, sent, destination, pathed)["logs"]
    assert (changed["fieldDelimiter"], changed["recordFields"]) == (",", ["date"])
    assert changed["s3DeliveryConfiguration"] == {"suffixPath": "{MM}/", "enableHiveCompatiblePath": False}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "only X-Ray goes without destination_resource_arn"),
        ({"destination_resource_arn": "arn:aws:sqs:us-east-1:123456789012:queue"}, "is not the ARN of what takes logs"),
        ({"destination_resource_arn": "logs"}, "is not the ARN of what takes logs"),
        ({"destination_resource_arn": S3, "delivery_destination_type": "CWL"}, "is not the ARN of CWL"),
    ],
)
def test_a_destination_that_can_not_be_is_a_wrong_plan(more: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=said):
        DeliveryDestination("logs", **more)
