"""What listeners and rules are made of, as a plan writes it. What a plan does not say (None) is AWS's choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from types_boto3_elbv2.literals import (
        AdvertiseTrustStoreCaNamesEnumType,
        AuthenticateOidcActionConditionalBehaviorEnumType,
        JwtValidationActionAdditionalClaimFormatEnumType,
        RedirectActionStatusCodeEnumType,
        TargetGroupIpAddressTypeEnumType,
    )

    from ...secret import Secret
    from ...value import Deferred, Referable

    Text: TypeAlias = str | Deferred
    Step: TypeAlias = Referable | Deferred | str
    Hidden: TypeAlias = str | Deferred | Secret


class Forward(NamedTuple):
    """To a target group, or to several by weight. `stickiness_seconds` keeps a client with the group that it came to first."""

    target_groups: Step | Mapping[Step, int]
    stickiness_seconds: int = 0

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        groups: Any = self.target_groups if isinstance(self.target_groups, Mapping) else {self.target_groups: 1}
        config: dict[str, Any] = {"TargetGroups": [{"TargetGroupArn": arn, "Weight": groups[arn]} for arn in sorted(groups)]}
        if self.stickiness_seconds:
            config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": self.stickiness_seconds}
        return {"Type": "forward", "ForwardConfig": config}


class Redirect(NamedTuple):
    """To another address; by default the same one over HTTPS. `#{…}` stands for the part of the request's own address."""

    protocol: str = "HTTPS"
    port: str = "443"
    host: Text = "#{host}"
    path: Text = "/#{path}"
    query: Text = "#{query}"
    status_code: RedirectActionStatusCodeEnumType = "HTTP_301"

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        where = {"Protocol": self.protocol, "Port": self.port, "Host": self.host, "Path": self.path, "Query": self.query}
        return {"Type": "redirect", "RedirectConfig": {**where, "StatusCode": self.status_code}}


class FixedResponse(NamedTuple):
    """An answer (2XX, 4XX or 5XX) that no target is asked for."""

    status_code: int
    message_body: Text | None = None
    content_type: str | None = None

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        body = {"MessageBody": self.message_body, "ContentType": self.content_type}
        return {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": str(self.status_code), **body}}


class AuthenticateOidc(NamedTuple):
    """First sign in with an OpenID Connect provider. AWS never shows the client's secret: changed alone, it is not sent."""

    issuer: Text
    authorization_endpoint: Text
    token_endpoint: Text
    user_info_endpoint: Text
    client_id: Text
    client_secret: Secret | Deferred
    session_cookie_name: str | None = None
    scope: str | None = None
    session_timeout: int | None = None
    authentication_request_extra_params: Mapping[str, str] | None = None
    on_unauthenticated_request: AuthenticateOidcActionConditionalBehaviorEnumType | None = None

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        return {"Type": "authenticate-oidc", "AuthenticateOidcConfig": _camel(self)}


class AuthenticateCognito(NamedTuple):
    """First sign in with a Cognito user pool."""

    user_pool_arn: Text
    user_pool_client_id: Text
    user_pool_domain: Text
    session_cookie_name: str | None = None
    scope: str | None = None
    session_timeout: int | None = None
    authentication_request_extra_params: Mapping[str, str] | None = None
    on_unauthenticated_request: AuthenticateOidcActionConditionalBehaviorEnumType | None = None

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        return {"Type": "authenticate-cognito", "AuthenticateCognitoConfig": _camel(self)}


class Claim(NamedTuple):
    """What a token must say beside its issuer."""

    name: str
    values: Sequence[str]
    format: JwtValidationActionAdditionalClaimFormatEnumType = "single-string"


class JwtValidation(NamedTuple):
    """First check the request's JSON Web Token against the issuer's keys."""

    issuer: Text
    jwks_endpoint: Text
    additional_claims: Sequence[Claim] | None = None

    def spelt(self) -> dict[str, Any]:
        """The action in AWS's spelling."""
        claims = None if self.additional_claims is None else [_camel(claim) for claim in self.additional_claims]
        return {"Type": "jwt-validation", "JwtValidationConfig": {**_camel(self), "AdditionalClaims": claims}}


Action: TypeAlias = Forward | Redirect | FixedResponse | AuthenticateOidc | AuthenticateCognito | JwtValidation


def _camel(part: Any) -> dict[str, Any]:
    spelt = {"".join(word.capitalize() for word in name.split("_")): value for name, value in part._asdict().items()}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in spelt.items()}


