"""What a distribution is made of, as a plan writes it. What a plan does not say (None) is left as AWS has it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ...secret import Secret

if TYPE_CHECKING:
    from types_boto3_cloudfront.literals import (
        EventTypeType,
        GeoRestrictionTypeType,
        IpAddressTypeType,
        MethodType,
        MinimumProtocolVersionType,
        OriginProtocolPolicyType,
        SslProtocolType,
        SSLSupportMethodType,
        ViewerProtocolPolicyType,
    )

    from ...value import Deferred, Referable

    Text: TypeAlias = str | Deferred
    Step: TypeAlias = Referable | Deferred | str

_S3 = re.compile(r"(?P<bucket>.+)\.s3(?!-website)[.-]([a-z0-9-]+\.)?amazonaws\.com(\.cn)?")


class Origin(NamedTuple):
    """Where CloudFront fetches from: a bucket's regional domain with an origin access control, or any server's domain.

    Ports, protocols and timeouts are for servers. `custom_headers` are added to every request, so that the origin can tell
    CloudFront from others; they are compared by digest and never shown.
    """

    domain_name: Text
    origin_access_control: Step | None = None
    vpc_origin: Step | None = None
    origin_path: str | None = None
    custom_headers: Mapping[str, Text | Secret] | None = None
    origin_protocol_policy: OriginProtocolPolicyType = "https-only"
    http_port: int = 80
    https_port: int = 443
    origin_ssl_protocols: Sequence[SslProtocolType] = ("TLSv1.2",)
    origin_read_timeout: int | None = None
    origin_keepalive_timeout: int | None = None
    ip_address_type: IpAddressTypeType | None = None
    connection_attempts: int | None = None
    connection_timeout: int | None = None
    response_completion_timeout: int | None = None
    origin_shield_region: str | None = None

    def spelt(self, name: str) -> dict[str, Any]:
        """The origin in CloudFront's spelling."""
        return {
            "Id": name,
            "DomainName": self.domain_name,
            "OriginAccessControlId": self.origin_access_control,
            "OriginPath": self.origin_path,
            "CustomHeaders": self._headers(),
            "ConnectionAttempts": self.connection_attempts,
            "ConnectionTimeout": self.connection_timeout,
            "ResponseCompletionTimeout": self.response_completion_timeout,
            "OriginShield": self._shield(),
            **self._kind(),
        }

    def _kind(self) -> dict[str, Any]:
        timeouts = {"OriginReadTimeout": self.origin_read_timeout, "OriginKeepaliveTimeout": self.origin_keepalive_timeout}
        if self.vpc_origin is not None:
            return {"VpcOriginConfig": {"VpcOriginId": self.vpc_origin, **timeouts}}
        if bucket_of(self.domain_name):
            return {"S3OriginConfig": {"OriginAccessIdentity": ""}}
        server = {
            "HTTPPort": self.http_port,
            "HTTPSPort": self.https_port,
            "OriginProtocolPolicy": self.origin_protocol_policy,
            "OriginSslProtocols": sorted(self.origin_ssl_protocols),
            "IpAddressType": self.ip_address_type,
        }
        return {"CustomOriginConfig": {**server, **timeouts}}

    def _headers(self) -> Any:
        if self.custom_headers is None:
            return None
        return [{"HeaderName": name, "HeaderValue": value} for name, value in sorted(self.custom_headers.items())]

    def _shield(self) -> Any:
        if self.origin_shield_region is None:
            return None
        region = self.origin_shield_region
        return {"Enabled": True, "OriginShieldRegion": region} if region else {"Enabled": False}


class OriginGroup(NamedTuple):
    """Two origins: the second one answers where the first one answers with one of the codes."""

    members: tuple[str, str]
    status_codes: Sequence[int] = (500, 502, 503, 504)

    def spelt(self, name: str) -> dict[str, Any]:
        """The group in CloudFront's spelling."""
        members = [{"OriginId": member} for member in self.members]
        return {"Id": name, "FailoverCriteria": {"StatusCodes": sorted(self.status_codes)}, "Members": members}


