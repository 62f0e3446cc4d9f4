"""Module 7: CloudFront; its web ACLs are in `test_web_acl.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
DOMAIN = "portal.financial.example"
# "Using managed policies" in the CloudFront developer guide.
CACHING_DISABLED, CACHING_OPTIMIZED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "658327ea-f89d-4fab-a63d-7e88639e58f6"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5493eafa07d3"


@pytest.fixture
def distribution(prod: Shown) -> Any:
    [listed] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return prod.client("cloudfront").get_distribution(Id=listed["Id"])["Distribution"]


@pytest.fixture
def config(distribution: Any) -> Any:
    return distribution["DistributionConfig"]


@pytest.fixture
def origins(config: Any) -> dict[str, Any]:
    return {one["Id"]: one for one in config["Origins"]["Items"]}


@pytest.fixture
def behaviors(config: Any) -> dict[str, Any]:
    """What is done with requests, by the pattern of their paths."""
    listed = {one["PathPattern"]: one for one in config["CacheBehaviors"].get("Items", ())}
    return {**listed, "*": config["DefaultCacheBehavior"]}


@pytest.fixture
def logs_bucket(prod: Shown) -> str:
    return f"{prod.named('logs')}-{ACCOUNT}"


def test_it_is_deployed_and_open_to_the_world_by_both_protocols(distribution: Any, config: Any) -> None:
    assert (distribution["Status"], config["Enabled"]) == ("Deployed", True)
    assert (config["IsIPV6Enabled"], config["HttpVersion"], config["PriceClass"]) == (True, "http2and3", "PriceClass_All")
    assert config["Restrictions"]["GeoRestriction"]["RestrictionType"] == "none"


def test_it_has_two_origins_and_two_behaviours(origins: dict[str, Any], behaviors: dict[str, Any]) -> None:
    assert {path: one["TargetOriginId"] for path, one in behaviors.items()} == {"/static/*": "assets", "*": "portal"}
    assert set(origins) == {"assets", "portal"}


def test_every_request_of_the_application_reaches_it_and_no_answer_is_kept(behaviors: dict[str, Any]) -> None:
    found = behaviors["*"]
    assert set(found["AllowedMethods"]["Items"]) == {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}
    assert (found["CachePolicyId"], found["OriginRequestPolicyId"]) == (CACHING_DISABLED, ALL_VIEWER)


def test_static_files_are_read_only_and_kept_whatever_the_viewer_sends(behaviors: dict[str, Any]) -> None:
    found = behaviors["/static/*"]
    assert set(found["AllowedMethods"]["Items"]) == {"GET", "HEAD"}
    assert found["CachePolicyId"] == CACHING_OPTIMIZED
    # The bucket knows no cookies, and would refuse a signature for another host.
    assert not found.get("OriginRequestPolicyId")


@pytest.mark.parametrize("path", ["/static/*", "*"])
def test_viewers_come_by_https_and_get_compressed_answers_with_security_headers(
    prod: Shown, behaviors: dict[str, Any], path: str
) -> None:
    found = behaviors[path]
    assert (found["ViewerProtocolPolicy"], found["Compress"]) == ("redirect-to-https", True)
    policy = prod.client("cloudfront").get_response_headers_policy(Id=found["ResponseHeadersPolicyId"])
    assert policy["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Name"] == prod.named("security-headers")


def test_the_security_headers_are_cloudfronts_word_and_not_the_origins(prod: Shown) -> None:
    [listed] = prod.client("cloudfront").list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]
    config = listed["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert config["SecurityHeadersConfig"] == {
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": 31536000,
            "IncludeSubdomains": True,
            "Preload": True,
            "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True},
        "ContentSecurityPolicy": {
            "ContentSecurityPolicy": "default-src 'self'; frame-ancestors 'none'",
            "Override": True,
        },
        "XSSProtection": {"Protection": True, "ModeBlock": True, "Override": True},
    }
    # It lets other sites' pages do nothing.
    assert "CorsConfig" not in config


def test_the_load_balancer_is_reached_by_https_under_a_name_of_its_own(prod: Shown, origins: dict[str, Any]) -> None:
    portal = origins["portal"]
    assert portal["DomainName"] == f"origin.{DOMAIN}"
    server = portal["CustomOriginConfig"]
    assert (server["OriginProtocolPolicy"], server["HTTPSPort"]) == ("https-only", 443)
    assert server["OriginSslProtocols"]["Items"] == ["TLSv1.2"]
    [balancer] = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert records(prod)[f"origin.{DOMAIN}.", "A"]["DNSName"] == f"{balancer['DNSName']}."


def test_each_request_to_the_load_balancer_carries_the_secret_that_it_asks_for(prod: Shown, origins: dict[str, Any]) -> None:
    secret = prod.client("secretsmanager").get_secret_value(SecretId=prod.named("origin-header"))["SecretString"]
    headers = origins["portal"]["CustomHeaders"]["Items"]
    assert headers == [{"HeaderName": "X-Origin-Verify", "HeaderValue": secret}]
    elbv2 = prod.client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = [rule for one in listeners for rule in elbv2.describe_rules(ListenerArn=one["ListenerArn"])["Rules"]]
    [asked] = [one["HttpHeaderConfig"] for rule in rules for one in rule["Conditions"] if one["Field"] == "http-header"]
    assert asked == {"HttpHeaderName": "X-Origin-Verify", "Values": [secret]}


def test_the_secret_is_told_to_the_load_balancer_alone(origins: dict[str, Any]) -> None:
    assert origins["assets"]["CustomHeaders"].get("Items", []) == []


def test_the_bucket_is_read_by_signed_requests(prod: Shown, origins: dict[str, Any]) -> None:
    assets = origins["assets"]
    assert assets["DomainName"] == f"{prod.named('assets')}-{ACCOUNT}.s3.us-east-1.amazonaws.com"
    assert assets["S3OriginConfig"]["OriginAccessIdentity"] == ""
    signature = prod.client("cloudfront").get_origin_access_control(Id=assets["OriginAccessControlId"])["OriginAccessControl"]
    config = signature["OriginAccessControlConfig"]
    assert (config["OriginAccessControlOriginType"], config["SigningProtocol"]) == ("s3", "sigv4")
    assert config["SigningBehavior"] == "always"


def test_this_distribution_alone_reads_the_static_files_and_nothing_else(prod: Shown, distribution: Any) -> None:
    bucket = f"{prod.named('assets')}-{ACCOUNT}"
    statements = json.loads(prod.client("s3").get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    [allowed] = [one for one in statements if one["Effect"] == "Allow"]
    assert (allowed["Principal"], allowed["Action"]) == ({"Service": "cloudfront.amazonaws.com"}, "s3:GetObject")
    assert allowed["Resource"] == f"arn:aws:s3:::{bucket}/static/*"
    assert allowed["Condition"] == {"StringEquals": {"aws:SourceArn": distribution["ARN"]}}


def test_viewers_speak_tls_1_2_at_least_with_the_domains_certificate(prod: Shown, config: Any) -> None:
    viewer = config["ViewerCertificate"]
    assert (viewer["MinimumProtocolVersion"], viewer["SSLSupportMethod"]) == ("TLSv1.2_2021", "sni-only")
    assert viewer["CloudFrontDefaultCertificate"] is False
    assert viewer["ACMCertificateArn"].startswith(f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/")
    certificate = prod.client("acm").describe_certificate(CertificateArn=viewer["ACMCertificateArn"])["Certificate"]
    assert (certificate["DomainName"], certificate["Status"]) == (DOMAIN, "ISSUED")


def records(prod: Shown) -> dict[tuple[str, str], Any]:
    """What the domain's aliases lead to, by name and kind."""
    [zone] = prod.client("route53").list_hosted_zones()["HostedZones"]
    found = prod.pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"])
    return {(one["Name"], one["Type"]): one["AliasTarget"] for one in found if "AliasTarget" in one}


