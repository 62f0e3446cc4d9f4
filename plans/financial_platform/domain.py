"""The platform's name in the world, where it has one: its hosted zone, and certificates that its records prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.resources.acm.certificate import Certificate
from provisioner.resources.route53.facts import hosted_zone_of
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.parts import AliasTarget
from provisioner.resources.route53.record_set import RecordSet

from .policies import EDGE

if TYPE_CHECKING:
    from types_boto3_route53.literals import RRTypeType

    from provisioner.resource import Resource

    from .settings import Settings


@dataclass(frozen=True)
class Domain:
    """The portal's name, the one that CloudFront reaches the load balancer by, and the certificates of both.

    A zone that the plan makes serves once the domain's registrar names its `name_servers`; of one that is there, they are None.
    """

    name: str
    origin: str
    zone: Any
    name_servers: Any
    portal_certificate: Certificate
    origin_certificate: Certificate
    steps: tuple[Resource, ...]

    def points_at(self, step: str, name: str, dns_name: Any, zone: Any, *kinds: RRTypeType) -> tuple[RecordSet, ...]:
        """The records by which a name leads to a load balancer or a distribution, for each kind of address."""
        return tuple(
            RecordSet(
                f"{step}-{kind.lower()}",
                hosted_zone=self.zone,
                record_name=name,
                type=kind,
                alias_target=AliasTarget(dns_name, zone),
            )
            for kind in kinds
        )


def domain(settings: Settings) -> Domain | None:
    """The zone and the certificates of the domain in the settings; None where there is none.

    CloudFront takes its certificate from us-east-1 only, and speaks to the load balancer by a name that the load balancer's own
    certificate, in the platform's region, is good for.
    """
    if settings.domain is None:
        return None
    made = HostedZone("portal", zone_name=settings.domain) if settings.create_hosted_zone else None
    zone: Any = made or hosted_zone_of(settings.domain)
    origin = f"origin.{settings.domain}"
    portal = Certificate("portal", domain_name=settings.domain, region=EDGE)
    # CloudFront passes the viewer's Host header on, so it may ask the load balancer for either name.
    to_origin = Certificate("origin", domain_name=origin, subject_alternative_names=(settings.domain,))
    steps = (*_proven(portal, zone), *_proven(to_origin, zone))
    servers = made.name_servers if made else None
    return Domain(settings.domain, origin, zone, servers, portal, to_origin, (*((made,) if made else ()), *steps))


def _proven(certificate: Certificate, zone: Any) -> tuple[Resource, ...]:
    """A certificate, and the record by which its issuer knows that the domain is ours; renewals look at it again."""
    record = RecordSet(
        f"{certificate.name}-validation",
        hosted_zone=zone,
        record_name=certificate.validation_name,
        type="CNAME",
        ttl=300,
        records=(certificate.validation_value,),
    )
    return certificate, record
