"""Module 1: the network, from the VPC to the record of its traffic."""

from __future__ import annotations

from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from provisioner import ACCOUNT_ID, PARTITION, REGION, text
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
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.logs.log_group import LogGroup

if TYPE_CHECKING:
    from provisioner.resource import Resource

    from .settings import Settings

ZONES = 3
NETWORK = "10.0.0.0/16"
ANYWHERE = "0.0.0.0/0"
PRIVATE_SERVICES = ("secretsmanager", "kms", "logs", "ssm", "ec2")

# Answers to what went out come back to a port of these; network ACLs do not remember who asked.
_ANSWERS = (1024, 65535)

# Routers on the way say here that a packet is too large; without it, connections hang.
_TOO_LARGE = ("icmp", 3, 4)

PUBLIC_INGRESS = (
    AclRule(100, "allow", NETWORK),
    AclRule(110, "allow", ANYWHERE, "tcp", 443),
    AclRule(120, "allow", ANYWHERE, "tcp", 80),
    AclRule(130, "deny", ANYWHERE, "tcp", 3389),
    AclRule(140, "allow", ANYWHERE, "tcp", *_ANSWERS),
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
    AclRule(120, "deny", ANYWHERE, "tcp", 3389),
    AclRule(130, "allow", ANYWHERE, "tcp", *_ANSWERS),
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
    logs_key: Key
    flow_logs: LogGroup
    steps: tuple[Resource, ...]


def network(settings: Settings) -> Network:
    """A VPC with a public and a private subnet in each of three zones, watched and closed where nobody asked for a way."""
    vpc = Vpc("vpc", cidr_block=NETWORK, enable_dns_support=True, enable_dns_hostnames=True)
    internet_gateway = InternetGateway("internet-gateway", vpc=vpc)
    public, private = _subnets(vpc, "public", 0), _subnets(vpc, "private", 10)
    addresses, nat_gateways = _nat_gateways(settings.nat_gateways, public, internet_gateway)
    public_routes = RouteTable("public-routes", vpc=vpc, routes={ANYWHERE: internet_gateway}, subnets=public)
    private_routes = _private_routes(vpc, private, nat_gateways)
    s3_endpoint = _s3_endpoint(vpc, private_routes)
    endpoint_steps = _interface_endpoints(vpc, private) if settings.interface_endpoints else ()
    logs_key, flow_logs, watching = _flow_logs(settings, vpc)
    return Network(
        vpc=vpc,
        internet_gateway=internet_gateway,
        public_subnets=public,
        private_subnets=private,
        nat_gateways=nat_gateways,
        public_routes=public_routes,
        private_routes=private_routes,
        s3_endpoint=s3_endpoint,
        interface_endpoints=tuple(step for step in endpoint_steps if isinstance(step, VpcEndpoint)),
        logs_key=logs_key,
        flow_logs=flow_logs,
        steps=(
            vpc,
            internet_gateway,
            *(*public, *private, *addresses, *nat_gateways),
            *(public_routes, *private_routes, s3_endpoint, *endpoint_steps),
            *_guards(vpc, public, private),
            *watching,
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
        policy_document=_policy(
            _ours_only(),
            {"Sid": "Packages", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": packages},
        ),
    )


def _interface_endpoints(vpc: Vpc, private: tuple[Subnet, ...]) -> tuple[Resource, ...]:
    group = SecurityGroup(
        "endpoints-group",
        vpc=vpc,
        description="HTTPS from the network to the private endpoints of AWS services",
        ingress=(Rule(NETWORK, 443, description="HTTPS from the network"),),
    )
    endpoints = (
        VpcEndpoint(
            f"{service}-endpoint",
            vpc=vpc,
            service_name=text("com.amazonaws.{}.{}", REGION, service),
            vpc_endpoint_type="Interface",
            subnets=private,
            security_groups=[group],
            private_dns_enabled=True,
            policy_document=_policy(_ours_only()),
        )
        for service in PRIVATE_SERVICES
    )
    return (group, *endpoints)


def _flow_logs(settings: Settings, vpc: Vpc) -> tuple[Key, LogGroup, tuple[Resource, ...]]:
    """The record of all traffic, with the key that encrypts it and the role that writes it."""
    key = Key(
        "logs-key",
        description="Encrypts the log groups of the financial transaction platform",
        policy=_policy(_administered_by_the_account(), _used_by_logs(settings.environment)),
        enable_key_rotation=True,
        deletion_window_in_days=settings.kms_deletion_window_days,
    )
    group = LogGroup("vpc-flow-logs", retention_in_days=settings.log_retention_days, kms_key=key)
    # Not allowed to make the group: a late record must not bring a deleted one back, bare.
    write = {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
        "Resource": [group.arn, text("{}:*", group.arn)],
    }
    role = Role(
        "flow-logs-role",
        description="Lets VPC flow logs write to their log group",
        assume_role_policy=_policy(_assumed_by_flow_logs()),
        inline_policies={"write": _policy(write)},
    )
    flow_log = FlowLog("vpc-flow-log", resource=vpc, log_group=group, deliver_logs_permission_arn=role.arn)
    return key, group, (key, group, role, flow_log)


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _ours_only() -> dict[str, Any]:
    condition = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT_ID}}
    return {"Sid": "Ours", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition}


def _administered_by_the_account() -> dict[str, Any]:
    root = text("arn:{}:iam::{}:root", PARTITION, ACCOUNT_ID)
    return {"Sid": "Administration", "Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}


def _used_by_logs(environment: str) -> dict[str, Any]:
    """CloudWatch Logs, for the groups of this environment: those that the plan names, and those whose names services give."""
    named = f"financial-*-{environment}"
    groups = (named, f"aws-waf-logs-{named}", f"/aws/lambda/{named}", f"/aws/rds/cluster/{named}/*")
    arns = [text("arn:{}:logs:{}:{}:log-group:{}", PARTITION, REGION, ACCOUNT_ID, group) for group in groups]
    return {
        "Sid": "Logs",
        "Effect": "Allow",
        "Principal": {"Service": text("logs.{}.amazonaws.com", REGION)},
        "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "Resource": "*",
        "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": arns}},
    }


def _assumed_by_flow_logs() -> dict[str, Any]:
    logs = text("arn:{}:ec2:{}:{}:vpc-flow-log/*", PARTITION, REGION, ACCOUNT_ID)
    return {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT_ID}, "ArnLike": {"aws:SourceArn": logs}},
    }