class CacheBehavior(NamedTuple):
    """How requests are answered: from which origin (or group), cached by which policy.

    Policies are ids: CloudFront's own stand in `managed_policies`. Functions are ARNs by the event that they answer. An empty
    id or mapping is a wish for none.
    """

    target_origin_id: str
    cache_policy_id: Step
    viewer_protocol_policy: ViewerProtocolPolicyType = "redirect-to-https"
    allowed_methods: Sequence[MethodType] = ("GET", "HEAD")
    cached_methods: Sequence[MethodType] = ("GET", "HEAD")
    compress: bool = True
    origin_request_policy_id: Step | None = None
    response_headers_policy_id: Step | None = None
    function_associations: Mapping[EventTypeType, Step] | None = None
    lambda_function_associations: Mapping[EventTypeType, Step] | None = None
    trusted_key_groups: Sequence[Step] | None = None
    realtime_log_config_arn: Step | None = None
    field_level_encryption_id: Step | None = None
    grpc_enabled: bool | None = None

    def spelt(self) -> dict[str, Any]:
        """The behaviour in CloudFront's spelling."""
        groups, grpc = self.trusted_key_groups, self.grpc_enabled
        return {
            "TargetOriginId": self.target_origin_id,
            "CachePolicyId": self.cache_policy_id,
            "ViewerProtocolPolicy": self.viewer_protocol_policy,
            "AllowedMethods": {"Items": sorted(self.allowed_methods), "CachedMethods": sorted(self.cached_methods)},
            "Compress": self.compress,
            "OriginRequestPolicyId": self.origin_request_policy_id,
            "ResponseHeadersPolicyId": self.response_headers_policy_id,
            "FunctionAssociations": _associations("FunctionARN", self.function_associations),
            "LambdaFunctionAssociations": _associations("LambdaFunctionARN", self.lambda_function_associations),
            "TrustedKeyGroups": None if groups is None else {"Enabled": bool(groups), "Items": sorted(groups, key=str)},
            "RealtimeLogConfigArn": self.realtime_log_config_arn,
            "FieldLevelEncryptionId": self.field_level_encryption_id,
            "GrpcConfig": None if grpc is None else {"Enabled": grpc},
        }


def _associations(arn: str, functions: Mapping[EventTypeType, Step] | None) -> Any:
    if functions is None:
        return None
    return [{"EventType": event, arn: function} for event, function in sorted(functions.items())]


class ErrorResponse(NamedTuple):
    """What viewers get for an error of the origin: a page with a code, or the error itself, cached for some seconds."""

    response_page_path: str = ""
    response_code: int | None = None
    error_caching_min_ttl: int | None = None

    def spelt(self, code: int) -> dict[str, Any]:
        """The response in CloudFront's spelling."""
        answer = "" if self.response_code is None else str(self.response_code)
        page = {"ResponsePagePath": self.response_page_path, "ResponseCode": answer}
        return {"ErrorCode": code, **page, "ErrorCachingMinTTL": self.error_caching_min_ttl}


class ViewerCertificate(NamedTuple):
    """The certificate for the aliases, from ACM in us-east-1; without one, CloudFront's own for its own domain."""

    acm_certificate: Step | None = None
    minimum_protocol_version: MinimumProtocolVersionType = "TLSv1.2_2021"
    ssl_support_method: SSLSupportMethodType = "sni-only"

    def spelt(self) -> dict[str, Any]:
        """The certificate in CloudFront's spelling."""
        if self.acm_certificate is None:
            return {"CloudFrontDefaultCertificate": True}
        how = {"MinimumProtocolVersion": self.minimum_protocol_version, "SSLSupportMethod": self.ssl_support_method}
        return {"ACMCertificateArn": self.acm_certificate, **how}


class Logging(NamedTuple):
    """Standard access logs, to a bucket that takes ACLs, named by its domain; an empty one is a wish for none."""

    bucket: Text
    prefix: str = ""
    include_cookies: bool = False

    def spelt(self) -> dict[str, Any]:
        """The logging in CloudFront's spelling."""
        on = {"Enabled": bool(self.bucket), "IncludeCookies": self.include_cookies}
        return {**on, "Bucket": self.bucket, "Prefix": self.prefix}


class GeoRestriction(NamedTuple):
    """Which countries (ISO 3166-1, two letters) may see the content: `whitelist` only these, `blacklist` all but these."""

    restriction_type: GeoRestrictionTypeType = "none"
    locations: Sequence[str] = ()

    def spelt(self) -> dict[str, Any]:
        """The restriction in CloudFront's spelling."""
        return {"RestrictionType": self.restriction_type, "Items": sorted(self.locations)}


def bucket_of(domain: str | Deferred) -> str | None:
    """The bucket that a domain is of, if it is one's (and not that of its website)."""
    found = _S3.fullmatch(domain) if isinstance(domain, str) else None
    return found["bucket"] if found else None


def digest(value: str | Secret) -> str:
    """What is shown of a header's value."""
    text = value.reveal() if isinstance(value, Secret) else value
    return f"sha256:{sha256(text.encode()).hexdigest()[:16]}"
