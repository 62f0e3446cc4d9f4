"""What stands in a network, and is new to other services than its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import REGION
from ..mends.test_cloudfront import CONTROL, _config
from ..mends.test_elbv2_listeners import issued
from .conftest import refused_once, said

if TYPE_CHECKING:
    from ..conftest import Connect

pytestmark = pytest.mark.usefixtures("newly")


@pytest.fixture
def subnets(ec2: Any, vpc: str) -> list[str]:
    blocks = (("10.0.1.0/24", f"{REGION}a"), ("10.0.2.0/24", f"{REGION}b"))
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone) for block, zone in blocks]
    return [one["Subnet"]["SubnetId"] for one in made]


@pytest.fixture
def balancer(connect: Connect, ec2: Any) -> str:
    """One in the default VPC, which is not new."""
    found = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"] if subnet["DefaultForAz"]][:2]
    made = connect("elbv2").create_load_balancer(Name="old", Scheme="internal", Subnets=found)
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@pytest.fixture
def targets(connect: Connect, vpc: str) -> str:
    made = connect("elbv2").create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=vpc)
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def test_a_load_balancer_stands_in_new_subnets_and_groups_a_moment_later(
    connect: Connect, ec2: Any, vpc: str, subnets: list[str]
) -> None:
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc)["GroupId"]
    asked = {"Name": "lb", "Scheme": "internal", "Subnets": subnets, "SecurityGroups": [group]}
    create = connect("elbv2").create_load_balancer
    assert said(create, **asked) == ("SubnetNotFound", f"The subnet ID '{subnets[0]}' does not exist")
    refused_once("InvalidSecurityGroup", group, create, **asked)


def test_a_subnet_group_takes_new_subnets_a_moment_later(connect: Connect, subnets: list[str]) -> None:
    asked = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d", "SubnetIds": subnets}
    refused_once("InvalidSubnet", subnets[0], connect("rds").create_db_subnet_group, **asked)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_listener_forwards_to_a_new_target_group_a_moment_later(
    connect: Connect, balancer: str, targets: str, weighted: bool
) -> None:
    to: dict[str, Any] = (
        {"ForwardConfig": {"TargetGroups": [{"TargetGroupArn": targets}]}} if weighted else {"TargetGroupArn": targets}
    )
    asked = {"LoadBalancerArn": balancer, "Port": 80, "Protocol": "HTTP", "DefaultActions": [{"Type": "forward", **to}]}
    refused_once("TargetGroupNotFound", targets, connect("elbv2").create_listener, **asked)


def test_a_group_attaches_a_new_target_group_a_moment_later(connect: Connect, targets: str) -> None:
    scaling = connect("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="c", ImageId="ami-12c6146b", InstanceType="t3.micro")
    zones = [f"{REGION}a"]
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g", LaunchConfigurationName="c", MinSize=0, MaxSize=1, AvailabilityZones=zones
    )
    attach = scaling.attach_load_balancer_target_groups
    refused_once("ValidationError", "may not be valid", attach, AutoScalingGroupName="g", TargetGroupARNs=[targets])


def test_a_route_leads_to_a_new_nat_gateway_a_moment_later(ec2: Any, vpc: str, subnets: list[str]) -> None:
    made = ec2.create_nat_gateway(SubnetId=subnets[0], ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    asked = {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": made}
    refused_once("InvalidNatGatewayID.NotFound", made, ec2.create_route, **asked)


def test_a_new_zone_takes_records_a_moment_later(connect: Connect) -> None:
    route53 = connect("route53")
    zone = route53.create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]["Id"]
    record = {"Name": "www.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
    refused_once(
        "NoSuchHostedZone", "No hosted zone found", route53.change_resource_record_sets, HostedZoneId=zone, ChangeBatch=batch
    )


def test_a_listener_takes_a_certificate_a_moment_after_it_was_issued(connect: Connect, balancer: str) -> None:
    elbv2 = connect("elbv2")
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    pending = connect("acm").request_certificate(DomainName="a.example.com", ValidationMethod="DNS")["CertificateArn"]
    asked = {"LoadBalancerArn": balancer, "Port": 443, "Protocol": "HTTPS", "DefaultActions": [answer]}
    for _ in range(2):
        assert said(elbv2.create_listener, **asked, Certificates=[{"CertificateArn": pending}])[0] == "UnsupportedCertificate"
    fresh = issued(connect, "example.com")
    refused_once("CertificateNotFound", fresh, elbv2.create_listener, **asked, Certificates=[{"CertificateArn": fresh}])


def test_a_distribution_takes_what_it_uses_a_moment_later(connect: Connect) -> None:
    cloudfront, waf = connect("cloudfront"), connect("wafv2", "us-east-1")
    control = cloudfront.create_origin_access_control(OriginAccessControlConfig=CONTROL)["OriginAccessControl"]["Id"]
    visible = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
    acl = waf.create_web_acl(Name="a", Scope="CLOUDFRONT", DefaultAction={"Allow": {}}, VisibilityConfig=visible)
    config = _config(control, WebACLId=acl["Summary"]["ARN"])
    asked = {"DistributionConfigWithTags": {"DistributionConfig": config, "Tags": {"Items": []}}}
    create = cloudfront.create_distribution_with_tags
    assert said(create, **asked)[0] == "InvalidOriginAccessControl"
    refused_once("InvalidWebACLId", acl["Summary"]["ARN"], create, **asked)
