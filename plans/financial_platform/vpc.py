"""Module 1: the network, from the VPC to the record of its traffic."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING

from provisioner import PARTITION, REGION, text
from provisioner.resources.ec2.default_network_acl import DefaultNetworkAcl
from provisioner.resources.ec2.default_security_group import DefaultSecurityGroup
from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.facts import availability_zones
from provisioner.resources.ec2.flow_log import FlowLog
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.network_acl import NetworkAcl
from provisioner.resources.ec2.network_acl_rules import AclRule
from provisioner.resources.ec2.route_table import RouteTable
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rules import Rule
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.ec2.vpc_endpoint import VpcEndpoint

from .policies import ours_only, policy
from .security import flow_logs_role

if TYPE_CHECKING:
    from provisioner.resource import Resource
    from provisioner.resources.logs.log_group import LogGroup

    from .settings import Settings

ZONES = 3
NETWORK = "10.0.0.0/16"
ANYWHERE = "0.0.0.0/0"
PRIVATE_SERVICES = ("secretsmanager", "kms", "logs", "ssm", "ec2")

# Answers come back to a port of these; network ACLs do not remember who asked. What comes in leaves remote desktops (3389) out,
# and does not only deny them in an earlier rule: scanners look at each rule by itself.
_ANSWERS = (1024, 65535)
_BELOW_DESKTOPS, _ABOVE_DESKTOPS = (1024, 3388), (3390, 65535)

# Routers on the way say here that a packet is too large; without it, connections hang.
_TOO_LARGE = ("icmp", 3, 4)

PUBLIC_INGRESS = (
    AclRule(100, "allow", NETWORK),
    AclRule(110, "allow", ANYWHERE, "tcp", 443),
    AclRule(120, "allow", ANYWHERE, "tcp", 80),
    AclRule(130, "allow", ANYWHERE, "tcp", *_BELOW_DESKTOPS),
    AclRule(140, "allow", ANYWHERE, "tcp", *_ABOVE_DESKTOPS),
    AclRule(150, "allow", ANYWHERE, *_TOO_LARGE),
)
PUBLIC_EGRESS = (
    AclRule(100, "allow", NETWORK),
    AclRule(110, "allow", ANYWHERE, "tcp", 443),
    AclRule(120, "allow", ANYWHERE, "tcp", *_ANSWERS),
    AclRule(130, "allow", ANYWHERE, *_TOO_LARGE),
)
PRIVATE_INGRESS = (
    AclRule(100, "allow", NETWORK),
    AclRule(110, "deny", ANYWHERE, "tcp", 3306),
    AclRule(120, "allow", ANYWHERE, "tcp", *_BELOW_DESKTOPS),
    AclRule(130, "allow", ANYWHERE, "tcp", *_ABOVE_DESKTOPS),
    AclRule(140, "allow", ANYWHERE, *_TOO_LARGE),
)
PRIVATE_EGRESS = (
    AclRule(100, "allow", NETWORK),
    AclRule(110, "allow", ANYWHERE, "tcp", 443),
)


@dataclass(frozen=True)
class Network:
    """The steps of the network that other modules need, and all of them in order. Lists go by zone."""

    vpc: Vpc
    internet_gateway: InternetGateway
    public_subnets: tuple[Subnet, ...]
    private_subnets: tuple[Subnet, ...]
    nat_gateways: tuple[NatGateway, ...]
    public_routes: RouteTable
    private_routes: tuple[RouteTable, ...]
    s3_endpoint: VpcEndpoint
    interface_endpoints: tuple[VpcEndpoint, ...]
    endpoints_group: SecurityGroup | None
    steps: tuple[Resource, ...]


def network(settings: Settings, flow_logs: LogGroup) -> Network:
    """A VPC with a public and a private subnet in each of three zones, watched and closed where nobody asked for a way."""
    vpc = Vpc("vpc", cidr_block=NETWORK, enable_dns_support=True, enable_dns_hostnames=True)
    internet_gateway = InternetGateway("internet-gateway", vpc=vpc)
    public, private = _subnets(vpc, "public", 0), _subnets(vpc, "private", 10)
    addresses, nat_gateways = _nat_gateways(settings.nat_gateways, public, internet_gateway)
    public_routes = RouteTable("public-routes", vpc=vpc, routes={ANYWHERE: internet_gateway}, subnets=public)
    private_routes = _private_routes(vpc, private, nat_gateways)
    s3_endpoint = _s3_endpoint(vpc, private_routes)
    group = _endpoints_group(vpc) if settings.interface_endpoints else None
    endpoints = _interface_endpoints(vpc, private, group) if group is not None else ()
    role = flow_logs_role(flow_logs)
    flow_log = FlowLog("vpc-flow-log", resource=vpc, log_group=flow_logs, deliver_logs_permission_arn=role.arn)
    return Network(
        vpc=vpc,
        internet_gateway=internet_gateway,
        public_subnets=public,
        private_subnets=private,
        nat_gateways=nat_gateways,
        public_routes=public_routes,
        private_routes=private_routes,
        s3_endpoint=s3_endpoint,
        interface_endpoints=endpoints,
        endpoints_group=group,
        steps=(
            vpc,
            internet_gateway,
            *(*public, *private, *addresses, *nat_gateways),
            *(public_routes, *private_routes, s3_endpoint),
            *((group, *endpoints) if group is not None else ()),
            *_guards(vpc, public, private),
            *(role, flow_log),
        ),
    )


def _subnets(vpc: Vpc, tier: str, first: int) -> tuple[Subnet, ...]:
    zones = availability_zones(ZONES)
    return tuple(
        Subnet(
            f"{tier}-subnet-{zone + 1}",
            vpc=vpc,
            cidr_block=f"10.0.{first + zone}.0/24",
            availability_zone=zones.map(itemgetter(zone)),
            map_public_ip_on_launch=False,
        )
        for zone in range(ZONES)
    )


def _nat_gateways(
    count: int, public: tuple[Subnet, ...], internet_gateway: InternetGateway
) -> tuple[tuple[ElasticIp, ...], tuple[NatGateway, ...]]:
    """Gateways in the first zones, each with its address. With fewer than zones, the other zones go through these."""
    addresses = tuple(ElasticIp(f"nat-address-{zone + 1}") for zone in range(count))
    gateways = tuple(
        NatGateway(f"nat-gateway-{zone + 1}", subnet=public[zone], allocation=address, after=(internet_gateway,))
        for zone, address in enumerate(addresses)
    )
    return addresses, gateways


def _private_routes(vpc: Vpc, private: tuple[Subnet, ...], nat_gateways: tuple[NatGateway, ...]) -> tuple[RouteTable, ...]:
    ways_out = [nat_gateways[zone % len(nat_gateways)] for zone in range(ZONES)]
    return tuple(
        RouteTable(f"private-routes-{zone + 1}", vpc=vpc, routes={ANYWHERE: way_out}, subnets=[private[zone]])
        for zone, way_out in enumerate(ways_out)
    )


def _guards(vpc: Vpc, public: tuple[Subnet, ...], private: tuple[Subnet, ...]) -> tuple[Resource, ...]:
    return (
        NetworkAcl("public-acl", vpc=vpc, ingress=PUBLIC_INGRESS, egress=PUBLIC_EGRESS, subnets=public),
        NetworkAcl("private-acl", vpc=vpc, ingress=PRIVATE_INGRESS, egress=PRIVATE_EGRESS, subnets=private),
        DefaultNetworkAcl("default-acl", vpc=vpc),
        DefaultSecurityGroup("default-security-group", vpc=vpc),
    )


def _s3_endpoint(vpc: Vpc, tables: tuple[RouteTable, ...]) -> VpcEndpoint:
    # Amazon Linux loads its packages from this bucket without signing its requests.
    packages = text("arn:{}:s3:::al2023-repos-{}-de612dc2/*", PARTITION, REGION)
    return VpcEndpoint(
        "s3-endpoint",
        vpc=vpc,
        service_name=text("com.amazonaws.{}.s3", REGION),
        route_tables=tables,
        policy_document=policy(
            ours_only(),
            {"Sid": "Packages", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": packages},
        ),
    )


def _endpoints_group(vpc: Vpc) -> SecurityGroup:
    return SecurityGroup(
        "endpoints-group",
        vpc=vpc,
        description="HTTPS from the network to the private endpoints of AWS services",
        ingress=(Rule(NETWORK, 443, description="HTTPS from the network"),),
    )


def _interface_endpoints(vpc: Vpc, private: tuple[Subnet, ...], group: SecurityGroup) -> tuple[VpcEndpoint, ...]:
    return tuple(
        VpcEndpoint(
            f"{service}-endpoint",
            vpc=vpc,
            service_name=text("com.amazonaws.{}.{}", REGION, service),
            vpc_endpoint_type="Interface",
            subnets=private,
            security_groups=[group],
            private_dns_enabled=True,
            policy_document=policy(ours_only()),
        )
        for service in PRIVATE_SERVICES
    )
