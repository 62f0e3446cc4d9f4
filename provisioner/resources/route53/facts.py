"""What Route 53 knows without any step."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ...errors import Refused
from ...value import Fact
from .names import lies_in, plain, zone_id

if TYPE_CHECKING:
    from ...aws.account import Aws


@cache
def hosted_zone_of(domain: str) -> Fact:
    """The id of the account's public hosted zone that a domain stands in: of several, the one with the longest name.

    For a zone that the plan does not make itself. Rests on Route 53 ListHostedZones.
    """

    def read(aws: Aws) -> str:
        pages = aws.route53.get_paginator("list_hosted_zones").paginate()
        public = [zone for page in pages for zone in page["HostedZones"] if not zone.get("Config", {}).get("PrivateZone")]
        fitting = [zone for zone in public if lies_in(plain(domain), plain(zone["Name"]))]
        longest = max((len(zone["Name"]) for zone in fitting), default=0)
        found = sorted(zone_id(zone["Id"]) for zone in fitting if len(zone["Name"]) == longest)
        if not found:
            raise Refused(
                f"this account has no public hosted zone for {domain}: create one for it or for a domain above it "
                "(and let the registrar name its name servers), or let the plan make one"
            )
        if len(found) > 1:
            raise Refused(
                f"{domain} stands in {len(found)} public hosted zones of one name ({', '.join(found)}): "
                "give the plan the id of the one that the registrar names"
            )
        return found[0]

    return Fact(f"the hosted zone of {domain}", read)
