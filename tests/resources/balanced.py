"""A network with load balancers in it, for tests of what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.backends import get_backend

from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.target_group import TargetGroup
from provisioner.value import Fact

from .in_aws import up

if TYPE_CHECKING:
    from provisioner.aws.account import Aws

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
GATEWAY = InternetGateway("gateway", vpc=VPC)
SUBNETS = [
    Subnet(f"public-{zone}", vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("ab")
]
NETWORK = (VPC, GATEWAY, *SUBNETS)
"""A network of the plan's own, where that matters."""


def _subnets(aws: Aws) -> list[str]:
    found = aws.ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return [subnet["SubnetId"] for subnet in sorted(found, key=lambda subnet: subnet["AvailabilityZone"])]


# Every account has a network: to stand in it costs a test no steps.
DEFAULT_SUBNETS = Fact("the default subnets", _subnets)
TWO_SUBNETS = DEFAULT_SUBNETS.map(lambda found: found[:2])
DEFAULT_VPC = Fact("the default VPC", lambda aws: aws.ec2.describe_vpcs()["Vpcs"][0]["VpcId"])

BALANCER = LoadBalancer("alb", subnets=TWO_SUBNETS)
WEB = TargetGroup("web", protocol="HTTP", port=80, vpc=DEFAULT_VPC)


def issued(aws: Aws, *domains: str) -> list[str]:
    """Issued certificates for these domains."""
    acm = backend(aws, "acm")
    found = []
    for domain in domains:
        arn = aws.acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
        acm._certificates[arn].status = "ISSUED"
        found.append(arn)
    return found


def backend(aws: Aws, service: str) -> Any:
    """Moto's state."""
    return get_backend(service)[aws.account_id][aws.region]  # type: ignore[call-overload]


def balancer_arn(aws: Aws) -> str:
    """The load balancer, brought up."""
    return str(up(aws, BALANCER)["alb"]["LoadBalancerArn"])


def foreign_balancer(aws: Aws, name: str) -> str:
    """A load balancer by another hand, just as ours would be."""
    made = aws.elbv2.create_load_balancer(Name=name, Scheme="internal", Subnets=_subnets(aws)[:2])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])
