"""What a record is made of, as a plan writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from .names import plain, zone_id

if TYPE_CHECKING:
    from ...value import Deferred, Referable

    Text: TypeAlias = str | Deferred
    Step: TypeAlias = Referable | Deferred | str

CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every distribution's own name."""


class AliasTarget(NamedTuple):
    """Where an alias leads: a name of AWS's (a load balancer's, a distribution's), and the hosted zone that it stands in."""

    dns_name: Text
    hosted_zone: Step
    evaluate_target_health: bool = False

    def spelt(self) -> dict[str, Any]:
        """The target in Route 53's spelling."""
        return {
            "HostedZoneId": zone_id(str(self.hosted_zone)),
            "DNSName": plain(str(self.dns_name)),
            "EvaluateTargetHealth": self.evaluate_target_health,
        }


class GeoLocation(NamedTuple):
    """From where a query comes: a continent, a country (`*` for all that no other record names), or a part of one."""

    continent_code: str | None = None
    country_code: str | None = None
    subdivision_code: str | None = None

    def spelt(self) -> dict[str, Any]:
        """The location in Route 53's spelling."""
        codes = (self.continent_code, self.country_code, self.subdivision_code)
        return _said(zip(("ContinentCode", "CountryCode", "SubdivisionCode"), codes, strict=True))


class GeoProximity(NamedTuple):
    """Where the answer stands: a region, a local zone group, or latitude and longitude; a bias widens or narrows its reach."""

    aws_region: str | None = None
    local_zone_group: str | None = None
    coordinates: tuple[str, str] | None = None
    bias: int | None = None

    def spelt(self) -> dict[str, Any]:
        """The location in Route 53's spelling."""
        names = ("AWSRegion", "LocalZoneGroup", "Coordinates", "Bias")
        place = dict(zip(("Latitude", "Longitude"), self.coordinates, strict=True)) if self.coordinates else None
        return _said(zip(names, (self.aws_region, self.local_zone_group, place, self.bias), strict=True))


class CidrRouting(NamedTuple):
    """From which addresses a query comes: a location of a CIDR collection (`*` for all others)."""

    collection_id: Text
    location_name: str

    def spelt(self) -> dict[str, Any]:
        """The location in Route 53's spelling."""
        return {"CollectionId": self.collection_id, "LocationName": self.location_name}


class ZoneVpc(NamedTuple):
    """A VPC of another region than the plan's, in which a private zone is known."""

    vpc: Step
    region: Text


def _said(pairs: Any) -> dict[str, Any]:
    return {name: value for name, value in pairs if value is not None}
