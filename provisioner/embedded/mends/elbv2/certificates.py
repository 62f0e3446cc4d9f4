"""Certificates of listeners: only issued ones."""

from __future__ import annotations

from moto.backends import get_backend

from ...call import Call, Refused
from ..mending import backend


def must_be_usable(call: Call, arn: str) -> None:
    """AWS: a certificate must be there, in the listener's region (or IAM's), and issued."""
    if ":iam:" in arn:
        found = get_backend("iam")[call.account]["aws"].get_certificate_by_arn(arn)
    else:
        found = backend(call, "acm")._certificates.get(arn)
    if found is None:
        raise Refused("CertificateNotFound", f"Certificate '{arn}' not found")
    if getattr(found, "status", "ISSUED") != "ISSUED":
        needed = "a fully-qualified domain name, a supported signature, and a supported key size"
        raise Refused("UnsupportedCertificate", f"The certificate '{arn}' must have {needed}.")
