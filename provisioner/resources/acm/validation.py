"""The records by which ACM knows that a certificate's domains are the account's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...value import Ref
from ..route53.record_set import RecordSet

if TYPE_CHECKING:
    from ...value import Deferred, Referable
    from .certificate import Certificate


def validation_records(certificate: Certificate, hosted_zone: Referable | Deferred | str) -> tuple[RecordSet, ...]:
    """A step for each record that a certificate wants in a public zone: one a domain, which its wildcard shares.

    They start as soon as ACM shows what it wants. Other certificates of the account for the same domains want the same records,
    which are listed once. They must stay for the certificate to be renewed.
    """
    names = (certificate.domain_name, *certificate.subject_alternative_names)
    domains = dict.fromkeys(name.lower().removeprefix("*.") for name in names)
    return tuple(_record(certificate, domain, hosted_zone) for domain in domains)


def _record(certificate: Certificate, domain: str, hosted_zone: Any) -> RecordSet:
    wanted = f"DomainValidationOptions[?DomainName=='{domain}' || DomainName=='*.{domain}'].ResourceRecord"
    return RecordSet(
        f"{certificate.name}-{domain.replace('.', '-')}",
        hosted_zone=hosted_zone,
        record_name=Ref(certificate, f"{wanted}.Name | [0]"),
        type="CNAME",
        records=(Ref(certificate, f"{wanted}.Value | [0]"),),
    )
