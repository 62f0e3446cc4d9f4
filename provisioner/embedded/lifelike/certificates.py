"""Certificates: for a while after one is issued, load balancers and distributions do not take it.

AWS has no word on how long; Terraform waits up to five minutes for listeners, and one for distributions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .finding import certificate, made, named
from .fresh import Birth, Use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..call import Call
    from .fresh import Used

BIRTHS = (Birth("acm", ("RequestCertificate", "ImportCertificate"), made(certificate, "CertificateArn")),)


def _issued(*paths: str) -> Callable[[Call], Iterator[Used]]:
    """Those that are issued; the others are refused for what they are."""
    every = named(certificate, *paths)
    return lambda call: ((name, found) for name, found in every(call) if found.status == "ISSUED")


_CONFIG = "DistributionConfig.ViewerCertificate.ACMCertificateArn"

USES = (
    Use(
        "elbv2",
        ("CreateListener", "ModifyListener", "AddListenerCertificates"),
        _issued("Certificates.CertificateArn"),
        "CertificateNotFound",
        "Certificate '{}' not found",
    ),
    Use(
        "cloudfront",
        ("CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution"),
        _issued(_CONFIG, f"DistributionConfigWithTags.{_CONFIG}"),
        "InvalidViewerCertificate",
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, "
        "or doesn't include a valid certificate chain.",
    ),
)
