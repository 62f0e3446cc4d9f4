"""Mends of ACM: a certificate is issued once DNS proves the domain, keeps its key's kind, and is held by those who use it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from moto.acm.models import CertBundle
from moto.core.utils import get_service_model

from ..call import Call, Refused, Result
from ..clock import Delay
from .cloudfront.distributions import config_of
from .mending import Mends, backend
from .pages import page
from .route53.records import Key, sets_of, written
from .under_way import begin

mends = Mends("acm")

# AWS: minutes from when the record can be resolved.
_SECONDS = 120
_LONGEST_NAME = 64
_REQUESTED = ("RSA_2048", "EC_prime256v1", "EC_secp384r1")
_LISTED = ("RSA_1024", "RSA_2048")


@cache
def mend() -> None:
    """Puts right what is wrong in moto's own model, once in a process: time alone issues nothing."""
    owner: Any = CertBundle
    original = owner.check
    owner.check = lambda bundle: None if bundle.status == "PENDING_VALIDATION" else original(bundle)


@mends.first("RequestCertificate")
def request_is_valid(call: Call, acm: Any) -> None:
    asked = call.parameters
    if len(asked["DomainName"]) > _LONGEST_NAME:
        raise Refused("ValidationException", f"The first domain name can be no longer than {_LONGEST_NAME} characters.")
    if asked.get("KeyAlgorithm", "RSA_2048") not in _REQUESTED:
        raise Refused("ValidationException", f"The algorithm {asked['KeyAlgorithm']} is for imported certificates only.")
    known = acm._idempotency_tokens.get(asked.get("IdempotencyToken"))
    if known and known["arn"] not in acm._certificates:
        del acm._idempotency_tokens[asked["IdempotencyToken"]]


@mends.then("RequestCertificate")
def keep(call: Call, acm: Any, result: Result) -> None:
    bundle, asked = acm._certificates[result["CertificateArn"]], call.parameters
    if hasattr(bundle, "names"):
        return
    bundle.names = list(dict.fromkeys((asked["DomainName"], *asked.get("SubjectAlternativeNames", ()))))
    bundle.key_algorithm = asked.get("KeyAlgorithm", "RSA_2048")
    bundle.method = asked.get("ValidationMethod", "EMAIL")
    bundle.asks = {one["DomainName"]: one["ValidationDomain"] for one in asked.get("DomainValidationOptions", ())}
    bundle.managed_by = asked.get("ManagedBy")
    # AWS: the record that is asked for is shown some seconds after the request.
    bundle.issuing, bundle.issued_at, bundle.without_record = None, None, Delay(5, looks=1)
    bundle.failure = None


def fail(call: Call, arn: str, reason: str, message: str) -> None:
    """A new one ends as `FAILED`, for a reason that AWS gives as a code alone."""
    bundle = backend(call)._certificates[arn]

    def failed() -> None:
        bundle.status, bundle.failure = "FAILED", reason

    begin(call, arn, Delay(60), failed, seen_by=("acm:DescribeCertificate", "acm:ListCertificates"))


@mends.first("DescribeCertificate", "ListCertificates")
def look(call: Call, acm: Any) -> None:
    """Whoever looks sees what has come of a request since."""
    for bundle in acm._certificates.values():
        if bundle.status != "PENDING_VALIDATION" or not hasattr(bundle, "names"):
            continue
        if not _is_proven(bundle, call):
            bundle.issuing = None
            continue
        bundle.issuing = bundle.issuing or Delay(_SECONDS)
        if not bundle.issuing.goes_on():
            bundle.status, bundle.issued_at = "ISSUED", datetime.now(UTC)


def _is_proven(bundle: Any, call: Call) -> bool:
    if bundle.method != "DNS":
        return False
    zones = [zone for zone in backend(call, "route53").zones.values() if not zone.private_zone]
    proofs = [option["ResourceRecord"] for option in _options(bundle)]
    return all(any(_shows(zone, proof) for zone in zones) for proof in proofs)


def _shows(zone: Any, proof: dict[str, str]) -> bool:
    record = sets_of(zone).get(Key(written(proof["Name"]), "CNAME"), {})
    return any(written(one["Value"]) == written(proof["Value"]) for one in record.get("ResourceRecords", ()))


def _options(bundle: Any) -> list[dict[str, Any]]:
    shown = bundle.describe()["Certificate"].get("DomainValidationOptions", ())
    return sorted(shown, key=lambda option: bundle.names.index(option["DomainName"]))