class PathPattern(NamedTuple):
    """The path is like one of these (`*` any text, `?` any character), or matches one of the regular expressions."""

    values: Sequence[Text] = ()
    regex_values: Sequence[Text] = ()

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        return {"Field": "path-pattern", "PathPatternConfig": _values(self)}


class HostHeader(NamedTuple):
    """The host is one of these, whatever its letters' case; with the same wildcards."""

    values: Sequence[Text] = ()
    regex_values: Sequence[Text] = ()

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        return {"Field": "host-header", "HostHeaderConfig": _values(self)}


class HttpHeader(NamedTuple):
    """A header has one of these values, which may be secrets: they are compared by digest and never shown."""

    http_header_name: str
    values: Sequence[Hidden] = ()
    regex_values: Sequence[Hidden] = ()

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        return {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": self.http_header_name, **_values(self)}}


class HttpRequestMethod(NamedTuple):
    """The method is one of these."""

    values: Sequence[str]

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        return {"Field": "http-request-method", "HttpRequestMethodConfig": _values(self)}


class QueryString(NamedTuple):
    """The query holds one of these pairs of key and value; without a key (None), the value under any key."""

    values: Sequence[tuple[str | None, Text]]

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        listed = [{"Key": key, "Value": value} if key else {"Value": value} for key, value in self.values]
        return {"Field": "query-string", "QueryStringConfig": {"Values": listed}}


class SourceIp(NamedTuple):
    """The client's address is in one of these blocks; for a network load balancer, it is of a type."""

    values: Sequence[Text] = ()
    ip_address_type: TargetGroupIpAddressTypeEnumType | None = None

    def spelt(self) -> dict[str, Any]:
        """The condition in AWS's spelling."""
        kind = {"IpAddressType": self.ip_address_type} if self.ip_address_type else {}
        return {"Field": "source-ip", "SourceIpConfig": {**_values(self), **kind}}


Condition: TypeAlias = PathPattern | HostHeader | HttpHeader | HttpRequestMethod | QueryString | SourceIp


def _values(part: Any) -> dict[str, Any]:
    lists = {"Values": part.values, "RegexValues": getattr(part, "regex_values", ())}
    return {name: list(values) for name, values in lists.items() if values}


class HostHeaderRewrite(NamedTuple):
    """Replace what matches in the host, before a target sees it."""

    regex: str
    replace: Text

    def spelt(self) -> dict[str, Any]:
        """The transform in AWS's spelling."""
        return {"Type": "host-header-rewrite", "HostHeaderRewriteConfig": {"Rewrites": [_camel(self)]}}


class UrlRewrite(NamedTuple):
    """Replace what matches in the path and query, before a target sees them."""

    regex: str
    replace: Text

    def spelt(self) -> dict[str, Any]:
        """The transform in AWS's spelling."""
        return {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [_camel(self)]}}


Transform: TypeAlias = HostHeaderRewrite | UrlRewrite


class MutualAuthentication(NamedTuple):
    """Whether clients show certificates: `off`, `passthrough` (targets judge them), or `verify` against a trust store."""

    mode: str = "off"
    trust_store: Step | None = None
    ignore_client_certificate_expiry: bool | None = None
    advertise_trust_store_ca_names: AdvertiseTrustStoreCaNamesEnumType | None = None

    def spelt(self) -> dict[str, Any]:
        """The mode in AWS's spelling."""
        spelt = {**_camel(self), "TrustStoreArn": self.trust_store}
        return {name: value for name, value in spelt.items() if value is not None and name != "TrustStore"}


class SubnetMapping(NamedTuple):
    """A subnet with addresses of the plan's choice for a network load balancer: an elastic IP, or private ones."""

    subnet: Step
    allocation: Step | None = None
    private_ipv4_address: str | None = None
    ipv6_address: str | None = None
    source_nat_ipv6_prefix: str | None = None

    def spelt(self) -> dict[str, Any]:
        """The mapping in AWS's spelling."""
        spelt = {
            "SubnetId": self.subnet,
            "AllocationId": self.allocation,
            "PrivateIPv4Address": self.private_ipv4_address,
            "IPv6Address": self.ipv6_address,
            "SourceNatIpv6Prefix": self.source_nat_ipv6_prefix,
        }
        return {name: value for name, value in spelt.items() if value is not None}
