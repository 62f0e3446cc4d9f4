from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import PENDING, READY, State, broken
from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.parts import SubnetMapping
from provisioner.resources.elbv2.tags import tagged
from provisioner.resources.s3.bucket import Bucket
from provisioner.value import text

from .balanced import (
    BALANCER,
    DEFAULT_SUBNETS,
    DEFAULT_VPC,
    GATEWAY,
    NETWORK,
    SUBNETS,
    TWO_SUBNETS,
    VPC,
    backend,
    balancer_arn,
    foreign_balancer,
)
from .in_aws import LIFTING, errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.resource import Resource

WRITER = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}


def tear_down(aws: Aws, *steps: Resource) -> None:
    going = run(aws, *steps, options=LIFTING)
    result = going.teardown(going.preview_teardown())
    assert (errors(result), result.remaining) == ({}, ())


def test_what_others_use_of_it_is_shown(aws: Aws) -> None:
    live = up(aws, BALANCER)["alb"]
    assert live["LoadBalancerName"] == "shop-alb-test"
    assert live["FullName"] == "app/shop-alb-test/" + live["LoadBalancerArn"].rpartition("/")[2]
    assert live["DNSName"].startswith("internal-shop-alb-test-")
    assert live["CanonicalHostedZoneId"] == "Z35SXDOTRQ7X7K"


def test_a_long_name_is_cut_to_32_characters(aws: Aws) -> None:
    step = LoadBalancer("the-load-balancer-of-the-whole-shop", subnets=TWO_SUBNETS)
    name = up(aws, step)[step.name]["LoadBalancerName"]
    assert len(name) <= 32
    assert name.endswith("-test")


def test_one_that_is_not_the_plans_is_never_taken(aws: Aws, embedded: Running) -> None:
    theirs = foreign_balancer(aws, "shop-alb-test")
    before = len(embedded.calls)
    result = outcome(aws, BALANCER)
    assert f"called shop-alb-test, and there stands {theirs}, which is not the plan's" in errors(result)["LoadBalancer/alb"]
    assert writes(embedded, before) == []


def test_only_the_plans_own_are_looked_into(aws: Aws, embedded: Running) -> None:
    foreign_balancer(aws, "theirs")
    ours = balancer_arn(aws)
    before = len(embedded.calls)
    assert [live["LoadBalancerArn"] for live in LoadBalancer.living(aws)] == [ours]
    asked = [call.parameters for call in list(embedded.calls)[before:] if call.operation == "DescribeLoadBalancerAttributes"]
    assert asked == [{"LoadBalancerArn": ours}]


def test_attributes_that_the_plan_does_not_name_are_left_alone(aws: Aws, embedded: Running) -> None:
    step = dataclasses.replace(BALANCER, attributes={"idle_timeout.timeout_seconds": 90, "routing.http2.enabled": None})
    arn = up(aws, step)["alb"]["LoadBalancerArn"]
    theirs: list[Any] = [{"Key": "routing.http2.enabled", "Value": "false"}, {"Key": "waf.fail_open.enabled", "Value": "true"}]
    aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=theirs)
    assert to_do(aws, step) == {}
    other = dataclasses.replace(
        step, attributes={"idle_timeout.timeout_seconds": 90, "routing.http.drop_invalid_header_fields.enabled": True}
    )
    before = len(embedded.calls)
    shown = up(aws, other)["alb"]["Attributes"]
    assert shown["waf.fail_open.enabled"] == "true"
    [sent] = [call for call in list(embedded.calls)[before:] if call.operation == "ModifyLoadBalancerAttributes"]
    assert sent.parameters["Attributes"] == [{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}]


