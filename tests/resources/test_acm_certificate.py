from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from provisioner import Plan
from provisioner.aws.account import Aws
from provisioner.engine.options import Options
from provisioner.errors import PlanError
from provisioner.resource import PENDING, READY, as_tags
from provisioner.resources.acm.certificate import Certificate
from provisioner.resources.acm.validation import validation_records
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_DISABLED
from provisioner.resources.cloudfront.parts import CacheBehavior, Origin, ViewerCertificate
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.names import plain
from provisioner.resources.route53.record_set import CLOUDFRONT_ZONE, AliasTarget, RecordSet

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.embedded.server import Running
    from provisioner.resource import Resource

AUTHORITY = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"
ZONE = HostedZone("zone", zone_name="example.com")


def private(**more: Any) -> Certificate:
    """A certificate that is issued at once."""
    return Certificate("site", **{"domain_name": "example.com", "certificate_authority_arn": AUTHORITY, **more})


def by_mail(**more: Any) -> Certificate:
    """A certificate for which a person is asked."""
    asked = {"validation_method": "EMAIL", "validation_domains": {"www.example.com": "example.com"}}
    return Certificate("site", domain_name="www.example.com", **asked, **more)  # type: ignore[arg-type]


def public(**more: Any) -> tuple[Resource, ...]:
    """A certificate with all that proves it."""
    certificate = Certificate("site", **{"domain_name": "example.com", **more})
    return (ZONE, certificate, *validation_records(certificate, ZONE))


def bundle(arn: str, region: str = "us-east-1") -> Any:
    found: Any = get_backend("acm")["123456789012"][region]._certificates[arn]
    return found


def proofs(aws: Aws) -> list[str]:
    [zone] = aws.route53.list_hosted_zones()["HostedZones"]
    found = aws.route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    return [plain(one["Name"]).partition(".")[2] for one in found if one["Type"] == "CNAME"]


def test_who_wants_only_what_uses_a_certificate_gets_the_records_that_prove_it(aws: Aws) -> None:
    other = RecordSet("other", hosted_zone=ZONE, record_name="other.example.com", type="TXT", records=('"none"',))
    steps = (*public(), other)
    portal = RecordSet(
        "portal", hosted_zone=ZONE, record_name="example.com", type="TXT", records=('"portal"',), after=(steps[1],)
    )
    plan = Plan("shop", *steps, portal)
    assert plan.only([portal.key]) == {*(step.key for step in public()), portal.key}
    going = run(aws, *steps, portal, options=Options(only=(portal.key,)))
    assert errors(going.up(going.preview())) == {}
    assert proofs(aws) == ["example.com"]


def test_a_certificate_is_issued_by_the_records_that_it_asks_for(aws: Aws) -> None:
    live = up(aws, *public())
    assert live["site"]["Status"] == "ISSUED"
    assert live["site"]["DomainValidationOptions"][0]["ValidationMethod"] == "DNS"
    assert proofs(aws) == ["example.com"]


def test_a_domain_and_its_wildcard_ask_for_one_record(aws: Aws) -> None:
    names = ("*.example.com", "shop.example.com", "*.Shop.example.com", "example.com")
    steps = public(subject_alternative_names=names)
    assert [step.name for step in steps[2:]] == ["site-example-com", "site-shop-example-com"]
    live = up(aws, *steps)["site"]
    assert sorted(proofs(aws)) == ["example.com", "shop.example.com"]
    assert live["OtherNames"] == ["*.example.com", "shop.example.com", "*.Shop.example.com"]
    assert live["DomainValidationOptions"][0]["DomainName"] == "example.com"


def test_a_certificate_for_cloudfront_is_issued_by_the_records_of_another(aws: Aws) -> None:
    home = aws.at("eu-west-1")
    edge = Certificate("edge", domain_name="*.example.com", region="us-east-1")
    live = up(home, *public(), edge)
    assert [live[name]["Status"] for name in ("site", "edge")] == ["ISSUED", "ISSUED"]
    assert [live[name]["CertificateArn"].split(":")[3] for name in ("site", "edge")] == ["eu-west-1", "us-east-1"]


def test_its_first_record_is_there_for_a_step_of_ones_own(aws: Aws) -> None:
    certificate = Certificate("site", domain_name="example.com")
    record = RecordSet(
        "proof",
        hosted_zone=ZONE,
        record_name=certificate.validation_name,
        type="CNAME",
        records=(certificate.validation_value,),
    )
    assert up(aws, ZONE, certificate, record)["site"]["Status"] == "ISSUED"


