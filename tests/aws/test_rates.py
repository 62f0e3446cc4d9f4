"""Calls that would come faster than AWS takes them wait for their turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.rates import Limiter

from ..conftest import OWNERSHIP, REGION

if TYPE_CHECKING:
    from provisioner.embedded.server import Running


class Time:
    """A clock that only waits move."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.waits: list[float] = []

    def now(self) -> float:
        return self.seconds

    def wait(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))


@pytest.mark.parametrize(
    ("service", "operation", "waits"),
    [
        # Three may come at once after a rest, then three a second.
        ("cloudwatch", "PutMetricAlarm", [0.333, 0.667, 1.0]),
        ("wafv2", "UpdateWebACL", [1.0, 2.0, 3.0, 4.0, 5.0]),
        ("wafv2", "GetWebACL", [0.2]),
        ("sts", "GetCallerIdentity", []),
        ("ec2", "CreateVpc", []),
    ],
)
def test_what_comes_too_fast_waits_for_its_turn(service: str, operation: str, waits: list[float]) -> None:
    time = Time()
    limiter = Limiter(time.now, time.wait)
    for _ in range(6):
        limiter.await_turn(service, operation, REGION)
    assert time.waits == waits


def test_a_rest_gives_back_what_may_come_at_once_and_no_more() -> None:
    time = Time()
    limiter = Limiter(time.now, time.wait)
    for _ in range(3):
        limiter.await_turn("cloudwatch", "PutMetricAlarm", REGION)
    time.seconds += 3600
    for _ in range(4):
        limiter.await_turn("cloudwatch", "PutMetricAlarm", REGION)
    assert time.waits == [0.333]


def test_regions_have_limits_of_their_own_but_global_services_one() -> None:
    time = Time()
    limiter = Limiter(time.now, time.wait)
    for region in ("us-east-1", "eu-west-1"):
        limiter.await_turn("wafv2", "UpdateWebACL", region)
    assert time.waits == []
    for _ in range(2):
        for region in ("us-east-1", "eu-west-1", "eu-north-1"):
            limiter.await_turn("route53", "ListHostedZones", region)
    assert time.waits == [0.25, 0.5]


def test_every_call_of_a_connection_asks_the_limiter(embedded: Running) -> None:
    time = Time()
    limiter = Limiter(time.now, time.wait)
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True, limiter=limiter)
    aws = Aws(connection, OWNERSHIP, REGION)
    for _ in range(5):
        aws.route53.list_hosted_zones()
    list(aws.route53.get_paginator("list_hosted_zones").paginate())
    # The end of the pages is no call, but asks as one.
    assert time.waits == [0.25, 0.5, 0.75]
    connection.close()
