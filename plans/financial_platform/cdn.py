"""Module 7: CloudFront in front of everything, and the web ACLs that watch what comes in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from provisioner import text
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import ALL_VIEWER, CACHING_DISABLED, CACHING_OPTIMIZED
from provisioner.resources.cloudfront.origin_access_control import OriginAccessControl
from provisioner.resources.cloudfront.parts import CacheBehavior, Logging, Origin, ViewerCertificate
from provisioner.resources.cloudfront.response_headers import (
    ContentSecurityPolicy,
    ContentTypeOptions,
    FrameOptions,
    ReferrerPolicy,
    SecurityHeaders,
    StrictTransportSecurity,
    XssProtection,
)
from provisioner.resources.cloudfront.response_headers_policy import ResponseHeadersPolicy
from provisioner.resources.logs.delivery import Delivery
from provisioner.resources.logs.delivery_destination import DeliveryDestination
from provisioner.resources.logs.delivery_source import DeliverySource
from provisioner.resources.route53.parts import CLOUDFRONT_ZONE
from provisioner.resources.wafv2.parts import ManagedRuleGroup, RateLimit, Rule
from provisioner.resources.wafv2.web_acl import WebAcl

from .alb import ORIGIN_HEADER
from .policies import EDGE
from .storage import CDN_LOGS, STATIC, asset_policy

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup
    from provisioner.resources.secretsmanager.secret import Secret

    from .alb import Entry
    from .domain import Domain
    from .monitoring import LogGroups
    from .settings import Settings
    from .storage import Buckets

REQUESTS_IN_FIVE_MINUTES = 2000
MANAGED_RULES = {
    "ip-reputation": "AWSManagedRulesAmazonIpReputationList",
    "common": "AWSManagedRulesCommonRuleSet",
    "known-bad-inputs": "AWSManagedRulesKnownBadInputsRuleSet",
    "sql-injection": "AWSManagedRulesSQLiRuleSet",
}
UNTOLD_HEADERS = ("authorization", "cookie", ORIGIN_HEADER.lower())
"""What neither the web ACLs' logs nor their samples of requests may show: the load balancer's sees the origin's secret."""


@dataclass(frozen=True)
class Cdn:
    """The distribution and its web ACL; the load balancer's own ACL where the profile wants one."""

    distribution: Distribution
    web_acl: WebAcl
    alb_web_acl: WebAcl | None
    url: Any
    steps: tuple[Resource, ...]


def cdn(settings: Settings, entry: Entry, buckets: Buckets, groups: LogGroups, header: Secret, domain: Domain | None) -> Cdn:
    """Viewers come over HTTPS, pass the web ACL, and get security headers; the bucket and the load balancer know CloudFront."""
    acl = _web_acl("edge", "CLOUDFRONT", groups.edge_web_acl, region=EDGE)
    signature = OriginAccessControl("assets")
    headers = _security_headers()
    distribution = Distribution(
        "portal",
        comment="The portal of the financial transaction platform",
        # The application answers both; without one, a listing of what the origin holds might be shown for `/`.
        default_root_object="index.html",
        origins={
            "portal": Origin(
                entry.domain_name,
                origin_protocol_policy=entry.protocol,  # type: ignore[arg-type]
                custom_headers={ORIGIN_HEADER: header.value},
            ),
            "assets": Origin(buckets.assets.regional_domain_name, signature),
        },
        default_cache_behavior=CacheBehavior(
            "portal",
            CACHING_DISABLED,
            allowed_methods=("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"),
            origin_request_policy_id=ALL_VIEWER,
            response_headers_policy_id=headers,
        ),
        cache_behaviors={f"/{STATIC}*": CacheBehavior("assets", CACHING_OPTIMIZED, response_headers_policy_id=headers)},
        aliases=(domain.name,) if domain else (),
        viewer_certificate=ViewerCertificate(domain.portal_certificate if domain else None),
        http_version="http2and3",
        # Its access logs are delivered by CloudWatch Logs, which needs no ACLs on the bucket.
        logging=Logging(""),
        web_acl_id=acl.arn,
        after=(domain.portal_certificate,) if domain else (),
    )
    balancer_acl = _web_acl("alb", "REGIONAL", groups.alb_web_acl, entry.load_balancer) if groups.alb_web_acl else None
    records = domain.points_at("portal", domain.name, distribution.domain_name, CLOUDFRONT_ZONE, "A", "AAAA") if domain else ()
    return Cdn(
        distribution,
        acl,
        balancer_acl,
        text("https://{}/", domain.name if domain else distribution.domain_name),
        steps=(
            *(acl, signature, headers, distribution, asset_policy(settings, buckets.assets, distribution)),
            *_access_logs(distribution, buckets),
            *((balancer_acl,) if balancer_acl else ()),
            *records,
        ),
    )


def _web_acl(name: str, scope: Any, log: LogGroup, balancer: Any = None, region: str | None = None) -> WebAcl:
    """A limit for each address, and the rules that AWS keeps up to date; each with its metric."""
    by_address = RateLimit(REQUESTS_IN_FIVE_MINUTES)
    if balancer is not None:
        # To the load balancer all come from CloudFront's addresses: their own stand in what CloudFront adds.
        by_address = RateLimit(
            REQUESTS_IN_FIVE_MINUTES, aggregate_key_type="FORWARDED_IP", forwarded_ip_header="X-Forwarded-For"
        )
    limit = {"rate-limit": Rule(0, by_address)}
    managed = {title: Rule(place, ManagedRuleGroup(rules)) for place, (title, rules) in enumerate(MANAGED_RULES.items(), 1)}
    return WebAcl(
        name,
        scope=scope,
        default_action="Allow",
        description="Rate limit and managed rules of the portal",
        rules={**limit, **managed},
        data_protections=(
            {"Field": {"FieldType": "SINGLE_HEADER", "FieldKeys": list(UNTOLD_HEADERS)}, "Action": "SUBSTITUTION"},
        ),
        logging_destination=log.arn,
        associations=(balancer,) if balancer is not None else (),
        region=region,
    )


def _security_headers() -> ResponseHeadersPolicy:
    return ResponseHeadersPolicy(
        "security-headers",
        security_headers_config=SecurityHeaders(
            strict_transport_security=StrictTransportSecurity(include_subdomains=True, preload=True),
            content_type_options=ContentTypeOptions(),
            frame_options=FrameOptions("DENY"),
            referrer_policy=ReferrerPolicy("strict-origin-when-cross-origin"),
            content_security_policy=ContentSecurityPolicy("default-src 'self'; frame-ancestors 'none'"),
            xss_protection=XssProtection(),
        ),
    )


def _access_logs(distribution: Distribution, buckets: Buckets) -> tuple[Resource, ...]:
    """CloudFront's standard logging, version 2, which lives in us-east-1."""
    source = DeliverySource("cdn-logs", resource_arn=distribution.arn, log_type="ACCESS_LOGS", region=EDGE)
    destination = DeliveryDestination(
        "cdn-logs", destination_resource_arn=text("{}/" + CDN_LOGS, buckets.logs.arn), output_format="json", region=EDGE
    )
    delivery = Delivery("cdn-logs", delivery_source=source, delivery_destination=destination, region=EDGE)
    return source, destination, delivery
