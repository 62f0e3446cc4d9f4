"""Module 5: the load balancer, which answers to CloudFront alone."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import ACCOUNT, tags

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")
HEADER = "X-Origin-Verify"
CLOUDFRONT_ADDRESSES = "com.amazonaws.global.cloudfront.origin-facing"


@pytest.fixture
def balancer(prod: Shown) -> Any:
    [found] = prod.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return found


@pytest.fixture
def attributes(prod: Shown, balancer: Any) -> dict[str, str]:
    found = prod.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=balancer["LoadBalancerArn"])
    return {one["Key"]: one["Value"] for one in found["Attributes"]}


@pytest.fixture
def listeners(prod: Shown, balancer: Any) -> dict[int, Any]:
    """The listeners by their ports."""
    found = prod.client("elbv2").describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return {one["Port"]: one for one in found}


@pytest.fixture
def group(prod: Shown) -> Any:
    [found] = prod.client("elbv2").describe_target_groups()["TargetGroups"]
    return found


@pytest.fixture
def rules(prod: Shown, listeners: dict[int, Any]) -> list[Any]:
    """The rules of the listener that serves, without the one that it is born with."""
    found = prod.client("elbv2").describe_rules(ListenerArn=listeners[443]["ListenerArn"])["Rules"]
    return [rule for rule in found if not rule["IsDefault"]]


@pytest.fixture
def secret(prod: Shown) -> str:
    return str(prod.client("secretsmanager").get_secret_value(SecretId=prod.named("origin-header"))["SecretString"])


def test_it_is_an_internet_facing_application_load_balancer_that_is_active(prod: Shown, balancer: Any) -> None:
    shown = (balancer["LoadBalancerName"], balancer["Scheme"], balancer["Type"], balancer["State"]["Code"])
    assert shown == (prod.named("alb"), "internet-facing", "application", "active")


def test_it_stands_in_the_public_subnet_of_each_zone(prod: Shown, balancer: Any) -> None:
    found = prod.client("ec2").describe_subnets()["Subnets"]
    public = {one["SubnetId"] for one in found if "public" in tags(one).get("Name", "")}
    assert len(public) == 3
    assert {zone["SubnetId"] for zone in balancer["AvailabilityZones"]} == public


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("routing.http2.enabled", "true"),
        ("routing.http.drop_invalid_header_fields.enabled", "true"),
        # Security Hub ELB.12: `monitor` lets requests that are two at once pass.
        ("routing.http.desync_mitigation_mode", "defensive"),
        ("deletion_protection.enabled", "true"),
        # Where the web ACL can not be asked, nothing passes.
        ("waf.fail_open.enabled", "false"),
        ("access_logs.s3.enabled", "true"),
        ("access_logs.s3.prefix", "alb"),
    ],
)
def test_an_attribute_is_as_it_is_to_be(attributes: dict[str, str], attribute: str, value: str) -> None:
    assert attributes[attribute] == value


def test_its_access_logs_go_to_the_log_bucket(prod: Shown, attributes: dict[str, str]) -> None:
    assert attributes["access_logs.s3.bucket"] == f"{prod.named('logs')}-{ACCOUNT}"


@pytest.mark.parametrize(
    ("property_", "value"),
    [
        ("TargetType", "instance"),
        ("Protocol", "HTTP"),
        ("Port", 8080),
        ("HealthCheckEnabled", True),
        ("HealthCheckProtocol", "HTTP"),
        ("HealthCheckPort", "traffic-port"),
        ("HealthCheckPath", "/health"),
        ("Matcher", {"HttpCode": "200"}),
    ],
)
def test_the_target_group_asks_instances_for_their_health(group: Any, property_: str, value: Any) -> None:
    assert group[property_] == value


def test_an_unhealthy_instance_is_known_within_a_minute(group: Any) -> None:
    assert group["HealthCheckTimeoutSeconds"] < group["HealthCheckIntervalSeconds"]
    assert group["HealthCheckIntervalSeconds"] * group["UnhealthyThresholdCount"] <= 60


def test_the_targets_are_the_instances_of_the_auto_scaling_group(prod: Shown, group: Any) -> None:
    [scaling] = prod.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    assert scaling["TargetGroupARNs"] == [group["TargetGroupArn"]]
    health = prod.client("elbv2").describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
    assert {one["Target"]["Id"] for one in health} == {one["InstanceId"] for one in scaling["Instances"]}
    assert {one["Target"]["Port"] for one in health} == {8080}


def test_what_no_rule_is_for_is_answered_403(listeners: dict[int, Any]) -> None:
    [action] = listeners[443]["DefaultActions"]
    assert (action["Type"], action["FixedResponseConfig"]["StatusCode"]) == ("fixed-response", "403")


def test_one_rule_forwards_to_the_instances_and_needs_the_secret_header(rules: list[Any], group: Any, secret: str) -> None:
    [rule] = rules
    assert rule["Priority"] == "1"
    [condition] = rule["Conditions"]
    assert (condition["Field"], condition["HttpHeaderConfig"]) == (
        "http-header",
        {"HttpHeaderName": HEADER, "Values": [secret]},
    )
    [action] = rule["Actions"]
    targets = [one["TargetGroupArn"] for one in action["ForwardConfig"]["TargetGroups"]]
    assert (action["Type"], targets) == ("forward", [group["TargetGroupArn"]])


def test_the_way_in_is_by_cloudfronts_addresses_and_with_the_header_that_it_alone_sends(
    prod: Shown, balancer: Any, rules: list[Any], secret: str
) -> None:
    ec2 = prod.client("ec2")
    [group] = ec2.describe_security_groups(GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
    [permission] = group["IpPermissions"]
    assert [permission["IpRanges"], permission["Ipv6Ranges"], permission["UserIdGroupPairs"]] == [[], [], []]
    named = [{"Name": "prefix-list-name", "Values": [CLOUDFRONT_ADDRESSES]}]
    [addresses] = ec2.describe_managed_prefix_lists(Filters=named)["PrefixLists"]
    assert [one["PrefixListId"] for one in permission["PrefixListIds"]] == [addresses["PrefixListId"]]
    [distribution] = prod.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    sent = {one["Id"]: one["CustomHeaders"].get("Items", []) for one in distribution["Origins"]["Items"]}
    assert sent == {"portal": [{"HeaderName": HEADER, "HeaderValue": secret}], "assets": []}
    assert rules[0]["Conditions"][0]["HttpHeaderConfig"]["Values"] == [secret]


def test_the_header_is_long_random_and_without_signs_that_a_rule_would_take_for_any(prod: Shown, secret: str) -> None:
    assert len(secret) == 64
    # `*` and `?` in a rule stand for whatever comes.
    assert set(secret) <= set(string.ascii_letters + string.digits)
    kept = prod.client("secretsmanager").describe_secret(SecretId=prod.named("origin-header"))
    key = prod.client("kms").describe_key(KeyId=f"alias/{prod.named('data-key')}")["KeyMetadata"]
    assert key["Arn"].endswith(kept["KmsKeyId"].rpartition("/")[2])


def test_all_parts_carry_the_plans_tags(
    prod: Shown, balancer: Any, group: Any, listeners: dict[int, Any], rules: list[Any]
) -> None:
    ports = [one["ListenerArn"] for one in listeners.values()]
    arns = [balancer["LoadBalancerArn"], group["TargetGroupArn"], *ports, rules[0]["RuleArn"]]
    found = prod.client("elbv2").describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert len(found) == 5
    for one in found:
        shown = tags(one)
        assert (shown["Application"], shown["Environment"], shown["ManagedBy"], shown["CostCenter"]) == (
            "financial-transaction-platform",
            "prod",
            "provisioner",
            "engineering",
        )
