"""What other hands do to what serves callers: roles, instances, load balancer, edge."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .hand import Hand

_GROUP = ("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[].AutoScalingGroupName")


def inline_policy_deleted(hand: Hand) -> None:
    role = hand.take("iam", "list_roles", "Roles[?starts_with(Path, '/financial-platform/')].RoleName")
    policy = hand.take("iam", "list_role_policies", "PolicyNames", RoleName=role)
    hand.client("iam").delete_role_policy(RoleName=role, PolicyName=policy)


def trust_changed(hand: Hand) -> None:
    role = hand.take("iam", "list_roles", "Roles[?starts_with(Path, '/financial-platform/')].RoleName")
    trust = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, '
    hand.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=trust + '"Action": "sts:AssumeRole"}]}')


def listener_deleted(hand: Hand) -> None:
    balancer = hand.take("elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerArn")
    listener = hand.take("elbv2", "describe_listeners", "Listeners[].ListenerArn", LoadBalancerArn=balancer)
    hand.client("elbv2").delete_listener(ListenerArn=listener)


def health_check_changed(hand: Hand) -> None:
    group = hand.take("elbv2", "describe_target_groups", "TargetGroups[].TargetGroupArn")
    hand.client("elbv2").modify_target_group(TargetGroupArn=group, HealthCheckPath="/other")


def balancer_attribute_changed(hand: Hand) -> None:
    balancer = hand.take("elbv2", "describe_load_balancers", "LoadBalancers[].LoadBalancerArn")
    off = [{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "false"}]
    hand.client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=off)


def group_grown(hand: Hand) -> None:
    hand.client("autoscaling").update_auto_scaling_group(AutoScalingGroupName=hand.take(*_GROUP), MaxSize=42)


def scaling_policy_deleted(hand: Hand) -> None:
    policy = hand.take("autoscaling", "describe_policies", "ScalingPolicies[].[AutoScalingGroupName, PolicyName]")
    hand.client("autoscaling").delete_policy(AutoScalingGroupName=policy[0], PolicyName=policy[1])


def schedule_deleted(hand: Hand) -> None:
    path = "ScheduledUpdateGroupActions[].[AutoScalingGroupName, ScheduledActionName]"
    action = hand.take("autoscaling", "describe_scheduled_actions", path)
    hand.client("autoscaling").delete_scheduled_action(AutoScalingGroupName=action[0], ScheduledActionName=action[1])


def function_starved(hand: Hand) -> None:
    function = hand.take("lambda", "list_functions", "Functions[].FunctionName")
    hand.client("lambda").update_function_configuration(FunctionName=function, Timeout=3)


def permission_removed(hand: Hand) -> None:
    function = hand.take("lambda", "list_functions", "Functions[].FunctionName")
    policy = hand.take("lambda", "get_policy", "[Policy]", FunctionName=function)
    statement = json.loads(policy)["Statement"][0]["Sid"]
    hand.client("lambda").remove_permission(FunctionName=function, StatementId=statement)


def web_acl_stops_logging(hand: Hand) -> None:
    acl = hand.take("wafv2", "list_web_acls", "WebACLs[].ARN", Scope="CLOUDFRONT")
    hand.client("wafv2").delete_logging_configuration(ResourceArn=acl)


def distribution_changed(hand: Hand) -> None:
    distribution = hand.take("cloudfront", "list_distributions", "DistributionList.Items[].Id")
    shown = hand.client("cloudfront").get_distribution_config(Id=distribution)
    changed = shown["DistributionConfig"] | {"PriceClass": "PriceClass_100", "HttpVersion": "http1.1"}
    hand.client("cloudfront").update_distribution(Id=distribution, IfMatch=shown["ETag"], DistributionConfig=changed)


def record_deleted(hand: Hand) -> None:
    zone = hand.take("route53", "list_hosted_zones", "HostedZones[].Id")
    path = "ResourceRecordSets[?AliasTarget]"
    record = hand.take("route53", "list_resource_record_sets", path, HostedZoneId=zone)
    batch = {"Changes": [{"Action": "DELETE", "ResourceRecordSet": record}]}
    hand.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


DRIFTS = (
    *(inline_policy_deleted, trust_changed, listener_deleted, health_check_changed, balancer_attribute_changed, group_grown),
    *(scaling_policy_deleted, schedule_deleted, function_starved, permission_removed, web_acl_stops_logging),
    *(distribution_changed, record_deleted),
)