@pytest.mark.parametrize("kind", ["A", "AAAA"])
def test_the_domain_leads_to_it_by_both_kinds_of_addresses(prod: Shown, distribution: Any, config: Any, kind: str) -> None:
    assert config["Aliases"]["Items"] == [DOMAIN]
    target = records(prod)[f"{DOMAIN}.", kind]
    assert (target["DNSName"], target["HostedZoneId"]) == (f"{distribution['DomainName']}.", "Z2FDTNDATAQYW2")


def test_it_logs_by_the_newer_way_which_needs_no_acls_and_without_cookies(config: Any) -> None:
    assert config["Logging"] == {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}


def test_its_access_logs_go_below_cdn_in_the_log_bucket(prod: Shown, distribution: Any, logs_bucket: str) -> None:
    logs = prod.client("logs")
    [source] = logs.describe_delivery_sources()["deliverySources"]
    assert (source["name"], source["service"], source["logType"]) == (prod.named("cdn-logs"), "cloudfront", "ACCESS_LOGS")
    assert source["resourceArns"] == [distribution["ARN"]]
    [destination] = logs.describe_delivery_destinations()["deliveryDestinations"]
    assert (destination["deliveryDestinationType"], destination["outputFormat"]) == ("S3", "json")
    to = destination["deliveryDestinationConfiguration"]["destinationResourceArn"]
    assert to == f"arn:aws:s3:::{logs_bucket}/cdn"
    [delivery] = logs.describe_deliveries()["deliveries"]
    assert (delivery["deliverySourceName"], delivery["deliveryDestinationArn"]) == (source["name"], destination["arn"])


def test_the_log_bucket_takes_its_logs_from_this_account_only(prod: Shown, logs_bucket: str) -> None:
    statements = json.loads(prod.client("s3").get_bucket_policy(Bucket=logs_bucket)["Policy"])["Statement"]
    [statement] = [one for one in statements if one["Principal"] == {"Service": "delivery.logs.amazonaws.com"}]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "s3:PutObject")
    assert statement["Resource"] == f"arn:aws:s3:::{logs_bucket}/cdn/*"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT, "s3:x-amz-acl": "bucket-owner-full-control"},
        "ArnLike": {"aws:SourceArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:delivery-source:*"},
    }


def test_what_takes_no_tags_says_whose_it_is(prod: Shown) -> None:
    cloudfront = prod.client("cloudfront")
    [signature] = cloudfront.list_origin_access_controls()["OriginAccessControlList"]["Items"]
    [headers] = cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"]["Items"]
    whose = "provisioner plan=financial-platform environment=prod step="
    assert signature["Description"] == f"{whose}OriginAccessControl/assets"
    comment = headers["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Comment"]
    assert comment == f"{whose}ResponseHeadersPolicy/security-headers"
