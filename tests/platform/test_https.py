"""Modules 5 and 7: HTTPS from the browser to CloudFront, and from there to the load balancer, by our own names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
EDGE = "us-east-1"
PORTAL, ORIGIN = "portal.financial.example", "origin.portal.financial.example"
CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"


@pytest.fixture
def distribution(prod: Shown) -> Any:
    [found] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return found


@pytest.fixture
def balancer(prod: Shown) -> Any:
    [found] = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return found


@pytest.fixture
def listeners(prod: Shown, balancer: Any) -> dict[int, Any]:
    """The listeners by their ports."""
    found = prod.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return {one["Port"]: one for one in found}


@pytest.fixture
def zone(prod: Shown) -> Any:
    [found] = prod.client("route53").list_hosted_zones()["HostedZones"]
    return found


@pytest.fixture
def records(prod: Shown, zone: Any) -> dict[tuple[str, str], Any]:
    """The zone's records by name and type."""
    found = prod.pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"])
    return {(one["Name"].rstrip("."), one["Type"]): one for one in found}


def certificate(prod: Shown, arn: str) -> Any:
    """A certificate, from the region that its ARN names."""
    return prod.client("acm", arn.split(":")[3]).describe_certificate(CertificateArn=arn)["Certificate"]


@pytest.fixture
def portal(prod: Shown, distribution: Any) -> Any:
    """What browsers see."""
    return certificate(prod, distribution["ViewerCertificate"]["ACMCertificateArn"])


@pytest.fixture
def origin(prod: Shown, listeners: dict[int, Any]) -> Any:
    """What CloudFront sees."""
    [found] = listeners[443]["Certificates"]
    return certificate(prod, found["CertificateArn"])


def protocols(prod: Shown, policy: str) -> set[str]:
    [found] = prod.client("elbv2").describe_ssl_policies(Names=[policy])["SslPolicies"]
    return set(found["SslProtocols"])


def test_the_domain_has_a_public_zone(zone: Any) -> None:
    assert (zone["Name"], zone["Config"]["PrivateZone"]) == (f"{PORTAL}.", False)


def test_the_outputs_say_what_the_registrar_must_name_before_certificates_are_issued(prod: Shown, zone: Any) -> None:
    servers = prod.client("route53").get_hosted_zone(Id=zone["Id"])["DelegationSet"]["NameServers"]
    assert len(servers) == 4
    assert prod.run.outputs()["name_servers"] == servers


def test_cloudfront_shows_a_certificate_of_us_east_1_for_the_portals_name(portal: Any, distribution: Any) -> None:
    assert portal["CertificateArn"].split(":")[3] == EDGE
    assert (portal["DomainName"], portal["Status"]) == (PORTAL, "ISSUED")
    assert portal["InUseBy"] == [distribution["ARN"]]
    assert distribution["Aliases"]["Items"] == [PORTAL]


def test_the_load_balancer_shows_a_certificate_of_its_region_for_both_names_that_cloudfront_may_ask_for(
    prod: Shown, origin: Any, balancer: Any, distribution: Any
) -> None:
    """The origin's own name, and, as CloudFront passes it on, the viewer's Host header."""
    assert origin["CertificateArn"].split(":")[3] == balancer["LoadBalancerArn"].split(":")[3]
    assert (origin["Status"], origin["InUseBy"]) == ("ISSUED", [balancer["LoadBalancerArn"]])
    names = {one["DomainName"] for one in distribution["Origins"]["Items"] if one["Id"] == "portal"}
    assert set(origin["SubjectAlternativeNames"]) == {ORIGIN, PORTAL} == names | set(distribution["Aliases"]["Items"])


@pytest.mark.parametrize("which", ["portal", "origin"])
def test_a_certificate_is_proven_by_records_that_stand_in_the_zone(
    request: pytest.FixtureRequest, records: dict[tuple[str, str], Any], which: str
) -> None:
    for proof in request.getfixturevalue(which)["DomainValidationOptions"]:
        assert (proof["ValidationMethod"], proof["ValidationStatus"]) == ("DNS", "SUCCESS")
        wanted = proof["ResourceRecord"]
        assert wanted["Type"] == "CNAME"
        [value] = records[wanted["Name"].rstrip("."), "CNAME"]["ResourceRecords"]
        assert value["Value"].rstrip(".") == wanted["Value"].rstrip(".")


