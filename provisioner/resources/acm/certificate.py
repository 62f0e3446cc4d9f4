"""A certificate for TLS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import PENDING, READY, Output, Resource, State, Value, attr, broken, tag_list

if TYPE_CHECKING:
    from collections.abc import Iterable

    from types_boto3_acm.literals import (
        CertificateExportType,
        CertificateTransparencyLoggingPreferenceType,
        KeyAlgorithmType,
        ValidationMethodType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live

_LONGEST_NAME = 64
_KEYS: tuple[KeyAlgorithmType, ...] = (
    *("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096"),
    *("EC_prime256v1", "EC_secp384r1", "EC_secp521r1"),
)


def _algorithm(shown: str) -> str:
    """DescribeCertificate alone spells it with a hyphen."""
    return shown.replace("-", "_")


def _others(names: Iterable[str]) -> list[str]:
    return norm.unordered(name.lower() for name in names)


def _asked(domains: Any) -> Any:
    """Who is asked, by domain; what ACM shows is a list."""
    if isinstance(domains, Mapping):
        return domains
    return {one["DomainName"]: one.get("ValidationDomain") for one in domains}


class Certificate(Resource):
    """A certificate that ACM issues, and renews by itself while the records that prove its domains stay.

    `validation.validation_records(certificate, zone)` gives the steps of these records: ACM shows what it wants some seconds
    after the request, and issues the certificate some minutes after the records can be resolved. A domain and its wildcard want
    the same record, and so does each further certificate for them in the account: one for CloudFront (`region="us-east-1"`) is
    issued by the records of the one for a load balancer. A private one (`certificate_authority_arn`) needs none.

    AWS: ACM RequestCertificate. Nothing of it can be changed but its options: another one is requested, takes the place of the
    old one where that is used, and the old one goes last. Deleted only when nobody uses it. A year's requests are limited.
    """

    domain_name: str = attr("DomainName", replace=True, norm=norm.lower)
    subject_alternative_names: Sequence[str] = attr("OtherNames", default=(), replace=True, norm=_others)
    validation_method: ValidationMethodType | None = attr(
        "DomainValidationOptions[0].ValidationMethod", default=None, replace=True
    )
    validation_domains: Mapping[str, str] | None = attr(
        "DomainValidationOptions", default=None, replace=True, norm=_asked, same=norm.within
    )
    key_algorithm: KeyAlgorithmType = attr("KeyAlgorithm", default="RSA_2048", replace=True, norm=_algorithm)
    export: CertificateExportType | None = attr("Options.Export", default=None, replace=True)
    certificate_transparency_logging_preference: CertificateTransparencyLoggingPreferenceType | None = attr(
        "Options.CertificateTransparencyLoggingPreference", default=None
    )
    certificate_authority_arn: Value[str | None] = attr("CertificateAuthorityArn", default=None, replace=True)
    managed_by: str | None = attr("ManagedBy", default=None, replace=True)

    id = Output("CertificateArn")
    arn = Output("CertificateArn")
    validation_name = Output("DomainValidationOptions[0].ResourceRecord.Name")
    validation_value = Output("DomainValidationOptions[0].ResourceRecord.Value")

    made_before_deleted = True
    usual_seconds = 180.0
    patience_seconds = 4500.0
    since = "CreatedAt"
    finished_by = ("RecordSet",)

    def __post_init__(self) -> None:
        others = tuple(name for name in self.subject_alternative_names if name.lower() != self.domain_name.lower())
        object.__setattr__(self, "subject_alternative_names", others)
        if len(self.domain_name) > _LONGEST_NAME:
            raise PlanError(
                f"{self.key}: ACM takes {_LONGEST_NAME} characters for domain_name, and {self.domain_name} has "
                f"{len(self.domain_name)}: put a longer name into subject_alternative_names"
            )

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Tags are shown certificate by certificate only: asked for where AWS's index says that they are ours, and where a
        # certificate is too young for the index.
        tagged, listed = aws.together(lambda read: read(aws), (_tagged, _list))
        perhaps = [
            found["CertificateArn"]
            for found in listed
            if found["CertificateArn"] in tagged or ((made := found.get("CreatedAt")) and made > aws.tagged_until)
        ]
        found = aws.together(lambda arn: aws.maybe(lambda: _read(aws, arn)), perhaps)
        return [certificate for certificate in found if certificate]

    def create(self, aws: Aws) -> Live | None:
        tags: Any = tag_list(self.tags)
        made = aws.acm.request_certificate(
            DomainName=self.domain_name,
            IdempotencyToken=aws.token(self)[:32],
            KeyAlgorithm=self.key_algorithm,
            Tags=tags,
            **self._optional(),
        )
        return {
            "CertificateArn": made["CertificateArn"],
            "Status": "PENDING_VALIDATION",
            "DomainName": self.domain_name,
            "OtherNames": list(self.subject_alternative_names),
            "KeyAlgorithm": self.key_algorithm,
            "Options": self._options(),
            "Tags": tags,
        }

    def _optional(self) -> dict[str, Any]:
        asked = [{"DomainName": name, "ValidationDomain": by} for name, by in (self.validation_domains or {}).items()]
        optional = {
            "SubjectAlternativeNames": list(self.subject_alternative_names),
            "ValidationMethod": self.validation_method or (None if self.certificate_authority_arn else "DNS"),
            "DomainValidationOptions": asked,
            "Options": self._options(),
            "CertificateAuthorityArn": self.certificate_authority_arn,
            "ManagedBy": self.managed_by,
        }
        return {name: value for name, value in optional.items() if value}

    def _options(self) -> dict[str, str]:
        logged = self.certificate_transparency_logging_preference
        options = {"Export": self.export, "CertificateTransparencyLoggingPreference": logged}
        return {name: value for name, value in options.items() if value}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        arn = live["CertificateArn"]
        if "tags" in changed:
            tags: Any = tag_list(changed["tags"].after)
            aws.acm.add_tags_to_certificate(CertificateArn=arn, Tags=tags)
        if "certificate_transparency_logging_preference" in changed:
            logged: Any = {"CertificateTransparencyLoggingPreference": self.certificate_transparency_logging_preference}
            aws.acm.update_certificate_options(CertificateArn=arn, Options=logged)

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        aws.acm.delete_certificate(CertificateArn=live["CertificateArn"])

    @staticmethod
    def state(live: Live) -> State:
        status = live["Status"]
        if status == "PENDING_VALIDATION":
            return PENDING
        if status == "ISSUED":
            return READY
        return broken(_why(live))

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        found = aws.maybe(lambda: aws.acm.describe_certificate(CertificateArn=live["CertificateArn"]))
        return found["Certificate"].get("InUseBy", []) if found else []


def _why(live: Live) -> str:
    """ACM's own word, and what it means where that is not plain."""
    status = live["Status"]
    if status == "VALIDATION_TIMED_OUT":
        return "VALIDATION_TIMED_OUT: for 72 hours nobody proved the domain; its validation records must stand in public DNS"
    return ": ".join(filter(None, (status, live.get("FailureReason") or live.get("RevocationReason"))))


def _tagged(aws: Aws) -> Any:
    return aws.tagged("acm:certificate")


def _list(aws: Aws) -> Any:
    # Unless asked for, certificates with other keys than RSA's small ones are not shown.
    pages = aws.acm.get_paginator("list_certificates").paginate(Includes={"keyTypes": list(_KEYS)})
    return [found for page in pages for found in page["CertificateSummaryList"]]


def _read(aws: Aws, arn: str) -> Live:
    tags = aws.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
    if aws.ownership.step_of(Certificate, {"CertificateArn": arn, "Tags": tags}) is None:
        return {}
    # Who uses it is left out: what a document names goes after it, and these must go first.
    shown: Any = {**aws.acm.describe_certificate(CertificateArn=arn)["Certificate"], "InUseBy": []}
    domain = shown["DomainName"]
    others = [name for name in shown.get("SubjectAlternativeNames", ()) if name != domain]
    proofs = sorted(shown.get("DomainValidationOptions", ()), key=lambda one: (one["DomainName"] != domain, one["DomainName"]))
    return {**shown, "DomainValidationOptions": proofs, "OtherNames": others, "Tags": tags}
