"""Amazon CloudFront."""

from __future__ import annotations

from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import ALL_VIEWER, CACHING_DISABLED, CACHING_OPTIMIZED
from provisioner.resources.cloudfront.origin_access_control import OriginAccessControl
from provisioner.resources.cloudfront.parts import (
    CacheBehavior,
    ErrorResponse,
    GeoRestriction,
    Logging,
    Origin,
    OriginGroup,
    ViewerCertificate,
)
from provisioner.resources.cloudfront.response_headers import (
    ContentSecurityPolicy,
    ContentTypeOptions,
    Cors,
    CustomHeader,
    FrameOptions,
    ReferrerPolicy,
    SecurityHeaders,
    ServerTiming,
    StrictTransportSecurity,
    XssProtection,
)
from provisioner.resources.cloudfront.response_headers_policy import ResponseHeadersPolicy
from provisioner.resources.s3.bucket import Bucket
from provisioner.secret import Secret

from . import Example

CONTROL = OriginAccessControl("control")
SITE = Origin(Bucket("site").regional_domain_name, CONTROL)
API = Origin("api.example.com", custom_headers={"X-From": Secret("the-distribution")})
CERTIFICATE = ViewerCertificate("arn:aws:acm:us-east-1:123456789012:certificate/example")

EXAMPLES = [
    Example(
        CONTROL,
        changes={"origin_access_control_origin_type": "lambda", "signing_behavior": "no-override"},
        fixed={"signing_protocol": "sigv4 is the only one"},
    ),
    Example(
        ResponseHeadersPolicy(
            "headers",
            security_headers_config=SecurityHeaders(StrictTransportSecurity(), ContentTypeOptions()),
            cors_config=Cors(("https://example.com",)),
            custom_headers_config={"x-a": CustomHeader("1"), "x-b": CustomHeader("2", override=False)},
            remove_headers_config=("x-powered-by", "server"),
            server_timing_headers_config=ServerTiming(50),
        ),
        changes={
            "security_headers_config": SecurityHeaders(
                StrictTransportSecurity(63072000, include_subdomains=True, preload=True),
                frame_options=FrameOptions("SAMEORIGIN", override=False),
                referrer_policy=ReferrerPolicy("no-referrer"),
                content_security_policy=ContentSecurityPolicy("default-src 'self'"),
                xss_protection=XssProtection(mode_block=False, report_uri="https://example.com/xss"),
            ),
            "cors_config": Cors(("*",), ("ALL",), ("x-a",), expose_headers=("x-b",), max_age_sec=0, origin_override=False),
            "custom_headers_config": {"x-b": CustomHeader("3")},
            "remove_headers_config": (),
            "server_timing_headers_config": ServerTiming(enabled=False),
        },
    ),
    Example(
        Distribution(
            "distribution",
            origins={"site": SITE, "api": API},
            default_cache_behavior=CacheBehavior("site", CACHING_OPTIMIZED),
            aliases=("www.example.com",),
            viewer_certificate=CERTIFICATE,
            logging=Logging(""),
            web_acl_id="",
            geo_restriction=GeoRestriction("none"),
        ),
        changes={
            "origins": {"site": SITE, "api": API._replace(custom_headers={"X-From": Secret("another-word")}, http_port=8080)},
            "default_cache_behavior": CacheBehavior("api", CACHING_DISABLED, "https-only", origin_request_policy_id=ALL_VIEWER),
            "cache_behaviors": {
                "/b/*": CacheBehavior("api", CACHING_DISABLED),
                "/a/*": CacheBehavior("site", CACHING_DISABLED),
            },
            "origin_groups": {"either": OriginGroup(("api", "site"))},
            "aliases": ("example.com", "www.example.com"),
            "viewer_certificate": CERTIFICATE._replace(minimum_protocol_version="TLSv1.2_2025"),
            "comment": "An example",
            "enabled": False,
            "default_root_object": "index.html",
            "custom_error_responses": {403: ErrorResponse("/404.html", 404), 500: ErrorResponse(error_caching_min_ttl=0)},
            "price_class": "PriceClass_100",
            "http_version": "http2and3",
            "is_ipv6_enabled": False,
            "logging": Logging("logs.s3.amazonaws.com", "cdn/"),
            "web_acl_id": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/example/1",
            "geo_restriction": GeoRestriction("blacklist", ("AQ",)),
        },
    ),
]
