"""The headers that CloudFront puts into its answers, as a plan writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from types_boto3_cloudfront.literals import (
        FrameOptionsListType,
        ReferrerPolicyListType,
        ResponseHeadersPolicyAccessControlAllowMethodsValuesType,
    )

    from ...value import Deferred

    Text: TypeAlias = str | Deferred

A_YEAR = 31536000


class Cors(NamedTuple):
    """What other origins' pages may do with the answers; without `allow_origins`, a wish for no such headers."""

    allow_origins: Sequence[Text] = ()
    allow_methods: Sequence[ResponseHeadersPolicyAccessControlAllowMethodsValuesType] = ("GET", "HEAD")
    allow_headers: Sequence[str] = ("*",)
    allow_credentials: bool = False
    expose_headers: Sequence[str] = ()
    max_age_sec: int = 600
    origin_override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The configuration in CloudFront's spelling."""
        if not self.allow_origins:
            return {}
        exposed = {"AccessControlExposeHeaders": counted(self.expose_headers)} if self.expose_headers else {}
        return {
            "AccessControlAllowOrigins": counted(self.allow_origins),
            "AccessControlAllowMethods": counted(self.allow_methods),
            "AccessControlAllowHeaders": counted(self.allow_headers),
            "AccessControlAllowCredentials": self.allow_credentials,
            "AccessControlMaxAgeSec": self.max_age_sec,
            "OriginOverride": self.origin_override,
            **exposed,
        }


class StrictTransportSecurity(NamedTuple):
    """Browsers come back by HTTPS only."""

    max_age_sec: int = A_YEAR
    include_subdomains: bool = False
    preload: bool = False
    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        which = {"IncludeSubdomains": self.include_subdomains, "Preload": self.preload}
        return {"AccessControlMaxAgeSec": self.max_age_sec, **which, "Override": self.override}


class ContentTypeOptions(NamedTuple):
    """Browsers take a file for what its type says (`nosniff`)."""

    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        return {"Override": self.override}


class FrameOptions(NamedTuple):
    """Whether pages may stand in frames."""

    frame_option: FrameOptionsListType = "DENY"
    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        return {"FrameOption": self.frame_option, "Override": self.override}


class ReferrerPolicy(NamedTuple):
    """What other sites learn of where a visitor comes from."""

    referrer_policy: ReferrerPolicyListType = "strict-origin-when-cross-origin"
    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        return {"ReferrerPolicy": self.referrer_policy, "Override": self.override}


class ContentSecurityPolicy(NamedTuple):
    """From where a page may load what."""

    content_security_policy: Text
    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        return {"ContentSecurityPolicy": self.content_security_policy, "Override": self.override}


class XssProtection(NamedTuple):
    """A filter of old browsers. A `report_uri` goes without `mode_block` only."""

    protection: bool = True
    mode_block: bool = True
    report_uri: Text | None = None
    override: bool = True

    def spelt(self) -> dict[str, Any]:
        """The header in CloudFront's spelling."""
        report = {} if self.report_uri is None else {"ReportUri": self.report_uri}
        return {"Protection": self.protection, "ModeBlock": self.mode_block, **report, "Override": self.override}


class SecurityHeaders(NamedTuple):
    """The security headers, all of them: one that is None is a wish for none."""

    strict_transport_security: StrictTransportSecurity | None = None
    content_type_options: ContentTypeOptions | None = None
    frame_options: FrameOptions | None = None
    referrer_policy: ReferrerPolicy | None = None
    content_security_policy: ContentSecurityPolicy | None = None
    xss_protection: XssProtection | None = None

    def spelt(self) -> dict[str, Any]:
        """The configuration in CloudFront's spelling."""
        headers = {
            "StrictTransportSecurity": self.strict_transport_security,
            "ContentTypeOptions": self.content_type_options,
            "FrameOptions": self.frame_options,
            "ReferrerPolicy": self.referrer_policy,
            "ContentSecurityPolicy": self.content_security_policy,
            "XSSProtection": self.xss_protection,
        }
        return {name: header.spelt() for name, header in headers.items() if header is not None}


class ServerTiming(NamedTuple):
    """A share of the answers (0 to 100 %) tells how CloudFront made them; not enabled, a wish for none."""

    sampling_rate: float = 0.0
    enabled: bool = True

    def spelt(self) -> dict[str, Any]:
        """The configuration in CloudFront's spelling."""
        return {"Enabled": True, "SamplingRate": self.sampling_rate} if self.enabled else {}


class CustomHeader(NamedTuple):
    """A header of one's own; without `override`, only where the origin does not send it."""

    value: Text
    override: bool = True


def counted(items: Iterable[Any]) -> dict[str, Any]:
    """A list as CloudFront takes it here: with its length, and with its items even where there are none."""
    listed = list(items)
    return {"Quantity": len(listed), "Items": listed}
