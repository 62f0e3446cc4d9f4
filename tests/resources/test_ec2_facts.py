from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.errors import Refused
from provisioner.resources.ec2.facts import availability_zones, managed_prefix_list
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import to_do, up

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


class Outage(Behaviour):
    """The first zone is down, and zones are listed in no order."""

    def after(self, call: Call, answer: Answer) -> Answer:
        if call.operation != "DescribeAvailabilityZones" or not isinstance(answer.content, dict):
            return answer
        zones: list[dict[str, Any]] = [dict(zone) for zone in answer.content["AvailabilityZones"]]
        zones[0]["State"] = "unavailable"
        return Answer.of({**answer.content, "AvailabilityZones": zones[::-1]})


def test_the_first_zones_by_name(aws: Aws) -> None:
    assert availability_zones(3).read(aws) == ("us-east-1a", "us-east-1b", "us-east-1c")


def test_only_zones_that_every_account_can_use_are_asked_for(aws: Aws, embedded: Running) -> None:
    availability_zones(2).read(aws)
    [call] = [call for call in embedded.calls if call.operation == "DescribeAvailabilityZones"]
    assert call.parameters["Filters"] == [
        {"Name": "zone-type", "Values": ["availability-zone"]},
        {"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]},
    ]


def test_a_region_with_too_few_zones_is_refused_by_name(aws: Aws) -> None:
    with pytest.raises(Refused) as caught:
        availability_zones(3).read(aws.at("us-west-1"))
    assert str(caught.value) == (
        "us-west-1 has 2 availability zones that this account may use (us-west-1a, us-west-1b), "
        "and the plan needs 3: choose another region"
    )


def test_an_outage_moves_no_subnet(aws: Aws, embedded: Running) -> None:
    vpc = Vpc("vpc", cidr_block="10.0.0.0/16")
    zone = availability_zones(3).map(lambda zones: zones[0])
    steps = (vpc, Subnet("subnet", vpc=vpc, cidr_block="10.0.1.0/24", availability_zone=zone))
    assert up(aws, *steps)["subnet"]["AvailabilityZone"] == "us-east-1a"
    outage = Outage()
    embedded.behaviours.insert(0, outage)
    assert to_do(aws, *steps) == {}
    embedded.behaviours.remove(outage)


def test_a_prefix_list_is_found_by_its_name(aws: Aws) -> None:
    found = managed_prefix_list("com.amazonaws.us-east-1.s3").read(aws)
    [listed] = aws.ec2.describe_managed_prefix_lists(PrefixListIds=[found])["PrefixLists"]
    assert listed["PrefixListName"] == "com.amazonaws.us-east-1.s3"


def test_a_prefix_list_that_is_not_there_or_there_twice_is_told(aws: Aws) -> None:
    with pytest.raises(Refused, match="has no prefix list named 'none'"):
        managed_prefix_list("none").read(aws)
    for _ in range(2):
        aws.ec2.create_managed_prefix_list(PrefixListName="twice", MaxEntries=1, AddressFamily="IPv4")
    with pytest.raises(Refused, match="has 2 prefix lists"):
        managed_prefix_list("twice").read(aws)


def test_whence_cloudfront_comes_is_known(aws: Aws) -> None:
    assert managed_prefix_list("com.amazonaws.global.cloudfront.origin-facing").read(aws).startswith("pl-")