def test_a_second_run_makes_nothing(aws: Aws, embedded: Running) -> None:
    up(aws, *public(key_algorithm="EC_prime256v1"))
    before = len(embedded.calls)
    assert errors(outcome(aws, *public(key_algorithm="EC_prime256v1"))) == {}
    assert writes(embedded, before) == []


def test_one_without_a_record_is_still_pending(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Certificate, "patience_seconds", 30.0)
    said = errors(outcome(aws, Certificate("site", domain_name="example.com")))["Certificate/site"]
    assert said == "Certificate/site is still pending after 30 seconds: run again"


def test_a_replacement_takes_the_place_of_the_old_one_which_goes_last(aws: Aws, embedded: Running) -> None:
    def site(certificate: Certificate) -> tuple[Resource, ...]:
        return certificate, Distribution(
            "site",
            origins={"api": Origin("api.example.net")},
            default_cache_behavior=CacheBehavior("api", CACHING_DISABLED),
            aliases=("example.com",),
            viewer_certificate=ViewerCertificate(certificate),
        )

    old = up(aws, *site(private()))["site"]
    before = len(embedded.calls)
    new = up(aws, *site(private(key_algorithm="EC_prime256v1")))["site"]
    certificates = [one["CertificateArn"] for one in Certificate.living(aws)]
    assert writes(embedded, before) == [
        "AddTagsToCertificate",
        "RequestCertificate",
        "UpdateDistribution",
        "DeleteCertificate",
    ]
    assert len(certificates) == 1
    shown = new["DistributionConfig"]["ViewerCertificate"]["ACMCertificateArn"]
    assert [shown] == certificates != [old["DistributionConfig"]["ViewerCertificate"]["ACMCertificateArn"]]


def test_a_distribution_waits_for_its_certificate_and_goes_before_it(aws: Aws, embedded: Running) -> None:
    zone, certificate, record = public()
    assert isinstance(zone, HostedZone)
    site = Distribution(
        "site",
        origins={"api": Origin("api.example.net")},
        default_cache_behavior=CacheBehavior("api", CACHING_DISABLED),
        aliases=("example.com",),
        viewer_certificate=ViewerCertificate(certificate),
    )
    alias = RecordSet(
        "alias",
        hosted_zone=zone,
        record_name="example.com",
        type="A",
        alias_target=AliasTarget(site.domain_name, CLOUDFRONT_ZONE),
    )
    up(aws, zone, certificate, record, site, alias)
    made = [call for call in embedded.calls if call.operation == "CreateDistributionWithTags"]
    assert [call.outcome for call in made] == ["ok"]
    before = len(embedded.calls)
    teardown(aws)
    refused = [
        str(call) for call in list(embedded.calls)[before:] if call.outcome != "ok" and call.service in ("acm", "route53")
    ]
    assert refused == []
    gone = [
        call for call in list(embedded.calls)[before:] if call.operation in ("ChangeResourceRecordSets", "UpdateDistribution")
    ]
    names = [str(call.parameters.get("ChangeBatch", call.operation)) for call in gone]
    assert next(n for n, text in enumerate(names) if "AliasTarget" in text) < names.index("UpdateDistribution")


def test_tags_are_read_only_where_a_certificate_may_be_ours(aws: Aws, embedded: Running) -> None:
    for number in range(3):
        arn = aws.acm.request_certificate(DomainName=f"{number}.example.com", ValidationMethod="DNS")["CertificateArn"]
        bundle(arn).created_at -= timedelta(days=1)
    live = up(aws, private())["site"]
    before = len(embedded.calls)
    run(aws, private()).preview()
    asked = [call.parameters["CertificateArn"] for call in list(embedded.calls)[before:] if "ListTagsFor" in call.operation]
    assert asked == [live["CertificateArn"]]


def test_a_young_certificate_is_found_though_the_index_of_tags_lags(aws: Aws, embedded: Running) -> None:
    up(aws, private())
    with answering(embedded, "GetResources", {"ResourceTagMappingList": [], "PaginationToken": ""}):
        assert to_do(aws, private()) == {}


def test_an_old_certificate_is_found_by_the_index(aws: Aws) -> None:
    bundle(up(aws, private())["site"]["CertificateArn"]).created_at -= timedelta(days=1)
    assert to_do(aws, private()) == {}


