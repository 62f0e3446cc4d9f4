"""Module 5: the load balancer, which answers to CloudFront alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.parts import FixedResponse, Forward, HttpHeader, Redirect
from provisioner.resources.elbv2.target_group import TargetGroup

from .security import APP_PORT
from .storage import LOAD_BALANCER_LOGS

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.secretsmanager.secret import Secret

    from .domain import Domain
    from .security import Groups
    from .settings import Settings
    from .storage import Buckets
    from .vpc import Network

ORIGIN_HEADER = "X-Origin-Verify"
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""TLS 1.2 and 1.3 only."""
HEALTH_PATH = "/health"


@dataclass(frozen=True)
class Entry:
    """The load balancer, where the instances register, and by which name and protocol CloudFront comes."""

    load_balancer: LoadBalancer
    target_group: TargetGroup
    domain_name: Any
    protocol: str
    steps: tuple[Resource, ...]


def entry(settings: Settings, net: Network, groups: Groups, buckets: Buckets, header: Secret, domain: Domain | None) -> Entry:
    """All that does not carry CloudFront's secret header is answered 403."""
    balancer = LoadBalancer(
        "alb",
        scheme="internet-facing",
        subnets=net.public_subnets,
        security_groups=(groups.load_balancer,),
        attributes={
            "routing.http2.enabled": True,
            "routing.http.drop_invalid_header_fields.enabled": True,
            "routing.http.desync_mitigation_mode": "defensive",
            "access_logs.s3.enabled": True,
            "access_logs.s3.bucket": buckets.logs,
            "access_logs.s3.prefix": LOAD_BALANCER_LOGS,
            "deletion_protection.enabled": settings.protect,
        },
        # An internet-facing one is refused in a VPC without a way to the internet.
        after=(net.internet_gateway,),
    )
    targets = TargetGroup(
        "app",
        protocol="HTTP",
        port=APP_PORT,
        vpc=net.vpc,
        target_type="instance",
        health_check_protocol="HTTP",
        health_check_path=HEALTH_PATH,
        health_check_interval_seconds=15,
        health_check_timeout_seconds=5,
        healthy_threshold_count=2,
        unhealthy_threshold_count=3,
        matcher="200",
        attributes={"deregistration_delay.timeout_seconds": "60"},
    )
    listeners = _listeners(balancer, domain)
    rule = ListenerRule(
        "cloudfront-only",
        listener=listeners[0],
        priority=1,
        conditions=(HttpHeader(ORIGIN_HEADER, (header.value,)),),
        actions=(Forward(targets),),
    )
    steps = (balancer, targets, *listeners, rule)
    if domain is None:
        return Entry(balancer, targets, balancer.dns_name, "http-only", steps)
    records = domain.points_at("origin", domain.origin, balancer.dns_name, balancer.canonical_hosted_zone_id, "A")
    return Entry(balancer, targets, domain.origin, "https-only", (*steps, *records))


def _listeners(balancer: LoadBalancer, domain: Domain | None) -> tuple[Listener, ...]:
    """The one that serves first."""
    refusal = (FixedResponse(403, "Forbidden", "text/plain"),)
    if domain is None:
        return (Listener("http", load_balancer=balancer, port=80, protocol="HTTP", default_actions=refusal),)
    serving = Listener(
        "https",
        load_balancer=balancer,
        port=443,
        protocol="HTTPS",
        ssl_policy=TLS_POLICY,
        certificates=(domain.origin_certificate,),
        default_actions=refusal,
    )
    to_https = (Redirect("HTTPS", "443", status_code="HTTP_301"),)
    redirecting = Listener("http", load_balancer=balancer, port=80, protocol="HTTP", default_actions=to_https)
    return serving, redirecting
