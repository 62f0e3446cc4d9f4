"""What CloudFront fills into a distribution's configuration, as GetDistributionConfig shows it afterwards."""

from __future__ import annotations

import copy
from typing import Any

_NONE: dict[str, Any] = {"Quantity": 0}
_NO_SIGNERS: dict[str, Any] = {"Enabled": False, "Quantity": 0}
_READS = ["HEAD", "GET"]

_DISTRIBUTION: dict[str, Any] = {
    "Aliases": _NONE,
    "DefaultRootObject": "",
    "OriginGroups": _NONE,
    "CacheBehaviors": _NONE,
    "CustomErrorResponses": _NONE,
    "Comment": "",
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "PriceClass": "PriceClass_All",
    "ViewerCertificate": {
        "CloudFrontDefaultCertificate": True,
        "SSLSupportMethod": "vip",
        "MinimumProtocolVersion": "TLSv1",
        "CertificateSource": "cloudfront",
    },
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": True,
    "ContinuousDeploymentPolicyId": "",
    "Staging": False,
}
_ORIGIN: dict[str, Any] = {
    "OriginPath": "",
    "CustomHeaders": _NONE,
    "ConnectionAttempts": 3,
    "ConnectionTimeout": 10,
    "OriginShield": {"Enabled": False},
    "OriginAccessControlId": "",
}
_ORIGIN_KINDS: dict[str, dict[str, Any]] = {
    "S3OriginConfig": {"OriginAccessIdentity": "", "OriginReadTimeout": 30},
    "CustomOriginConfig": {"OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5, "IpAddressType": "ipv4"},
    "VpcOriginConfig": {"OriginReadTimeout": 30, "OriginKeepaliveTimeout": 5},
}
_BEHAVIOR: dict[str, Any] = {
    "TrustedSigners": _NO_SIGNERS,
    "TrustedKeyGroups": _NO_SIGNERS,
    "AllowedMethods": {"Quantity": 2, "Items": _READS, "CachedMethods": {"Quantity": 2, "Items": _READS}},
    "SmoothStreaming": False,
    "Compress": False,
    "LambdaFunctionAssociations": _NONE,
    "FunctionAssociations": _NONE,
    "FieldLevelEncryptionId": "",
    "GrpcConfig": {"Enabled": False},
}
# AWS: an alternate domain name's certificate is served by name, not from an address of its own, unless asked otherwise.
_OWN_CERTIFICATE: dict[str, Any] = {"CloudFrontDefaultCertificate": False, "MinimumProtocolVersion": "TLSv1"}


def with_defaults(submitted: dict[str, Any]) -> dict[str, Any]:
    """The whole configuration: what was submitted, and the defaults where nothing was."""
    config = _filled(submitted, _DISTRIBUTION)
    for origin in config["Origins"]["Items"]:
        _fill(origin, _ORIGIN)
        for kind, defaults in _ORIGIN_KINDS.items():
            if kind in origin:
                _fill(origin[kind], defaults)
    for behavior in (config["DefaultCacheBehavior"], *config["CacheBehaviors"].get("Items", ())):
        _fill(behavior, _BEHAVIOR)
        methods = behavior["AllowedMethods"]
        methods.setdefault("CachedMethods", {"Quantity": 2, "Items": list(_READS)})
    certificate = config["ViewerCertificate"]
    for source, named in (("acm", "ACMCertificateArn"), ("iam", "IAMCertificateId")):
        if certificate.get(named):
            _fill(certificate, {**_OWN_CERTIFICATE, "Certificate": certificate[named], "CertificateSource": source})
    return config


def _filled(given: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    whole = copy.deepcopy(given)
    _fill(whole, defaults)
    return whole


def _fill(given: dict[str, Any], defaults: dict[str, Any]) -> None:
    for name, value in defaults.items():
        given.setdefault(name, copy.deepcopy(value))