def test_a_certificate_that_acm_does_not_know_yet_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, private())
    with refusing(embedded, "DescribeCertificate", "ResourceNotFoundException"):
        assert list(Certificate.living(aws)) == []


def test_somebody_elses_certificate_is_let_be(aws: Aws, embedded: Running) -> None:
    aws.acm.request_certificate(DomainName="example.com", ValidationMethod="DNS")
    assert list(Certificate.living(aws)) == []
    assert "DescribeCertificate" not in [call.operation for call in embedded.calls]


def test_one_in_use_by_others_is_said_to_be(aws: Aws, embedded: Running) -> None:
    live = up(aws, private())["site"]
    shown = {"Certificate": {"InUseBy": ["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/theirs/1"]}}
    with answering(embedded, "DescribeCertificate", shown):
        assert Certificate.holders(aws, live) == shown["Certificate"]["InUseBy"]
    Certificate.delete(aws, live)
    assert Certificate.holders(aws, live) == []


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"Status": "FAILED", "FailureReason": "CAA_ERROR"}, "FAILED: CAA_ERROR"),
        ({"Status": "REVOKED", "RevocationReason": "KEY_COMPROMISE"}, "REVOKED: KEY_COMPROMISE"),
        ({"Status": "EXPIRED"}, "EXPIRED"),
        (
            {"Status": "VALIDATION_TIMED_OUT"},
            "VALIDATION_TIMED_OUT: for 72 hours nobody proved the domain; its validation records must stand in public DNS",
        ),
    ],
)
def test_what_failed_says_why(about: dict[str, str], said: str) -> None:
    assert Certificate.state(about) == ("broken", said)


def test_where_a_certificate_stands_in_its_life() -> None:
    assert Certificate.state({"Status": "PENDING_VALIDATION"}) == PENDING
    assert Certificate.state({"Status": "ISSUED"}) == READY


def test_a_failed_request_is_made_anew(aws: Aws) -> None:
    failed = up(aws, private())["site"]["CertificateArn"]
    bundle(failed).status, bundle(failed).failure = "FAILED", "CAA_ERROR"
    [action] = run(aws, private()).preview().actions
    assert (action.kind, action.reason) == ("replace", "it has failed: FAILED: CAA_ERROR")
    up(aws, private())
    assert [one["CertificateArn"] for one in Certificate.living(aws)] != [failed]


def test_who_is_asked_by_mail_is_said(aws: Aws, embedded: Running) -> None:
    made = by_mail(managed_by="CLOUDFRONT", tags={"a": "b"}).create(aws)
    assert made is not None
    [call] = [call for call in embedded.calls if call.operation == "RequestCertificate"]
    assert call.parameters["DomainValidationOptions"] == [{"DomainName": "www.example.com", "ValidationDomain": "example.com"}]
    assert (call.parameters["ValidationMethod"], call.parameters["ManagedBy"]) == ("EMAIL", "CLOUDFRONT")


def test_what_was_asked_by_mail_shows_whom(aws: Aws) -> None:
    made = by_mail(tags=aws.ownership.tags(by_mail())).create(aws)
    assert made is not None
    bundle(made["CertificateArn"]).status = "ISSUED"
    assert to_do(aws, by_mail()) == {}
    other = Certificate("site", domain_name="www.example.com", validation_method="DNS")
    assert to_do(aws, other)["Certificate/site"]["validation_method"].replaces


def test_whether_it_is_logged_can_be_changed(aws: Aws, embedded: Running) -> None:
    up(aws, private(certificate_transparency_logging_preference="ENABLED"))
    before = len(embedded.calls)
    up(aws, private(certificate_transparency_logging_preference="DISABLED"))
    assert writes(embedded, before) == ["UpdateCertificateOptions"]


def test_the_tags_of_others_stay(aws: Aws) -> None:
    arn = up(aws, private())["site"]["CertificateArn"]
    aws.acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "theirs", "Value": "yes"}])
    assert to_do(aws, private()) == {}
    assert as_tags(up(aws, private(tags={"ours": "yes"}))["site"]["Tags"])["theirs"] == "yes"


def test_a_name_too_long_for_the_first_is_a_wrong_plan() -> None:
    long = f"{'a' * 60}.example.com"
    with pytest.raises(PlanError, match=f"ACM takes 64 characters for domain_name, and {long} has 72"):
        Certificate("site", domain_name=long)
    assert Certificate("site", domain_name="example.com", subject_alternative_names=(long,)).subject_alternative_names == (
        long,
    )
