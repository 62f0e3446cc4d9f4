"""Web ACLs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

VISIBLE = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
BASE: Any = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBLE}
LIMIT = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
API = "arn:aws:apigateway:eu-central-1::/restapis/one/stages/live"


@pytest.fixture
def waf(connect: Connect) -> Any:
    return connect("wafv2")


@pytest.fixture
def acl(waf: Any) -> dict[str, Any]:
    return made(waf)


def made(waf: Any, name: str = "acl", scope: str = "REGIONAL", **more: Any) -> dict[str, Any]:
    return dict(waf.create_web_acl(Name=name, Scope=scope, **{**BASE, **more})["Summary"])


def place(acl: dict[str, Any], scope: str = "REGIONAL") -> dict[str, Any]:
    return {"Name": acl["Name"], "Id": acl["Id"], "Scope": scope}


def rule(name: str = "limit", priority: int = 0, statement: Any = LIMIT, **action: Any) -> dict[str, Any]:
    given = action or {"Action": {"Block": {}}}
    return {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": VISIBLE, **given}


def managed(name: str) -> Any:
    return {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}


def test_an_update_replaces_the_whole(waf: Any) -> None:
    acl = made(waf, Description="An acl", Rules=[rule()], TokenDomains=["example.com"])
    token = waf.get_web_acl(**place(acl))["LockToken"]
    change = {**place(acl), **BASE, "OnSourceDDoSProtectionConfig": {"ALBLowReputationMode": "ALWAYS_ON"}}
    waf.update_web_acl(LockToken=token, **change)
    assert refusal(waf.update_web_acl, LockToken=token, **change) == "WAFOptimisticLockException"
    shown = waf.get_web_acl(ARN=acl["ARN"])["WebACL"]
    assert (shown["Rules"], shown["Description"]) == ([], "")
    assert "TokenDomains" not in shown
    assert shown["OnSourceDDoSProtectionConfig"] == {"ALBLowReputationMode": "ALWAYS_ON"}
    assert waf.list_web_acls(Scope="REGIONAL")["WebACLs"][0]["Description"] == ""


def test_application_attributes_are_kept_and_can_not_be_modified(waf: Any) -> None:
    attributes = {"Attributes": [{"Name": "kind", "Values": ["shop"]}]}
    acl = made(waf, ApplicationConfig=attributes)
    other = {"Attributes": [{"Name": "kind", "Values": ["bank"]}]}
    change = {**place(acl), **BASE, "LockToken": waf.get_web_acl(**place(acl))["LockToken"]}
    assert refusal(waf.update_web_acl, **change, ApplicationConfig=other) == "WAFInvalidParameterException"
    waf.update_web_acl(**change)
    assert waf.get_web_acl(**place(acl))["WebACL"]["ApplicationConfig"] == attributes


def test_a_name_is_taken_once_in_a_scope(connect: Connect, acl: dict[str, Any]) -> None:
    assert refusal(connect("wafv2").create_web_acl, Name="acl", Scope="REGIONAL", **BASE) == "WAFDuplicateItemException"
    home = connect("wafv2", "us-east-1")
    made(home, scope="CLOUDFRONT")
    made(home)


def test_what_is_for_cloudfront_stands_in_us_east_1(waf: Any) -> None:
    assert refusal(waf.create_web_acl, Name="acl", Scope="CLOUDFRONT", **BASE) == "WAFInvalidParameterException"
    assert refusal(waf.list_web_acls, Scope="CLOUDFRONT") == "WAFInvalidParameterException"


@pytest.mark.parametrize(
    "rules",
    [
        [rule("a"), rule("b")],
        [rule("a", 0), rule("a", 1)],
        [rule(statement=managed("AWSManagedRulesCommonRuleSet"))],
        [rule(OverrideAction={"None": {}})],
        [rule(statement=managed("AWSManagedRulesComonRuleSet"), OverrideAction={"None": {}})],
        [rule(Action={"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "none"}}})],
    ],
    ids=["same priority", "same name", "no override action", "no action", "unknown group", "unknown body"],
)
def test_rules_that_waf_refuses(waf: Any, rules: list[Any]) -> None:
    assert refusal(waf.create_web_acl, Name="acl", Scope="REGIONAL", **BASE, Rules=rules) == "WAFInvalidParameterException"


def test_what_rules_refer_to_must_be_there(waf: Any) -> None:
    arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/none/1"
    narrow = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": arn}}}}
    rules = [rule(statement=narrow)]
    assert refusal(waf.create_web_acl, Name="acl", Scope="REGIONAL", **BASE, Rules=rules) == "WAFNonexistentItemException"
    there = waf.create_ip_set(Name="set", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]["ARN"]
    narrow["NotStatement"]["Statement"]["IPSetReferenceStatement"]["ARN"] = there
    made(waf, Rules=rules)


def test_a_set_of_addresses_changes_and_goes_by_its_lock_token(waf: Any) -> None:
    made = waf.create_ip_set(Name="set", Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=[])["Summary"]
    [listed] = waf.list_ip_sets(Scope="REGIONAL")["IPSets"]
    assert listed["LockToken"] == made["LockToken"] == waf.get_ip_set(**place(made))["LockToken"]
    next_token = waf.update_ip_set(**place(made), Addresses=["192.0.2.0/24"], LockToken=made["LockToken"])["NextLockToken"]
    stale = refusal(waf.delete_ip_set, **place(made), LockToken=made["LockToken"])
    assert stale == "WAFOptimisticLockException"
    waf.delete_ip_set(**place(made), LockToken=next_token)
    assert waf.list_ip_sets(Scope="REGIONAL")["IPSets"] == []


def test_rules_cost_capacity(waf: Any) -> None:
    common = rule("common", 1, managed("AWSManagedRulesCommonRuleSet"), OverrideAction={"None": {}})
    assert waf.check_capacity(Scope="REGIONAL", Rules=[rule(), common])["Capacity"] == 702
    assert waf.get_web_acl(**place(made(waf, Rules=[rule(), common])))["WebACL"]["Capacity"] == 702
    many = [{**common, "Name": f"r{number}", "Priority": number} for number in range(8)]
    assert refusal(waf.check_capacity, Scope="REGIONAL", Rules=many) == "WAFLimitsExceededException"


def test_a_window_is_filled_in(waf: Any) -> None:
    [shown] = waf.get_web_acl(**place(made(waf, Rules=[rule()])))["WebACL"]["Rules"]
    assert shown["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == 300


def test_a_resource_has_one_acl_which_can_not_be_deleted_meanwhile(waf: Any, acl: dict[str, Any]) -> None:
    other = made(waf, "other")
    waf.associate_web_acl(WebACLArn=other["ARN"], ResourceArn=API)
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=API)
    assert waf.get_web_acl_for_resource(ResourceArn=API)["WebACL"]["Name"] == "acl"
    assert waf.list_resources_for_web_acl(WebACLArn=other["ARN"], ResourceType="API_GATEWAY")["ResourceArns"] == []
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")["ResourceArns"] == [API]
    assert waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"] == []
    assert refusal(waf.delete_web_acl, **place(acl), LockToken=acl["LockToken"]) == "WAFAssociatedItemException"
    waf.disassociate_web_acl(ResourceArn=API)
    assert "WebACL" not in waf.get_web_acl_for_resource(ResourceArn=API)
    waf.delete_web_acl(**place(acl), LockToken=acl["LockToken"])


def test_only_what_is_there_is_protected(connect: Connect, acl: dict[str, Any]) -> None:
    waf, home = connect("wafv2"), connect("wafv2", "us-east-1")
    balancer = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/none/1"
    assert refusal(waf.associate_web_acl, WebACLArn=acl["ARN"], ResourceArn=balancer) == "WAFUnavailableEntityException"
    edge = made(home, scope="CLOUDFRONT")
    distribution = "arn:aws:cloudfront::123456789012:distribution/E1"
    assert refusal(home.associate_web_acl, WebACLArn=edge["ARN"], ResourceArn=distribution) == "WAFInvalidParameterException"


def test_the_acl_of_a_distribution_is_held_by_it(connect: Connect) -> None:
    home, cloudfront = connect("wafv2", "us-east-1"), connect("cloudfront", "us-east-1")
    edge = made(home, scope="CLOUDFRONT")
    origin = {"Id": "o", "DomainName": "example.com", "CustomOriginConfig": _server()}
    behavior = {
        "TargetOriginId": "o",
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    config = {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior,
        "WebACLId": edge["ARN"],
    }
    cloudfront.create_distribution(DistributionConfig=config)
    deletion = {**place(edge, "CLOUDFRONT"), "LockToken": edge["LockToken"]}
    assert refusal(home.delete_web_acl, **deletion) == "WAFAssociatedItemException"


def _server() -> dict[str, Any]:
    return {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}


@pytest.mark.parametrize("scope", ["REGIONAL", "CLOUDFRONT"])
def test_a_log_goes_to_one_place_of_the_right_name_that_is_there(connect: Connect, scope: str) -> None:
    region = "us-east-1" if scope == "CLOUDFRONT" else "eu-central-1"
    waf, logs = connect("wafv2", region), connect("logs", region)
    acl = made(waf, scope=scope)
    arn = f"arn:aws:logs:{region}:123456789012:log-group:"

    def log(*names: str) -> dict[str, Any]:
        return {"ResourceArn": acl["ARN"], "LogDestinationConfigs": [arn + name for name in names]}

    logs.create_log_group(logGroupName="aws-waf-logs-a/b")
    logs.create_log_group(logGroupName="other")
    for names in (("other",), ("aws-waf-logs-none",), ("aws-waf-logs-a/b:*",), ("aws-waf-logs-a/b", "aws-waf-logs-a/b")):
        assert refusal(waf.put_logging_configuration, LoggingConfiguration=log(*names)) == "WAFInvalidParameterException"
    put = waf.put_logging_configuration(LoggingConfiguration=log("aws-waf-logs-a/b"))["LoggingConfiguration"]
    assert waf.list_logging_configurations(Scope=scope)["LoggingConfigurations"] == [put]
    assert waf.get_logging_configuration(ResourceArn=acl["ARN"])["LoggingConfiguration"]["LogScope"] == "CUSTOMER"
    waf.delete_logging_configuration(ResourceArn=acl["ARN"])
    assert refusal(waf.delete_logging_configuration, ResourceArn=acl["ARN"]) == "WAFNonexistentItemException"
    assert refusal(waf.get_logging_configuration, ResourceArn=acl["ARN"]) == "WAFNonexistentItemException"


def test_a_deleted_acl_takes_its_log_and_its_tags_along(connect: Connect) -> None:
    waf, logs = connect("wafv2"), connect("logs")
    acl = made(waf, Tags=[{"Key": "a", "Value": "b"}])
    logs.create_log_group(logGroupName="aws-waf-logs-a")
    destination = "arn:aws:logs:eu-central-1:123456789012:log-group:aws-waf-logs-a"
    waf.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl["ARN"], "LogDestinationConfigs": [destination]})
    waf.delete_web_acl(**place(acl), LockToken=acl["LockToken"])
    assert waf.list_logging_configurations(Scope="REGIONAL")["LoggingConfigurations"] == []
    assert refusal(waf.list_tags_for_resource, ResourceARN=acl["ARN"]) == "WAFNonexistentItemException"
    assert refusal(waf.update_web_acl, **place(acl), **BASE, LockToken=acl["LockToken"]) == "WAFNonexistentItemException"
