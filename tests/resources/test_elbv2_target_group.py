from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import pytest

from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.parts import Forward
from provisioner.resources.elbv2.tags import listed
from provisioner.resources.elbv2.target_group import TargetGroup

from .balanced import BALANCER, DEFAULT_VPC, WEB
from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


def front(group: TargetGroup) -> Listener:
    return Listener("front", load_balancer=BALANCER, port=80, protocol="HTTP", default_actions=[Forward(group)])


def names(aws: Aws) -> list[str]:
    return [group["TargetGroupName"] for group in aws.elbv2.describe_target_groups()["TargetGroups"]]


def test_what_cloudwatch_calls_it_is_shown_and_who_uses_it_is_not(aws: Aws) -> None:
    live = up(aws, BALANCER, WEB, front(WEB))["web"]
    assert live["FullName"] == "targetgroup/shop-web-test/" + live["TargetGroupArn"].rpartition("/")[2]
    assert "LoadBalancerArns" not in live


def test_a_replacement_takes_another_name_while_its_listener_still_forwards_to_the_old_one(aws: Aws, embedded: Running) -> None:
    up(aws, BALANCER, WEB, front(WEB))
    other = dataclasses.replace(WEB, port=8080)
    before = len(embedded.calls)
    live = up(aws, BALANCER, other, front(other))
    assert writes(embedded, before) == ["AddTags", "CreateTargetGroup", "ModifyListener", "DeleteTargetGroup"]
    assert names(aws) == [live["web"]["TargetGroupName"]] == ["shop-web-test-2"]
    assert to_do(aws, BALANCER, other, front(other)) == {}
    back = up(aws, BALANCER, WEB, front(WEB))
    assert names(aws) == [back["web"]["TargetGroupName"]] == ["shop-web-test"]


def test_it_takes_a_third_name_where_two_that_it_replaces_still_stand(aws: Aws) -> None:
    vpc = aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for name in ("shop-web-test", "shop-web-test-2"):
        tags = {"provisioner:plan": "shop", "provisioner:environment": "test", "provisioner:step": f"TargetGroup/{name}"}
        aws.elbv2.create_target_group(Name=name, Protocol="HTTP", Port=81, VpcId=vpc, Tags=listed(tags))
    assert up(aws, WEB)["web"]["TargetGroupName"] == "shop-web-test-3"
    assert names(aws) == ["shop-web-test-3"]


def test_one_that_is_not_the_plans_is_never_taken(aws: Aws, embedded: Running) -> None:
    vpc = aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    theirs = aws.elbv2.create_target_group(Name="shop-web-test", TargetType="instance", Protocol="HTTP", Port=80, VpcId=vpc)[
        "TargetGroups"
    ][0]["TargetGroupArn"]
    before = len(embedded.calls)
    result = outcome(aws, WEB)
    assert f"called shop-web-test, and there stands {theirs}, which is not the plan's" in errors(result)["TargetGroup/web"]
    assert writes(embedded, before) == []


def test_one_whose_making_was_not_heard_of_is_found(aws: Aws, embedded: Running) -> None:
    preview = (going := run(aws, WEB)).preview()
    up(aws, WEB)
    before = len(embedded.calls)
    assert going.up(preview).ok
    assert writes(embedded, before) == ["CreateTargetGroup"]
    assert names(aws) == ["shop-web-test"]


def test_only_what_differs_of_the_health_check_is_sent(aws: Aws, embedded: Running) -> None:
    step = dataclasses.replace(WEB, health_check_path="/health", matcher="200")
    up(aws, step)
    before = len(embedded.calls)
    up(aws, dataclasses.replace(step, matcher="200-204", health_check_port=8080, tags={"a": "b"}))
    sent = {call.operation: call.parameters for call in list(embedded.calls)[before:]}
    arn = sent["ModifyTargetGroup"].pop("TargetGroupArn")
    assert sent["ModifyTargetGroup"] == {"HealthCheckPort": "8080", "Matcher": {"HttpCode": "200-204"}}
    assert sent["AddTags"] == {"ResourceArns": [arn], "Tags": [{"Key": "a", "Value": "b"}]}


def test_grpc_has_its_own_codes(aws: Aws) -> None:
    step = dataclasses.replace(WEB, protocol_version="GRPC", health_check_path="/app.Health/Check", matcher="0-99")
    assert up(aws, step)["web"]["Matcher"] == {"GrpcCode": "0-99"}
    assert up(aws, dataclasses.replace(step, matcher="0"))["web"]["Matcher"] == {"GrpcCode": "0"}


def test_a_functions_health_may_be_checked_or_not(aws: Aws) -> None:
    step = TargetGroup("function", target_type="lambda", health_check_enabled=False)
    live = up(aws, step)["function"]
    assert (live["HealthCheckEnabled"], "Port" in live, "VpcId" in live) == (False, False, False)
    assert up(aws, dataclasses.replace(step, health_check_enabled=True))["function"]["HealthCheckEnabled"] is True


def test_targets_by_packets_are_checked_by_connection(aws: Aws) -> None:
    attributes = {"preserve_client_ip.enabled": False, "deregistration_delay.timeout_seconds": 3600}
    step = TargetGroup("nlb", protocol="TCP", port=443, vpc=DEFAULT_VPC, attributes=attributes)
    live = up(aws, step)["nlb"]
    assert (live["HealthCheckProtocol"], "Matcher" in live) == ("TCP", False)
    assert live["Attributes"]["preserve_client_ip.enabled"] == "false"


def test_one_that_is_gone_meanwhile_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, WEB)
    with refusing(embedded, "DescribeTargetGroupAttributes", "TargetGroupNotFound"):
        assert list(TargetGroup.living(aws)) == []


@pytest.mark.parametrize("name", ["web", "the-targets-of-the-whole-of-the-shop-1"])
def test_a_second_name_is_no_longer_than_32_characters(aws: Aws, name: str) -> None:
    step = TargetGroup(name, protocol="HTTP", port=80, vpc=DEFAULT_VPC)
    up(aws, step)
    [first] = names(aws)
    up(aws, dataclasses.replace(step, port=81))
    [second] = names(aws)
    assert first != second
    assert max(len(first), len(second)) <= 32
