"""Module 7 without a domain; in another region than CloudFront's it is in `test_other_region.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("local")


def config(shown: Shown) -> Any:
    [listed] = shown.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    return shown.client("cloudfront").get_distribution(Id=listed["Id"])["Distribution"]["DistributionConfig"]


def test_without_a_domain_it_has_cloudfronts_own_name_and_certificate(local: Shown) -> None:
    found = config(local)
    assert found["Aliases"].get("Items", []) == []
    assert found["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    assert local.client("route53").list_hosted_zones()["HostedZones"] == []
    assert local.client("acm").list_certificates()["CertificateSummaryList"] == []


def test_without_a_domain_the_load_balancer_is_reached_by_http_with_the_same_secret(local: Shown) -> None:
    [portal] = [one for one in config(local)["Origins"]["Items"] if one["Id"] == "portal"]
    [balancer] = local.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert portal["DomainName"] == balancer["DNSName"]
    assert portal["CustomOriginConfig"]["OriginProtocolPolicy"] == "http-only"
    secret = local.client("secretsmanager").get_secret_value(SecretId=local.named("origin-header"))["SecretString"]
    assert portal["CustomHeaders"]["Items"] == [{"HeaderName": "X-Origin-Verify", "HeaderValue": secret}]
    behavior = config(local)["DefaultCacheBehavior"]
    assert behavior["ViewerProtocolPolicy"] == "redirect-to-https"


def test_local_has_a_web_acl_at_the_edge_only(local: Shown) -> None:
    waf = local.client("wafv2")
    assert [one["Name"] for one in waf.list_web_acls(Scope="CLOUDFRONT")["WebACLs"]] == [local.named("edge")]
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"] == []
    groups = local.client("logs").describe_log_groups(logGroupNamePrefix="aws-waf-logs-")["logGroups"]
    assert [one["logGroupName"] for one in groups] == [f"aws-waf-logs-{local.named('edge')}"]