def test_access_logs_wait_until_the_buckets_policy_is_known(aws: Aws, embedded: Running) -> None:
    logs = Bucket("logs")
    allowed: dict[str, Any] = {"Effect": "Allow", "Principal": WRITER, "Action": "s3:PutObject"}
    statement = allowed | {"Resource": text("arn:aws:s3:::{}/alb/AWSLogs/123456789012/*", "shop-logs-test-123456789012")}
    logs = dataclasses.replace(logs, policy={"Version": "2012-10-17", "Statement": [statement]})
    attributes = {"access_logs.s3.enabled": True, "access_logs.s3.bucket": logs, "access_logs.s3.prefix": "alb"}
    step = dataclasses.replace(BALANCER, attributes=attributes)
    words = "Access Denied for bucket: shop-logs-test-123456789012. Please check S3bucket permission"
    with refusing(embedded, "ModifyLoadBalancerAttributes", "InvalidConfigurationRequest", words, times=3):
        shown = up(aws, logs, step)["alb"]["Attributes"]
    assert shown["access_logs.s3.bucket"] == "shop-logs-test-123456789012"
    assert shown["access_logs.s3.enabled"] == "true"


def test_a_protected_one_is_replaced_only_by_name_and_teardown_lifts_the_lock(aws: Aws, embedded: Running) -> None:
    step = dataclasses.replace(BALANCER, attributes={"deletion_protection.enabled": True})
    up(aws, step)
    other = dataclasses.replace(step, load_balancer_name="another")
    with pytest.raises(Exception, match="is protected from deletion and would be replaced"):
        outcome(aws, other)
    before = len(embedded.calls)
    tear_down(aws, step)
    assert writes(embedded, before) == ["ModifyLoadBalancerAttributes", "DeleteLoadBalancer"]


def test_its_network_interfaces_hold_what_it_stands_in_for_a_while(aws: Aws, embedded: Running) -> None:
    group = SecurityGroup("alb", vpc=VPC, description="An example")
    step = dataclasses.replace(BALANCER, subnets=SUBNETS, scheme="internet-facing", security_groups=[group], after=(GATEWAY,))
    up(aws, *NETWORK, group, step)
    tear_down(aws, *NETWORK, group, step)
    refused = {call.operation for call in embedded.calls if call.outcome == "DependencyViolation"}
    assert refused & {"DeleteSubnet", "DeleteSecurityGroup", "DetachInternetGateway"}


def test_one_that_is_gone_meanwhile_does_not_live(aws: Aws, embedded: Running) -> None:
    balancer_arn(aws)
    with refusing(embedded, "DescribeLoadBalancerAttributes", "LoadBalancerNotFound"):
        assert list(LoadBalancer.living(aws)) == []


def test_tags_are_shown_of_all_that_are_still_there(aws: Aws, embedded: Running) -> None:
    ours, theirs = balancer_arn(aws), foreign_balancer(aws, "theirs")
    gone = ours[:-1] + "x"
    assert set(tagged(aws, [ours, gone, theirs])) == {ours, theirs}
    many = [f"{gone}{number}" for number in range(19)]
    before = len(embedded.calls)
    assert set(tagged(aws, [*many, ours, theirs])) == {ours, theirs}
    assert max(len(call.parameters["ResourceArns"]) for call in list(embedded.calls)[before:]) == 20


def test_a_network_one_has_addresses_of_the_plans_choice(aws: Aws) -> None:
    addresses = [ElasticIp("a"), ElasticIp("b")]
    mappings = [SubnetMapping(subnet, address) for subnet, address in zip(SUBNETS, addresses, strict=True)]
    step = LoadBalancer("nlb", type="network", scheme="internet-facing", subnet_mappings=mappings, after=(GATEWAY,))
    live = up(aws, *NETWORK, *addresses, step)["nlb"]
    assert live["FullName"].startswith("net/shop-nlb-test/")
    shown = {zone["LoadBalancerAddresses"][0]["AllocationId"] for zone in live["AvailabilityZones"]}
    assert shown == {address["AllocationId"] for address in aws.ec2.describe_addresses()["Addresses"]}
    fewer = dataclasses.replace(step, subnet_mappings=mappings[:1])
    assert list(to_do(aws, *NETWORK, *addresses, fewer)["LoadBalancer/nlb"]) == ["subnet_mappings"]
    assert len(up(aws, *NETWORK, *addresses, fewer)["nlb"]["AvailabilityZones"]) == 1


