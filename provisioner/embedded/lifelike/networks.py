"""What stands in a network: for seconds after it is made, other services than its own do not know it."""

from __future__ import annotations

from .finding import (
    hosted_zone,
    launch_template,
    made,
    named,
    nat_gateway,
    origin_access_control,
    security_group,
    subnet,
    target_group,
)
from .fresh import Birth, Use

_BALANCED = ("CreateLoadBalancer", "SetSubnets", "SetSecurityGroups")
_LISTENERS = ("CreateListener", "ModifyListener", "CreateRule", "ModifyRule")
_GROUPS = ("CreateAutoScalingGroup", "UpdateAutoScalingGroup")
_DISTRIBUTIONS = ("CreateDistribution", "CreateDistributionWithTags", "UpdateDistribution")
_CONTROL = "DistributionConfig.Origins.Items.OriginAccessControlId"

BIRTHS = (
    Birth("ec2", ("CreateSubnet",), made(subnet, "Subnet.SubnetId")),
    Birth("ec2", ("CreateSecurityGroup",), made(security_group, "GroupId")),
    Birth("ec2", ("CreateNatGateway",), made(nat_gateway, "NatGateway.NatGatewayId")),
    Birth("ec2", ("CreateLaunchTemplate",), made(launch_template, "LaunchTemplate.LaunchTemplateId")),
    Birth("elbv2", ("CreateTargetGroup",), made(target_group, "TargetGroups.TargetGroupArn")),
    Birth("route53", ("CreateHostedZone",), made(hosted_zone, "HostedZone.Id")),
    Birth("cloudfront", ("CreateOriginAccessControl",), made(origin_access_control, "OriginAccessControl.Id")),
)

USES = (
    Use(
        "elbv2",
        _BALANCED,
        named(subnet, "Subnets", "SubnetMappings.SubnetId"),
        "SubnetNotFound",
        "The subnet ID '{}' does not exist",
    ),
    Use(
        "elbv2",
        _BALANCED,
        named(security_group, "SecurityGroups"),
        "InvalidSecurityGroup",
        "Security group '{}' does not exist",
    ),
    Use(
        "rds",
        ("CreateDBSubnetGroup", "ModifyDBSubnetGroup"),
        named(subnet, "SubnetIds"),
        "InvalidSubnet",
        "The requested subnet is invalid, or multiple subnets were requested that are not all in a common VPC: {}",
    ),
    Use(
        "elbv2",
        _LISTENERS,
        named(
            target_group,
            *(
                f"{where}{path}"
                for where in ("DefaultActions.", "Actions.")
                for path in ("TargetGroupArn", "ForwardConfig.TargetGroups.TargetGroupArn")
            ),
        ),
        "TargetGroupNotFound",
        "Target groups '{}' not found",
    ),
    Use(
        "autoscaling",
        (*_GROUPS, "AttachLoadBalancerTargetGroups", "AttachTrafficSources"),
        named(target_group, "TargetGroupARNs", "TrafficSources.Identifier"),
        "ValidationError",
        "Provided Target Groups may not be valid. Please ensure they exist and try again.",
    ),
    Use(
        "autoscaling",
        _GROUPS,
        named(
            launch_template,
            *(
                f"{where}.{name}"
                for where in ("LaunchTemplate", "MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification")
                for name in ("LaunchTemplateId", "LaunchTemplateName")
            ),
        ),
        "ValidationError",
        "You must use a valid fully-formed launch template. "
        "The specified launch template, with template ID {}, does not exist.",
    ),
    Use(
        "route53",
        ("ChangeResourceRecordSets",),
        named(hosted_zone, "HostedZoneId"),
        "NoSuchHostedZone",
        "No hosted zone found with ID: {}",
        404,
    ),
    Use(
        "ec2",
        ("CreateRoute", "ReplaceRoute"),
        named(nat_gateway, "NatGatewayId"),
        "InvalidNatGatewayID.NotFound",
        "The natGateway ID '{}' does not exist",
    ),
    Use(
        "cloudfront",
        _DISTRIBUTIONS,
        named(origin_access_control, _CONTROL, f"DistributionConfigWithTags.{_CONTROL}"),
        "InvalidOriginAccessControl",
        "The origin access control is not valid.",
    ),
)
