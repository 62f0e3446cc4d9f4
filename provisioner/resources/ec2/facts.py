"""What EC2 knows of the region without any step."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ...errors import Refused
from ...value import Fact

if TYPE_CHECKING:
    from ...aws.account import Aws


@cache
def availability_zones(count: int) -> Fact:
    """The names of the region's first `count` zones by name: `availability_zones(3).map(lambda zones: zones[0])`.

    Only standard zones that the account may use (no local or wavelength zones). A zone that is down for a while still counts:
    an outage must not move a network. Rests on EC2 DescribeAvailabilityZones.
    """

    def read(aws: Aws) -> tuple[str, ...]:
        found = aws.ec2.describe_availability_zones(
            Filters=[
                {"Name": "zone-type", "Values": ["availability-zone"]},
                {"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]},
            ],
        )
        zones = sorted(zone["ZoneName"] for zone in found["AvailabilityZones"])
        if len(zones) < count:
            raise Refused(
                f"{aws.region} has {len(zones)} availability zones that this account may use ({', '.join(zones)}), "
                f"and the plan needs {count}: choose another region"
            )
        return tuple(zones[:count])

    return Fact(f"the first {count} availability zones", read)


@cache
def managed_prefix_list(name: str) -> Fact:
    """The id of a list of addresses that AWS (or a colleague) keeps, by its name.

    `com.amazonaws.global.cloudfront.origin-facing` is whence CloudFront comes: in a security group it counts as 55 rules. Rests
    on EC2 DescribeManagedPrefixLists.
    """

    def read(aws: Aws) -> str:
        pages = aws.ec2.get_paginator("describe_managed_prefix_lists").paginate(
            Filters=[{"Name": "prefix-list-name", "Values": [name]}]
        )
        found = [one["PrefixListId"] for page in pages for one in page["PrefixLists"]]
        if len(found) != 1:
            how_many = "no prefix list" if not found else f"{len(found)} prefix lists ({', '.join(found)})"
            raise Refused(f"{aws.region} has {how_many} named {name!r}, and the plan needs one: choose another name or region")
        return found[0]

    return Fact(f"the prefix list {name}", read)
