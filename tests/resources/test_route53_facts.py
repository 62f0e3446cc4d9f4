from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import Refused
from provisioner.resources.route53.facts import hosted_zone_of
from provisioner.resources.route53.record_set import RecordSet

from .in_aws import up

if TYPE_CHECKING:
    from provisioner.aws.account import Aws


def make(aws: Aws, name: str, reference: str = "", **more: Any) -> str:
    made = aws.route53.create_hosted_zone(Name=name, CallerReference=reference or name, **more)
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def test_the_zone_with_the_longest_name_counts(aws: Aws) -> None:
    make(aws, "example.com")
    inner = make(aws, "shop.example.com")
    make(aws, "notshop.example.com")
    for domain in ("shop.example.com", "www.Shop.example.com."):
        assert hosted_zone_of(domain).read(aws) == inner


def test_zones_are_read_to_the_last_page(aws: Aws) -> None:
    for number in range(100):
        make(aws, f"{number}.example.org")
    wanted = make(aws, "example.com")
    assert hosted_zone_of("www.example.com").read(aws) == wanted


def test_without_a_zone_it_says_what_to_do(aws: Aws) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    inside: Any = {"VPC": {"VPCId": vpc, "VPCRegion": aws.region}, "HostedZoneConfig": {"PrivateZone": True}}
    make(aws, "example.com", **inside)
    make(aws, "www.example.com")
    with pytest.raises(Refused, match=r"no public hosted zone for example\.com: create one for it or for a domain above it"):
        hosted_zone_of("example.com").read(aws)


def test_of_two_zones_of_one_name_nobody_knows_which(aws: Aws) -> None:
    both = sorted(make(aws, "example.com", reference) for reference in "ab")
    with pytest.raises(Refused, match=f"www.example.com stands in 2 public hosted zones of one name .{both[0]}, {both[1]}."):
        hosted_zone_of("www.example.com").read(aws)


def test_a_record_may_stand_in_it(aws: Aws) -> None:
    zone = make(aws, "example.com")
    step = RecordSet(
        "www", hosted_zone=hosted_zone_of("example.com"), record_name="www.example.com", type="A", records=("192.0.2.1",)
    )
    assert up(aws, step)["www"]["HostedZoneId"] == zone
