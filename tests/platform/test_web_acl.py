"""Module 7: the web ACLs before CloudFront and before the load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
SCOPES = {"edge": "CLOUDFRONT", "alb": "REGIONAL"}
BOTH = pytest.mark.parametrize("name", SCOPES)
MANAGED = {
    "ip-reputation": (1, "AWSManagedRulesAmazonIpReputationList"),
    "common": (2, "AWSManagedRulesCommonRuleSet"),
    "known-bad-inputs": (3, "AWSManagedRulesKnownBadInputsRuleSet"),
    "sql-injection": (4, "AWSManagedRulesSQLiRuleSet"),
}


@pytest.fixture
def acl(prod: Shown, name: str) -> Any:
    """The only ACL of the scope; those for CloudFront are shown in us-east-1 only."""
    waf, scope = prod.client("wafv2", "us-east-1"), SCOPES[name]
    [listed] = waf.list_web_acls(Scope=scope)["WebACLs"]
    return waf.get_web_acl(Name=listed["Name"], Scope=scope, Id=listed["Id"])["WebACL"]


@pytest.fixture
def rules(acl: Any) -> dict[str, Any]:
    return {rule["Name"]: rule for rule in acl["Rules"]}


@BOTH
def test_it_is_named_by_the_convention_and_lets_pass_what_no_rule_blocks(prod: Shown, acl: Any, name: str) -> None:
    assert (acl["Name"], acl["DefaultAction"]) == (prod.named(name), {"Allow": {}})


@BOTH
def test_its_rules_are_tried_in_their_order(rules: dict[str, Any]) -> None:
    places = {rule["Name"]: rule["Priority"] for rule in rules.values()}
    assert places == {"rate-limit": 0, **{title: place for title, (place, _) in MANAGED.items()}}


@BOTH
def test_who_sends_more_than_2000_requests_in_five_minutes_is_blocked(rules: dict[str, Any]) -> None:
    limit = rules["rate-limit"]["Statement"]["RateBasedStatement"]
    assert (limit["Limit"], limit["EvaluationWindowSec"]) == (2000, 300)
    assert "ScopeDownStatement" not in limit
    assert rules["rate-limit"]["Action"] == {"Block": {}}


@pytest.mark.parametrize("name", ["edge"])
def test_cloudfronts_acl_counts_by_the_viewers_address(rules: dict[str, Any]) -> None:
    assert rules["rate-limit"]["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"


@pytest.mark.parametrize("name", ["alb"])
def test_the_load_balancers_acl_counts_by_the_address_that_cloudfront_tells(rules: dict[str, Any]) -> None:
    # The addresses that it sees are CloudFront's: by these it would soon block everybody.
    limit = rules["rate-limit"]["Statement"]["RateBasedStatement"]
    assert limit["AggregateKeyType"] == "FORWARDED_IP"
    assert limit["ForwardedIPConfig"] == {"HeaderName": "X-Forwarded-For", "FallbackBehavior": "MATCH"}


@BOTH
@pytest.mark.parametrize("title", MANAGED)
def test_what_aws_manages_decides_itself_and_is_used_whole(rules: dict[str, Any], title: str) -> None:
    group = rules[title]["Statement"]["ManagedRuleGroupStatement"]
    assert group == {"VendorName": "AWS", "Name": MANAGED[title][1]}
    assert rules[title]["OverrideAction"] == {"None": {}}


@BOTH
def test_each_rule_has_its_metric_and_samples(prod: Shown, acl: Any, rules: dict[str, Any], name: str) -> None:
    shown = {one["VisibilityConfig"]["MetricName"]: one["VisibilityConfig"] for one in rules.values()}
    assert set(shown) == {"rate-limit", *MANAGED}
    for one in (acl["VisibilityConfig"], *shown.values()):
        assert (one["CloudWatchMetricsEnabled"], one["SampledRequestsEnabled"]) == (True, True)
    assert acl["VisibilityConfig"]["MetricName"] == prod.named(name)


@BOTH
def test_neither_its_log_nor_its_samples_show_the_origins_secret_or_what_viewers_prove_themselves_by(acl: Any) -> None:
    [protection] = acl["DataProtectionConfig"]["DataProtections"]
    assert protection["Action"] == "SUBSTITUTION"
    assert protection["Field"]["FieldType"] == "SINGLE_HEADER"
    assert set(protection["Field"]["FieldKeys"]) == {"authorization", "cookie", "x-origin-verify"}
    assert not {"ExcludeRuleMatchDetails", "ExcludeRateBasedDetails"} & set(protection)


@BOTH
def test_it_logs_to_an_encrypted_group_whose_name_waf_takes(prod: Shown, acl: Any, name: str) -> None:
    waf = prod.client("wafv2")
    [logging] = waf.list_logging_configurations(Scope=SCOPES[name])["LoggingConfigurations"]
    called = f"aws-waf-logs-{prod.named(name)}"
    assert logging["ResourceArn"] == acl["ARN"]
    assert logging["LogDestinationConfigs"] == [f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{called}"]
    assert "LoggingFilter" not in logging
    [group] = prod.client("logs").describe_log_groups(logGroupNamePrefix=called)["logGroups"]
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('logs-key')}")["KeyMetadata"]["Arn"]
    assert (group["retentionInDays"], group["kmsKeyId"]) == (365, key)


@pytest.mark.parametrize("name", ["edge"])
def test_cloudfront_asks_the_acl_of_its_own_scope(prod: Shown, acl: Any) -> None:
    [distribution] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    config = prod.client("cloudfront").get_distribution(Id=distribution["Id"])["Distribution"]["DistributionConfig"]
    assert config["WebACLId"] == acl["ARN"]
    assert acl["ARN"].startswith(f"arn:aws:wafv2:us-east-1:{ACCOUNT}:global/webacl/")


@pytest.mark.parametrize("name", ["alb"])
def test_the_load_balancer_asks_the_other_one(prod: Shown, acl: Any) -> None:
    waf = prod.client("wafv2")
    [balancer] = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    assert waf.get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])["WebACL"]["ARN"] == acl["ARN"]
    protected = waf.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="APPLICATION_LOAD_BALANCER")
    assert protected["ResourceArns"] == [balancer["LoadBalancerArn"]]
