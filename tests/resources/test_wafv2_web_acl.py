from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.errors import CallFailed, PlanError
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_OPTIMIZED
from provisioner.resources.cloudfront.parts import CacheBehavior, Origin
from provisioner.resources.firehose.delivery_stream import DeliveryStream
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.wafv2.parts import ManagedRuleGroup, RateLimit, Rule
from provisioner.resources.wafv2.web_acl import WebAcl

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

API = "arn:aws:apigateway:us-east-1::/restapis/{}/stages/live"
VISIBLE: Any = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "theirs"}
SHIELD: Any = {
    "Name": "ShieldMitigationRuleGroup_123456789012_1",
    "Priority": 10_000_000,
    "Statement": {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}},
    "Action": {"Block": {}},
    "VisibilityConfig": VISIBLE,
}
GROUP = LogGroup("log", log_group_name="aws-waf-logs-shop")
LIMIT = {"limit": Rule(0, RateLimit(2000))}


def acl(**more: Any) -> WebAcl:
    return WebAcl("front", **more)


def place(live: Any) -> dict[str, Any]:
    return {name: live[name] for name in ("Name", "Scope", "Id")}


def rewrite(aws: Aws, live: Any, *rules: Any) -> None:
    """Another hand's change."""
    current: Any = aws.wafv2.get_web_acl(**place(live))
    shown = current["WebACL"]
    aws.wafv2.update_web_acl(
        **place(live),
        LockToken=current["LockToken"],
        DefaultAction=shown["DefaultAction"],
        VisibilityConfig=shown["VisibilityConfig"],
        Rules=[*shown["Rules"], *rules],
    )


def foreign(aws: Aws, name: str = "theirs") -> str:
    action: Any = {"Allow": {}}
    made = aws.wafv2.create_web_acl(Name=name, Scope="REGIONAL", DefaultAction=action, VisibilityConfig=VISIBLE)
    return str(made["Summary"]["ARN"])


def balancer(aws: Aws) -> str:
    subnets = [subnet["SubnetId"] for subnet in aws.ec2.describe_subnets()["Subnets"][:2]]
    made = aws.elbv2.create_load_balancer(Name="front", Scheme="internal", Subnets=subnets)
    return made["LoadBalancers"][0]["LoadBalancerArn"]


def test_another_hands_acl_under_the_same_name_is_named(aws: Aws) -> None:
    theirs = foreign(aws, "shop-front-test")
    told = errors(outcome(aws, acl()))["WebAcl/front"]
    assert f"what stands there is {theirs}; to take it over, tag it with provisioner:plan=shop" in told


def test_an_acl_is_made_in_one_call(aws: Aws, embedded: Running) -> None:
    found = up(aws, acl(rules=LIMIT))["front"]
    assert (found["Name"], found["VisibilityConfig"]["MetricName"]) == ("shop-front-test", "shop-front-test")
    assert writes(embedded) == ["CreateWebACL"]


def test_the_acl_of_a_distribution_goes_after_it(aws: Aws, embedded: Running) -> None:
    front = acl(scope="CLOUDFRONT", rules=LIMIT, monetization_config={"CurrencyMode": "TEST"})
    assert front.region == "us-east-1"
    origins = {"site": Origin("www.example.com")}
    behavior = CacheBehavior("site", CACHING_OPTIMIZED)
    found = up(aws, front, Distribution("cdn", origins=origins, default_cache_behavior=behavior, web_acl_id=front.arn))
    assert found["cdn"]["DistributionConfig"]["WebACLId"] == found["front"]["ARN"]
    other = dataclasses.replace(front, monetization_config={"CurrencyMode": "REAL"})
    assert list(to_do(aws, other)["WebAcl/front"]) == ["monetization_config"]
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before)[-1] == "DeleteWebACL"


