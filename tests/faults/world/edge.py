"""What CloudFront and Route 53 have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .reading import Thing
from .traffic import edge_acls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .reading import Reader

__all__ = ["distributions", "edge_acls", "zones"]


def distributions(reader: Reader) -> Iterator[Thing]:
    """Distributions, and the account's own of what they use."""
    for listed in reader.all("cloudfront", "list_distributions", "DistributionList.Items"):
        known, shown = listed["Id"], reader.one("cloudfront", "get_distribution", "Distribution", Id=listed["Id"])
        tags = reader.one("cloudfront", "list_tags_for_resource", "Tags.Items", Resource=listed["ARN"])
        yield Thing("distribution", {**shown, "Tags": tags}, (listed["ARN"], shown["DomainName"], known))
    for listed in reader.all("cloudfront", "list_origin_access_controls", "OriginAccessControlList.Items"):
        yield Thing("origin-access-control", listed, (listed["Id"],), listed["Name"])
    own = "ResponseHeadersPolicyList.Items[?Type=='custom'].ResponseHeadersPolicy"
    for policy in reader.all("cloudfront", "list_response_headers_policies", own, Type="custom"):
        name = policy["ResponseHeadersPolicyConfig"]["Name"]
        yield Thing("response-headers-policy", policy, (policy["Id"],), name)


def zones(reader: Reader) -> Iterator[Thing]:
    """Hosted zones with all their records."""
    for zone in reader.all("route53", "list_hosted_zones", "HostedZones"):
        known = zone["Id"].rpartition("/")[2]
        asked = {"ResourceType": "hostedzone", "ResourceId": known}
        tags = reader.one("route53", "list_tags_for_resource", "ResourceTagSet.Tags", **asked)
        servers = reader.one("route53", "get_hosted_zone", "DelegationSet.NameServers", Id=known) or ()
        yield Thing("zone", {**zone, "Tags": tags}, (known, *servers))
        for record in reader.all("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=known):
            yield Thing("record", {"zone": zone["Name"], **record}, name=record["Name"])