def test_private_addresses_and_prefixes_are_compared_too(aws: Aws) -> None:
    mapping = SubnetMapping(
        DEFAULT_SUBNETS.map(lambda found: found[0]), private_ipv4_address="172.31.0.7", source_nat_ipv6_prefix="2001:db8::/80"
    )
    step = LoadBalancer("nlb", type="network", subnet_mappings=[mapping])
    up(aws, step)
    other = dataclasses.replace(step, subnet_mappings=[mapping._replace(source_nat_ipv6_prefix="2001:db8:1::/80")])
    assert list(to_do(aws, other)["LoadBalancer/nlb"]) == ["subnet_mappings"]


def test_a_network_one_changes_what_only_it_has(aws: Aws, embedded: Running) -> None:
    group = SecurityGroup("nlb", vpc=DEFAULT_VPC, description="An example")
    step = LoadBalancer(
        "nlb",
        type="network",
        subnets=TWO_SUBNETS,
        security_groups=[group],
        enable_prefix_for_ipv6_source_nat="off",
        enforce_security_group_inbound_rules_on_private_link_traffic="on",
    )
    up(aws, group, step)
    before = len(embedded.calls)
    other = dataclasses.replace(
        step,
        security_groups=None,  # type: ignore[arg-type]
        enable_prefix_for_ipv6_source_nat="on",
        enforce_security_group_inbound_rules_on_private_link_traffic="off",
    )
    live = up(aws, group, other)["nlb"]
    assert writes(embedded, before) == ["SetSubnets", "SetSecurityGroups"]
    assert len(live["SecurityGroups"]) == 1
    assert live["EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"


def test_a_pool_and_an_outposts_addresses_are_given_at_birth(aws: Aws) -> None:
    pools = {"customer_owned_ipv4_pool": "ipv4pool-coip-1", "ipv4_ipam_pool": "ipam-pool-1"}
    live = up(aws, dataclasses.replace(BALANCER, **pools))["alb"]  # type: ignore[arg-type]
    assert (live["CustomerOwnedIpv4Pool"], live["IpamPools"]) == ("ipv4pool-coip-1", {"Ipv4IpamPoolId": "ipam-pool-1"})


def test_it_waits_until_it_is_active(aws: Aws, embedded: Running) -> None:
    assert up(aws, BALANCER)["alb"]["State"]["Code"] == "active"
    looks = [call for call in embedded.calls if call.operation == "DescribeLoadBalancers" and "Names" not in call.parameters]
    assert len(looks) > 3


def test_one_that_failed_is_made_anew(aws: Aws) -> None:
    failed = balancer_arn(aws)
    backend(aws, "elbv2").load_balancers[failed].state = "failed"
    assert up(aws, BALANCER)["alb"]["LoadBalancerArn"] != failed


@pytest.mark.parametrize(
    ("code", "stands"),
    [
        ("provisioning", PENDING),
        ("active", READY),
        ("active_impaired", State("ready", "impaired: no addresses left")),
        ("failed", broken("no addresses left")),
    ],
)
def test_where_it_stands_in_its_life(code: str, stands: State) -> None:
    assert LoadBalancer.state({"State": {"Code": code, "Reason": "no addresses left"}}) == stands


@pytest.mark.parametrize("more", [{}, {"subnets": ["subnet-1"], "subnet_mappings": [SubnetMapping("subnet-1")]}])
def test_it_stands_in_subnets_or_in_mapped_ones(more: dict[str, Any]) -> None:
    with pytest.raises(PlanError, match="LoadBalancer/alb: give either subnets or subnet_mappings"):
        LoadBalancer("alb", **more)


def test_deleting_what_is_gone_is_fine(aws: Aws) -> None:
    step = dataclasses.replace(BALANCER, attributes={"deletion_protection.enabled": True})
    live = up(aws, step)["alb"]
    tear_down(aws, step)
    LoadBalancer.delete(aws, live)