def test_acls_of_both_scopes_are_seen_in_us_east_1_and_one_elsewhere(aws: Aws, embedded: Running) -> None:
    up(aws, acl(), WebAcl("cdn", scope="CLOUDFRONT"))
    assert sorted(live["Scope"] for live in WebAcl.living(aws)) == ["CLOUDFRONT", "REGIONAL"]
    before = len(embedded.calls)
    assert list(WebAcl.living(aws.at("eu-central-1"))) == []
    assert [call.parameters["Scope"] for call in list(embedded.calls)[before:]] == ["REGIONAL"]


def test_another_scope_is_another_acl(aws: Aws) -> None:
    up(aws, acl())
    other = acl(scope="CLOUDFRONT")
    assert to_do(aws, other)["WebAcl/front"]["scope"].replaces
    assert up(aws, other)["front"]["Scope"] == "CLOUDFRONT"


def test_a_rule_of_shield_is_neither_drift_nor_lost(aws: Aws) -> None:
    live = up(aws, acl(rules=LIMIT))["front"]
    rewrite(aws, live, SHIELD)
    assert to_do(aws, acl(rules=LIMIT)) == {}
    changed = up(aws, acl(rules={"limit": Rule(0, RateLimit(1000))}))["front"]
    assert [rule["Name"] for rule in changed["Rules"]] == ["limit", SHIELD["Name"]]


def test_a_rule_that_another_hand_added_is_drift_unless_rules_are_not_managed(aws: Aws) -> None:
    live = up(aws, acl(rules=LIMIT))["front"]
    rewrite(aws, live, {**SHIELD, "Name": "theirs", "Priority": 9})
    assert list(to_do(aws, acl(rules=LIMIT))["WebAcl/front"]) == ["rules"]
    kept = up(aws, acl(rules=None, description="Not ours to rule"))["front"]
    assert [rule["Name"] for rule in kept["Rules"]] == ["limit", "theirs"]


def test_a_lost_race_is_run_again(aws: Aws, embedded: Running) -> None:
    up(aws, acl(rules=LIMIT))
    with refusing(embedded, "UpdateWebACL", "WAFOptimisticLockException", times=1):
        up(aws, acl(rules={}))


def test_what_the_plan_does_not_say_stays(aws: Aws) -> None:
    full = acl(rules=LIMIT, description="First", metric_name="given", token_domains=("example.com",), captcha_immunity_time=60)
    up(aws, full)
    changed = up(aws, acl(rules={}))["front"]
    assert (changed["Description"], changed["VisibilityConfig"]["MetricName"]) == ("First", "given")
    assert (changed["TokenDomains"], changed["CaptchaConfig"]) == (
        ["example.com"],
        {"ImmunityTimeProperty": {"ImmunityTime": 60}},
    )