def test_there_are_no_other_certificates(prod: Shown, portal: Any, origin: Any) -> None:
    found = prod.client("acm").list_certificates()["CertificateSummaryList"]
    assert {one["CertificateArn"] for one in found} == {portal["CertificateArn"], origin["CertificateArn"]}


def test_the_listener_that_serves_speaks_tls_1_2_or_newer_only(prod: Shown, listeners: dict[int, Any]) -> None:
    assert listeners[443]["Protocol"] == "HTTPS"
    assert protocols(prod, listeners[443]["SslPolicy"]) == {"TLSv1.2", "TLSv1.3"}


def test_port_80_only_leads_to_443_and_there_is_no_third_port(prod: Shown, listeners: dict[int, Any]) -> None:
    assert set(listeners) == {80, 443}
    [rule] = prod.client("elbv2").describe_rules(ListenerArn=listeners[80]["ListenerArn"])["Rules"]
    assert rule["IsDefault"]
    assert (listeners[80]["Protocol"], rule["Actions"]) == ("HTTP", listeners[80]["DefaultActions"])
    assert rule["Actions"] == [
        {
            "Type": "redirect",
            "RedirectConfig": {
                "Protocol": "HTTPS",
                "Port": "443",
                "Host": "#{host}",
                "Path": "/#{path}",
                "Query": "#{query}",
                "StatusCode": "HTTP_301",
            },
        }
    ]


def test_browsers_speak_tls_1_2_or_newer_by_server_name(distribution: Any) -> None:
    viewer = distribution["ViewerCertificate"]
    shown = (viewer["MinimumProtocolVersion"], viewer["SSLSupportMethod"], viewer["CloudFrontDefaultCertificate"])
    assert shown == ("TLSv1.2_2021", "sni-only", False)


def test_browsers_are_led_to_https_on_every_path(distribution: Any) -> None:
    behaviors = [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]["Items"]]
    assert [one["ViewerProtocolPolicy"] for one in behaviors] == ["redirect-to-https", "redirect-to-https"]


def test_cloudfront_speaks_https_to_the_load_balancer_by_a_name_of_ours(distribution: Any) -> None:
    [found] = [one for one in distribution["Origins"]["Items"] if one["Id"] == "portal"]
    config = found["CustomOriginConfig"]
    assert (found["DomainName"], config["OriginProtocolPolicy"], config["HTTPSPort"]) == (ORIGIN, "https-only", 443)
    assert config["OriginSslProtocols"]["Items"] == ["TLSv1.2"]


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_the_portals_name_leads_to_the_distribution(records: dict[tuple[str, str], Any], distribution: Any, kind: str) -> None:
    assert distribution["IsIPV6Enabled"]
    assert records[PORTAL, kind]["AliasTarget"] == {
        "HostedZoneId": CLOUDFRONT_ZONE,
        "DNSName": f"{distribution['DomainName']}.",
        "EvaluateTargetHealth": False,
    }


def test_the_origins_name_leads_to_the_load_balancer(records: dict[tuple[str, str], Any], balancer: Any) -> None:
    target = records[ORIGIN, "A"]["AliasTarget"]
    assert (target["HostedZoneId"], target["DNSName"]) == (balancer["CanonicalHostedZoneId"], f"{balancer['DNSName']}.")
    # It has no address of the sixth version, so its name has none.
    assert balancer["IpAddressType"] == "ipv4"
    assert (ORIGIN, "AAAA") not in records


def test_the_portals_address_is_its_domains_and_nothing_is_warned_of(prod: Shown) -> None:
    assert prod.run.outputs()["url"] == f"https://{PORTAL}/"
    assert prod.run.plan.warnings == ()