@mends.then("DescribeCertificate")
def show(call: Call, acm: Any, result: Result) -> Result:
    bundle = acm._certificates[call.parameters["CertificateArn"]]
    shown = {**result["Certificate"], "InUseBy": list(_users(bundle, call))}
    if not hasattr(bundle, "names"):
        return {"Certificate": shown}
    # AWS: in this answer alone, with a hyphen.
    shown["KeyAlgorithm"] = bundle.key_algorithm.replace("_", "-", 1)
    shown |= {"SubjectAlternativeNames": bundle.names, **_more(bundle)}
    if "DomainValidationOptions" in shown:
        hides = bundle.method != "DNS" or bundle.without_record.goes_on()
        shown["DomainValidationOptions"] = [_validation(bundle, option, hides) for option in _options(bundle)]
    return {"Certificate": shown if bundle.status == "ISSUED" else _without_a_certificate(shown)}


def _more(bundle: Any) -> dict[str, Any]:
    more = {"ManagedBy": bundle.managed_by, "IssuedAt": bundle.issued_at, "FailureReason": bundle.failure}
    return {name: value for name, value in more.items() if value}


def _validation(bundle: Any, option: dict[str, Any], hides: bool) -> dict[str, Any]:
    name, base = option["DomainName"], {**option, "ValidationMethod": bundle.method}
    if hides:
        del base["ResourceRecord"]
    return {**base, "ValidationDomain": bundle.asks.get(name, name.removeprefix("*."))}


def _without_a_certificate(shown: dict[str, Any]) -> dict[str, Any]:
    """AWS: before it is issued there is nothing with a serial number or dates."""
    later = ("Serial", "NotBefore", "NotAfter", "IssuedAt", "SignatureAlgorithm", "Issuer", "Subject")
    return {name: value for name, value in shown.items() if name not in later}


@mends.first("ListCertificates")
def show_all(call: Call, acm: Any) -> Result:
    """AWS: unless asked for other keys, those with RSA ones up to 2048 bits."""
    asked, includes = call.parameters, call.parameters.get("Includes", {})
    keys, size = includes.get("keyTypes") or _LISTED, asked.get("MaxItems", 1000)
    found = [
        shown
        for bundle in acm._certificates.values()
        if (shown := _summary(bundle, call))["KeyAlgorithm"] in keys
        and shown["Status"] in (asked.get("CertificateStatuses") or [shown["Status"]])
        and shown["ExportOption"] == includes.get("exportOption", shown["ExportOption"])
    ]
    items, more = page(found, asked.get("NextToken"), size)
    return {"CertificateSummaryList": items, **({"NextToken": more} if more else {})}


def _summary(bundle: Any, call: Call) -> dict[str, Any]:
    members = get_service_model("acm").shape_for("CertificateSummary").members  # type: ignore[attr-defined]
    whole = bundle.describe()["Certificate"]
    whole |= {"KeyAlgorithm": getattr(bundle, "key_algorithm", whole["KeyAlgorithm"]), "InUse": any(_users(bundle, call))}
    whole |= {"SubjectAlternativeNameSummaries": getattr(bundle, "names", bundle.sans)}
    whole |= {"ExportOption": bundle.cert_options["Export"], "HasAdditionalSubjectAlternativeNames": False}
    shown = whole if bundle.status == "ISSUED" else _without_a_certificate(whole)
    return {name: value for name, value in shown.items() if name in members}


@mends.first("UpdateCertificateOptions")
def change_options(call: Call, acm: Any) -> Result:
    bundle = acm.get_certificate(call.parameters["CertificateArn"])
    options = dict(call.parameters["Options"])
    if bundle.status != "ISSUED":
        raise Refused("InvalidStateException", f"The certificate is {bundle.status}.")
    if options.get("Export", bundle.cert_options["Export"]) != bundle.cert_options["Export"]:
        raise Refused("ValidationException", "Export can not be changed once the certificate is requested.")
    bundle.method = options.pop("ValidationMethod", bundle.method)
    bundle.cert_options = {**bundle.cert_options, **options}
    return {}


@mends.first("DeleteCertificate")
def not_while_used(call: Call, acm: Any) -> None:
    bundle = acm._certificates.get(call.parameters["CertificateArn"])
    if bundle is not None and any(_users(bundle, call)):
        raise Refused("ResourceInUseException", f"Certificate {bundle.arn} in account {call.account} is in use.")


def _users(bundle: Any, call: Call) -> Iterator[str]:
    """The load balancers and distributions that show the certificate."""
    for balancer in backend(call, "elbv2").load_balancers.values():
        if any(bundle.arn in listener.certificates for listener in balancer.listeners.values()):
            yield balancer.arn
    for distribution in backend(call, "cloudfront").distributions.values():
        if config_of(distribution)["ViewerCertificate"].get("ACMCertificateArn") == bundle.arn:
            yield distribution.arn