def test_what_waf_fills_in_and_search_strings_as_bytes_are_no_drift(aws: Aws) -> None:
    body = {"Body": {"OversizeHandling": "CONTINUE"}}
    match = {"SearchString": "curl", "FieldToMatch": body, "TextTransformations": [{"Priority": 0, "Type": "NONE"}]}
    statement = {"ByteMatchStatement": {**match, "PositionalConstraint": "CONTAINS"}}
    rules = {
        "robots": Rule(0, statement, "Captcha", ["robot"], "robots-seen", captcha_immunity_time=60, challenge_immunity_time=60),
        "limit": Rule(1, RateLimit(100, aggregate_key_type="FORWARDED_IP", forwarded_ip_header="X-Forwarded-For")),
        "keyed": Rule(2, RateLimit(100, 60, "CUSTOM_KEYS", [{"IP": {}}, {"HTTPMethod": {}}])),
        "bots": Rule(
            3, ManagedRuleGroup("AWSManagedRulesBotControlRuleSet", excluded_rules=["CategoryAI"], configs=[]), action="Count"
        ),
    }
    found = up(aws, acl(rules=rules))["front"]
    assert found["Rules"][0]["Statement"]["ByteMatchStatement"]["SearchString"] == b"curl"
    assert found["Rules"][1]["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == 300
    assert found["Rules"][3]["OverrideAction"] == {"Count": {}}


def test_a_part_of_a_rule_that_is_taken_out_is_a_change(aws: Aws) -> None:
    narrow = {"GeoMatchStatement": {"CountryCodes": ["AQ"]}}
    up(aws, acl(rules={"limit": Rule(0, RateLimit(2000, scope_down=narrow))}))
    assert "ScopeDownStatement" not in up(aws, acl(rules=LIMIT))["front"]["Rules"][0]["Statement"]["RateBasedStatement"]


def test_application_attributes_survive_every_change(aws: Aws) -> None:
    up(aws, acl(application_attributes={"kind": ["shop"]}))
    up(aws, acl(rules=LIMIT, application_attributes={"kind": ["shop"]}))


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_the_log_goes_to_a_group_whose_arn_may_have_a_star(aws: Aws, region: str) -> None:
    group = dataclasses.replace(GROUP, region=region)
    step = dataclasses.replace(acl(logging_destination=group.arn), region=region)
    assert up(aws, group, step)["front"]["Logging"]["LogDestinationConfigs"][0].endswith("log-group:aws-waf-logs-shop")
    starred = dataclasses.replace(step, logging_destination=group.arn.map(lambda arn: f"{arn}:*"))
    assert to_do(aws, group, starred) == {}


def test_the_log_can_end_and_its_settings_last_while_nobody_says_otherwise(aws: Aws, embedded: Running) -> None:
    aws.s3.create_bucket(Bucket="aws-waf-logs-shop")
    fields: Any = ({"SingleHeader": {"Name": "cookie"}}, {"Method": {}})
    up(aws, GROUP, acl(logging_destination=GROUP.arn, redacted_fields=fields))
    moved = up(aws, GROUP, acl(logging_destination="arn:aws:s3:::aws-waf-logs-shop"))["front"]
    assert sorted(moved["Logging"]["RedactedFields"], key=str) == sorted(fields, key=str)
    assert to_do(aws, GROUP, acl(redacted_fields=None)) == {}
    before = len(embedded.calls)
    assert "Logging" not in up(aws, GROUP, acl(logging_destination=""))["front"]
    assert writes(embedded, before) == ["DeleteLoggingConfiguration"]


def test_a_destination_of_another_name_is_refused(aws: Aws) -> None:
    other = LogGroup("other")
    assert "LOG_DESTINATION" in errors(outcome(aws, other, acl(logging_destination=other.arn)))["WebAcl/front"]


def test_a_stream_takes_the_log_too(aws: Aws) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = Role("delivery", assume_role_policy={"Version": "2012-10-17", "Statement": [trust]})
    stream = DeliveryStream("log", delivery_stream_name="aws-waf-logs-shop", role_arn=role.arn, bucket="logs")
    up(aws, role, stream, acl(logging_destination=stream.arn))


def test_what_is_protected_is_let_go_before_another_is_taken(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    up(aws, acl(associations=(API.format("one"), arn)))
    before = len(embedded.calls)
    up(aws, acl(associations=(arn, API.format("other"))))
    assert writes(embedded, before) == ["DisassociateWebACL", "AssociateWebACL"]
    assert up(aws, acl(associations=()))["front"]["Associations"] == []


def test_a_web_acl_of_somebody_else_is_not_replaced(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    theirs = foreign(aws)
    aws.wafv2.associate_web_acl(WebACLArn=theirs, ResourceArn=arn)
    said = errors(outcome(aws, acl(associations=(arn,))))["WebAcl/front"]
    assert theirs in said
    assert "not the plan's" in said
    assert writes(embedded).count("AssociateWebACL") == 1


def test_another_web_acl_of_the_plan_gives_way(aws: Aws) -> None:
    arn = balancer(aws)
    old = WebAcl("old")
    up(aws, old, acl())
    aws.wafv2.associate_web_acl(WebACLArn=up(aws, old, acl())["old"]["ARN"], ResourceArn=arn)
    assert up(aws, old, acl(associations=(arn,)))["front"]["Associations"] == [arn]


def test_a_balancer_that_waf_does_not_see_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    with refusing(embedded, "AssociateWebACL", "WAFUnavailableEntityException", times=1):
        up(aws, acl(associations=(arn,)))


def test_a_kind_of_service_that_a_region_lacks_is_not_missed(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    up(aws, acl(associations=(arn,)))
    message = "Error reason: The resource type is not supported in this region."

    def is_other(call: Call) -> bool:
        return bool(call.parameters["ResourceType"] != "APPLICATION_LOAD_BALANCER")

    with refusing(embedded, "ListResourcesForWebACL", "WAFInvalidParameterException", message, only=is_other):
        assert to_do(aws, acl(associations=(arn,))) == {}
    with refusing(embedded, "ListResourcesForWebACL", "AccessDeniedException"), pytest.raises(CallFailed):
        list(WebAcl.living(aws))


def test_an_acl_lets_go_of_all_before_it_goes(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    up(aws, GROUP, acl(associations=(arn,), logging_destination=GROUP.arn))
    before = len(embedded.calls)
    teardown(aws)
    gone = [operation for operation in writes(embedded, before) if operation != "DeleteLogGroup"]
    assert gone == ["DeleteLoggingConfiguration", "DisassociateWebACL", "DeleteWebACL"]


def test_an_acl_that_is_still_held_is_deleted_later(aws: Aws, embedded: Running) -> None:
    up(aws, acl())
    with refusing(embedded, "DeleteWebACL", "WAFAssociatedItemException", times=1):
        teardown(aws)


def test_tags_are_asked_for_only_where_the_name_is_the_plans(aws: Aws, embedded: Running) -> None:
    for number in range(3):
        foreign(aws, f"theirs-{number}")
    foreign(aws, "shop-of-theirs")
    before = len(embedded.calls)
    assert list(WebAcl.living(aws)) == []
    operations = [call.operation for call in list(embedded.calls)[before:]]
    assert sorted(operations) == ["ListTagsForResource", "ListWebACLs", "ListWebACLs"]


def test_an_acl_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, acl())
    with refusing(embedded, "GetWebACL", "WAFNonexistentItemException"):
        assert list(WebAcl.living(aws)) == []


class _Pages(Behaviour):
    """Lists of one page, that say as AWS does that there may be more."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def after(self, call: Call, answer: Answer) -> Answer:
        what = {"ListWebACLs": "WebACLs", "ListLoggingConfigurations": "LoggingConfigurations"}.get(call.operation)
        if what is None or call.parameters["Scope"] != "REGIONAL":
            return answer
        marker = call.parameters.get("NextMarker", "")
        self.asked.append((what, marker))
        content: Any = answer.content
        return Answer.of({what: [] if marker else content[what], "NextMarker": "more"})


def test_all_pages_are_read(aws: Aws, embedded: Running) -> None:
    up(aws, GROUP, acl(logging_destination=GROUP.arn))
    pages = _Pages()
    embedded.behaviours.insert(0, pages)
    try:
        [live] = WebAcl.living(aws)
    finally:
        embedded.behaviours.remove(pages)
    assert "Logging" in live
    assert sorted(pages.asked) == [
        ("LoggingConfigurations", ""),
        ("LoggingConfigurations", "more"),
        ("WebACLs", ""),
        ("WebACLs", "more"),
    ]


def test_a_balancer_without_any_acl_is_nobodys(aws: Aws, embedded: Running) -> None:
    arn = balancer(aws)
    with answering(embedded, "GetWebACLForResource", {}):
        up(aws, acl(associations=(arn,)))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"scope": "CLOUDFRONT", "region": "eu-central-1"}, "stand in us-east-1, not in eu-central-1"),
        ({"scope": "CLOUDFRONT", "associations": (API,)}, "a distribution names its web ACL"),
        ({"redacted_fields": ({"Method": {}},)}, "need a logging_destination"),
        ({"rules": {**LIMIT, "other": Rule(0, RateLimit(1))}}, "rules limit and other have the same priority, 0"),
    ],
)
def test_an_acl_that_can_not_be_is_a_wrong_plan(more: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=f"WebAcl/front: .*{said}"):
        acl(**more)
