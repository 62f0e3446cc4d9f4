"""Target groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect


@pytest.fixture
def elbv2(connect: Connect) -> Any:
    return connect("elbv2")


def group(elbv2: Any, ec2: Any, **more: Any) -> dict[str, Any]:
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    asked = {"Name": "tg", "Protocol": "HTTP", "Port": 80, "VpcId": vpc, **more}
    given = {key: value for key, value in asked.items() if value is not None}
    return dict(elbv2.create_target_group(**given)["TargetGroups"][0])


def test_a_target_group_is_made_once_and_as_it_was_asked(elbv2: Any, ec2: Any) -> None:
    first = group(elbv2, ec2, TargetControlPort=3000, HealthCheckPath="/health")
    again = group(elbv2, ec2, TargetControlPort=3000, HealthCheckPath="/health", TargetType="instance")
    assert again["TargetGroupArn"] == first["TargetGroupArn"]
    assert (first["TargetControlPort"], first["HealthCheckPath"]) == (3000, "/health")
    for other in ({"Port": 81}, {"HealthCheckPath": "/"}, {}):
        assert refusal(group, elbv2=elbv2, ec2=ec2, **{"TargetControlPort": 3000, **other}) == "DuplicateTargetGroupName"
    elbv2.modify_target_group(TargetGroupArn=first["TargetGroupArn"], HealthCheckPath="/other")
    again = group(elbv2, ec2, TargetControlPort=3000, HealthCheckPath="/other")
    assert again["TargetGroupArn"] == first["TargetGroupArn"]


def test_a_target_group_has_the_defaults_of_its_protocol(elbv2: Any, ec2: Any) -> None:
    grpc = group(elbv2, ec2, Name="grpc", ProtocolVersion="GRPC")
    assert (grpc["HealthCheckPath"], grpc["Matcher"]) == ("/AWS.ALB/healthcheck", {"GrpcCode": "12"})
    arn = grpc["TargetGroupArn"]
    changed = elbv2.modify_target_group(TargetGroupArn=arn, Matcher={"GrpcCode": "0"})["TargetGroups"][0]
    assert changed["Matcher"] == {"GrpcCode": "0"}
    tcp = group(elbv2, ec2, Name="tcp", Protocol="TCP")
    assert ("Matcher" in tcp, "HealthCheckPath" in tcp) == (False, False)
    function = group(elbv2, ec2, Name="function", TargetType="lambda", Protocol=None, Port=None, VpcId=None)
    assert (function["HealthCheckEnabled"], tcp["HealthCheckEnabled"]) == (False, True)


def test_only_a_functions_health_may_go_unchecked(elbv2: Any, ec2: Any) -> None:
    assert refusal(group, elbv2=elbv2, ec2=ec2, HealthCheckEnabled=False) == "ValidationError"
    arn = group(elbv2, ec2)["TargetGroupArn"]
    assert refusal(elbv2.modify_target_group, TargetGroupArn=arn, HealthCheckEnabled=False) == "ValidationError"


def test_a_target_groups_attributes_are_those_of_its_protocol(elbv2: Any, ec2: Any) -> None:
    web, tcp = (group(elbv2, ec2, Name=protocol, Protocol=protocol)["TargetGroupArn"] for protocol in ("HTTP", "TCP"))
    keys = ("slow_start.duration_seconds", "proxy_protocol_v2.enabled")
    for arn, has, lacks in ((web, *keys), (tcp, *reversed(keys))):
        shown = {one["Key"] for one in elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]}
        assert (has in shown, lacks in shown) == (True, False)
        wanted = {"TargetGroupArn": arn, "Attributes": [{"Key": lacks, "Value": "0"}]}
        assert refusal(elbv2.modify_target_group_attributes, **wanted) == "ValidationError"
        hour = [{"Key": "deregistration_delay.timeout_seconds", "Value": "3600"}]
        answer = elbv2.modify_target_group_attributes(TargetGroupArn=arn, Attributes=hour)["Attributes"]
        assert {one["Key"] for one in answer} == shown
        assert hour[0] in answer
