"""Target groups: names, defaults by protocol, and what moto forgets of them."""

from __future__ import annotations

from typing import Any

from ...call import Call, Refused, Result
from ..mending import Mends
from .defaults import of_group

mends = Mends("elbv2")

_GRPC = {"health_check_path": "/AWS.ALB/healthcheck", "matcher": {"GrpcCode": "12"}}


@mends.first("CreateTargetGroup")
def can_be_made(call: Call, elbv2: Any) -> Result | None:
    parameters = call.parameters
    _health_check_fits(parameters, parameters.get("TargetType", "instance"))
    there = next((one for one in elbv2.target_groups.values() if one.name == parameters["Name"]), None)
    if there is None:
        return None
    # AWS: idempotent, by name and settings; of tags nothing is said.
    if there.asked != _settings(parameters):
        message = f"A target group with the same name '{there.name}' exists, but with different settings"
        raise Refused("DuplicateTargetGroupName", message)
    return {"TargetGroups": [_shown(there)]}


@mends.then("CreateTargetGroup")
def as_aws_makes_it(call: Call, elbv2: Any, result: Result) -> Result:
    group = elbv2.target_groups[result["TargetGroups"][0]["TargetGroupArn"]]
    group.asked = _settings(call.parameters)
    group.attributes = of_group(group.target_type, group.protocol)
    group.health_check_enabled = call.parameters.get("HealthCheckEnabled", group.target_type != "lambda")
    group.target_control_port = call.parameters.get("TargetControlPort")
    if group.protocol_version == "GRPC":
        for name, value in _GRPC.items():
            setattr(group, name, value)
        _keep(group, call.parameters)
    return {"TargetGroups": [_shown(group)]}


@mends.first("ModifyTargetGroup")
def can_be_changed(call: Call, elbv2: Any) -> None:
    group = elbv2.target_groups.get(call.parameters["TargetGroupArn"])
    if group is not None:
        _health_check_fits(call.parameters, group.target_type)


@mends.then("ModifyTargetGroup")
def change(call: Call, elbv2: Any, result: Result) -> Result:
    group = elbv2.target_groups[call.parameters["TargetGroupArn"]]
    _keep(group, call.parameters)
    group.asked |= {name: value for name, value in call.parameters.items() if name != "TargetGroupArn"}
    return {"TargetGroups": [_shown(group)]}


@mends.then("DescribeTargetGroups")
def show(call: Call, elbv2: Any, result: Result) -> Result:
    found = [elbv2.target_groups[one["TargetGroupArn"]] for one in result.get("TargetGroups", [])]
    return {**result, "TargetGroups": [_shown(group) for group in found]}


@mends.then("DeleteTargetGroup")
def forget(call: Call, elbv2: Any, result: Result) -> None:
    elbv2.tagging_service.delete_all_tags_for_resource(call.parameters["TargetGroupArn"])


def _settings(parameters: dict[str, Any]) -> dict[str, Any]:
    rest = {name: value for name, value in parameters.items() if name not in ("Name", "Tags")}
    return {"TargetType": "instance", **rest}


def _keep(group: Any, parameters: dict[str, Any]) -> None:
    if "Matcher" in parameters:
        group.matcher = parameters["Matcher"]
    if "HealthCheckPath" in parameters:
        group.health_check_path = parameters["HealthCheckPath"]


def _health_check_fits(parameters: dict[str, Any], target_type: str) -> None:
    if target_type != "lambda" and parameters.get("HealthCheckEnabled") is False:
        raise Refused(
            "ValidationError", f"Health check enabled must be true for target groups with target type '{target_type}'"
        )


def _shown(group: Any) -> dict[str, Any]:
    shown = {
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc_id,
        "HealthCheckProtocol": group.health_check_protocol,
        "HealthCheckPort": group.health_check_port and str(group.health_check_port),
        "HealthCheckEnabled": group.health_check_enabled,
        "HealthCheckIntervalSeconds": group.health_check_interval_seconds,
        "HealthCheckTimeoutSeconds": group.health_check_timeout_seconds,
        "HealthyThresholdCount": int(group.healthy_threshold_count),
        "UnhealthyThresholdCount": int(group.unhealthy_threshold_count),
        "HealthCheckPath": group.health_check_path if group.health_check_protocol != "TCP" else None,
        "Matcher": getattr(group, "matcher", None) if group.health_check_protocol != "TCP" else None,
        "LoadBalancerArns": group.load_balancer_arns,
        "TargetType": group.target_type,
        "ProtocolVersion": group.protocol_version,
        "IpAddressType": group.ip_address_type,
        "TargetControlPort": getattr(group, "target_control_port", None),
    }
    return {key: value for key, value in shown.items() if value is not None}
