"""ACM certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from ..conftest import ACCOUNT, REGION, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

DNS = {"ValidationMethod": "DNS"}


@pytest.fixture
def acm(connect: Connect) -> Any:
    return connect("acm")


@pytest.fixture
def route53(connect: Connect) -> Any:
    return connect("route53")


def _request(acm: Any, domain: str = "example.com", **more: Any) -> str:
    return str(acm.request_certificate(DomainName=domain, **{**DNS, **more})["CertificateArn"])


def _shown(acm: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    return found


def _statuses(acm: Any, arn: str, looks: int) -> list[str]:
    return [_shown(acm, arn)["Status"] for _ in range(looks)]


def _zone(route53: Any, name: str = "example.com", **more: Any) -> str:
    return str(route53.create_hosted_zone(Name=name, CallerReference=f"{name}{more}", **more)["HostedZone"]["Id"])


def _prove(route53: Any, zone: str, acm: Any, arn: str) -> list[dict[str, Any]]:
    """Writes the records that the certificate wants."""
    _shown(acm, arn)
    wanted = [one["ResourceRecord"] for one in _shown(acm, arn)["DomainValidationOptions"]]
    proofs = {one["Name"]: [{"Value": one["Value"]}] for one in wanted}
    records = [{"Name": name, "Type": "CNAME", "TTL": 60, "ResourceRecords": values} for name, values in proofs.items()]
    _change(route53, zone, "UPSERT", records)
    return records


def _change(route53: Any, zone: str, action: str, records: list[dict[str, Any]]) -> None:
    changes = [{"Action": action, "ResourceRecordSet": record} for record in records]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def test_a_certificate_is_issued_once_its_record_stands_in_a_public_zone(acm: Any, route53: Any) -> None:
    arn = _request(acm, "*.example.com", SubjectAlternativeNames=["example.com"])
    assert _statuses(acm, arn, 4) == ["PENDING_VALIDATION"] * 4
    _prove(route53, _zone(route53), acm, arn)
    assert _statuses(acm, arn, 4) == ["PENDING_VALIDATION", "PENDING_VALIDATION", "ISSUED", "ISSUED"]
    shown = _shown(acm, arn)
    assert {one["ValidationStatus"] for one in shown["DomainValidationOptions"]} == {"SUCCESS"}
    assert {"IssuedAt", "NotAfter", "Serial"} <= shown.keys()


def test_a_record_that_goes_too_soon_proves_nothing(acm: Any, route53: Any) -> None:
    arn, zone = _request(acm), _zone(route53)
    records = _prove(route53, zone, acm, arn)
    assert _statuses(acm, arn, 2) == ["PENDING_VALIDATION"] * 2
    _change(route53, zone, "DELETE", records)
    assert _statuses(acm, arn, 1) == ["PENDING_VALIDATION"]
    _change(route53, zone, "CREATE", records)
    assert _statuses(acm, arn, 3) == ["PENDING_VALIDATION", "PENDING_VALIDATION", "ISSUED"]


def test_a_private_zone_proves_nothing(connect: Connect, acm: Any, route53: Any, vpc: str) -> None:
    inside: dict[str, Any] = {"VPC": {"VPCId": vpc, "VPCRegion": REGION}, "HostedZoneConfig": {"PrivateZone": True}}
    arn = _request(acm)
    _prove(route53, _zone(route53, **inside), acm, arn)
    assert _statuses(acm, arn, 4) == ["PENDING_VALIDATION"] * 4


def test_time_alone_issues_nothing(acm: Any) -> None:
    arn = _request(acm)
    bundle: Any = get_backend("acm")[ACCOUNT][REGION]._certificates[arn]
    bundle.created_at = bundle.created_at.replace(year=2020)
    assert _statuses(acm, arn, 4) == ["PENDING_VALIDATION"] * 4
    acm.list_tags_for_certificate(CertificateArn=arn)
    assert _shown(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_what_is_asked_by_mail_waits_for_a_person(acm: Any) -> None:
    asked = {"DomainName": "www.example.com", "ValidationDomain": "example.com"}
    arn = _request(acm, "www.example.com", ValidationMethod="EMAIL", DomainValidationOptions=[asked])
    for _ in range(4):
        [option] = _shown(acm, arn)["DomainValidationOptions"]
    assert (option["ValidationMethod"], option["ValidationDomain"]) == ("EMAIL", "example.com")
    assert "ResourceRecord" not in option
    assert _shown(acm, arn)["Status"] == "PENDING_VALIDATION"


def test_the_record_is_shown_from_the_second_look_on(acm: Any) -> None:
    arn = _request(acm)
    [first] = _shown(acm, arn)["DomainValidationOptions"]
    [second] = _shown(acm, arn)["DomainValidationOptions"]
    assert "ResourceRecord" not in first
    assert second["ResourceRecord"]["Name"].endswith(".example.com.")
    assert "NotAfter" not in _shown(acm, arn)


def test_certificates_for_the_same_names_want_the_same_record(connect: Connect, acm: Any) -> None:
    elsewhere = connect("acm", "us-east-1")
    wanted = []
    for where, domain in ((acm, "example.com"), (acm, "*.example.com"), (elsewhere, "example.com")):
        arn = _request(where, domain)
        _shown(where, arn)
        wanted.append(_shown(where, arn)["DomainValidationOptions"][0]["ResourceRecord"])
    assert wanted[0] == wanted[1] == wanted[2]


def test_the_kind_of_a_key_is_kept_and_listed_when_asked_for(acm: Any) -> None:
    small, elliptic = _request(acm), _request(acm, KeyAlgorithm="EC_prime256v1")
    assert [_shown(acm, arn)["KeyAlgorithm"] for arn in (small, elliptic)] == ["RSA-2048", "EC-prime256v1"]
    listed = acm.list_certificates()["CertificateSummaryList"]
    assert [one["CertificateArn"] for one in listed] == [small]
    asked = acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1", "RSA_2048"]})["CertificateSummaryList"]
    assert [one["CertificateArn"] for one in asked] == [small, elliptic]
    assert (asked[1]["KeyAlgorithm"], asked[1]["InUse"], asked[1]["Status"]) == ("EC_prime256v1", False, "PENDING_VALIDATION")


def test_lists_have_pages_and_filters(acm: Any) -> None:
    arns = [_request(acm, f"{name}.example.com") for name in "abc"]
    exported = _request(acm, "d.example.com", Options={"Export": "ENABLED"})
    first = acm.list_certificates(MaxItems=3)
    second = acm.list_certificates(MaxItems=3, NextToken=first["NextToken"])
    assert [one["CertificateArn"] for page in (first, second) for one in page["CertificateSummaryList"]] == [*arns, exported]
    assert "NextToken" not in second
    [only] = acm.list_certificates(Includes={"exportOption": "ENABLED"})["CertificateSummaryList"]
    assert only["CertificateArn"] == exported
    assert acm.list_certificates(CertificateStatuses=["ISSUED"])["CertificateSummaryList"] == []


def test_a_private_certificate_is_issued_at_once(acm: Any) -> None:
    authority = "arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/12345678-1234-1234-1234-123456789012"
    arn = acm.request_certificate(DomainName="inside.example.com", CertificateAuthorityArn=authority)["CertificateArn"]
    shown = _shown(acm, arn)
    assert (shown["Status"], shown["CertificateAuthorityArn"]) == ("ISSUED", authority)
    assert "DomainValidationOptions" not in shown


def test_a_certificate_in_use_can_not_be_deleted(connect: Connect, acm: Any, route53: Any, ec2: Any, vpc: str) -> None:
    arn = _request(acm)
    _prove(route53, _zone(route53), acm, arn)
    _statuses(acm, arn, 3)
    ec2.attach_internet_gateway(
        InternetGatewayId=ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"], VpcId=vpc
    )
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    elbv2 = connect("elbv2")
    balancer = elbv2.create_load_balancer(Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    fixed = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}}
    listener = elbv2.create_listener(
        LoadBalancerArn=balancer, Port=443, Protocol="HTTPS", Certificates=[{"CertificateArn": arn}], DefaultActions=[fixed]
    )["Listeners"][0]["ListenerArn"]
    assert _shown(acm, arn)["InUseBy"] == [balancer]
    assert acm.list_certificates()["CertificateSummaryList"][0]["InUse"] is True
    assert refusal(acm.delete_certificate, CertificateArn=arn) == "ResourceInUseException"
    elbv2.delete_listener(ListenerArn=listener)
    assert _shown(acm, arn)["InUseBy"] == []
    acm.delete_certificate(CertificateArn=arn)
    assert refusal(acm.describe_certificate, CertificateArn=arn) == "ResourceNotFoundException"
    assert refusal(acm.delete_certificate, CertificateArn=arn) == "ResourceNotFoundException"


def test_options_are_changed_once_it_is_issued(acm: Any, route53: Any) -> None:
    arn = _request(acm)
    off = {"CertificateArn": arn, "Options": {"CertificateTransparencyLoggingPreference": "DISABLED"}}
    assert refusal(acm.update_certificate_options, **off) == "InvalidStateException"
    _prove(route53, _zone(route53), acm, arn)
    _statuses(acm, arn, 3)
    acm.update_certificate_options(**off)
    assert _shown(acm, arn)["Options"] == {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "DISABLED"}
    exported = {"CertificateArn": arn, "Options": {"Export": "ENABLED"}}
    assert refusal(acm.update_certificate_options, **exported) == "ValidationException"


def test_a_token_asks_for_one_certificate_as_long_as_that_lives(acm: Any) -> None:
    token: dict[str, Any] = {"IdempotencyToken": "once", "Tags": [{"Key": "a", "Value": "b"}]}
    first = _request(acm, **token)
    assert _request(acm, **token) == first
    acm.delete_certificate(CertificateArn=first)
    assert _request(acm, **token) != first


def test_requests_that_acm_refuses(acm: Any) -> None:
    long = f"{'a' * 60}.example.com"
    assert refusal(acm.request_certificate, DomainName=long, **DNS) == "ValidationException"
    assert _request(acm, SubjectAlternativeNames=[long])
    only_imported = {"DomainName": "example.com", "KeyAlgorithm": "RSA_4096", **DNS}
    assert refusal(acm.request_certificate, **only_imported) == "ValidationException"


def test_an_imported_certificate_is_shown_as_it_is(acm: Any) -> None:
    arn = _request(acm)
    bundle: Any = get_backend("acm")[ACCOUNT][REGION]._certificates[arn]
    imported = acm.import_certificate(Certificate=bundle.cert, PrivateKey=bundle.key)["CertificateArn"]
    shown = _shown(acm, imported)
    assert (shown["Status"], shown["Type"]) == ("ISSUED", "IMPORTED")
    assert {one["CertificateArn"] for one in acm.list_certificates()["CertificateSummaryList"]} == {arn, imported}
