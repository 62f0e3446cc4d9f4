"""Elastic Load Balancing."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_network

from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.elbv2.listener import Listener
from provisioner.resources.elbv2.listener_rule import ListenerRule
from provisioner.resources.elbv2.load_balancer import LoadBalancer
from provisioner.resources.elbv2.parts import (
    FixedResponse,
    Forward,
    HostHeader,
    HttpHeader,
    PathPattern,
    QueryString,
    Redirect,
    UrlRewrite,
)
from provisioner.resources.elbv2.target_group import TargetGroup
from provisioner.secret import Secret
from tests.resources.balanced import DEFAULT_VPC, TWO_SUBNETS

from . import Example

VPC = Vpc("balanced-vpc", cidr_block="10.0.0.0/16", amazon_provided_ipv6_cidr_block=True)
GATEWAY = InternetGateway("balanced-gateway", vpc=VPC)
GROUP = SecurityGroup("balanced-group", vpc=VPC, description="An example")
OTHER_GROUP = SecurityGroup("other-balanced-group", vpc=VPC, description="An example")


def _part(number: int, block: str) -> str:
    return str(list(ip_network(block).subnets(new_prefix=64))[number])


SUBNETS = [
    Subnet(
        f"balanced-{zone}",
        vpc=VPC,
        cidr_block=f"10.0.{number}.0/24",
        availability_zone=f"us-east-1{zone}",
        ipv6_cidr_block=VPC.ipv6_cidr_block.map(partial(_part, number)),
    )
    for number, zone in enumerate("abc")
]
BALANCER = LoadBalancer("balancer", subnets=TWO_SUBNETS)
WEB = TargetGroup("web", protocol="HTTP", port=80, vpc=DEFAULT_VPC)
BLUE = TargetGroup("blue", protocol="HTTP", port=81, vpc=DEFAULT_VPC)
LISTENER = Listener("front", load_balancer=BALANCER, port=80, protocol="HTTP", default_actions=[FixedResponse(403)])
PATH = PathPattern(["/api/*", "/v?/"])
SECRET = HttpHeader("X-Origin-Verify", [Secret("the-first-word"), Secret("the-second-word")])

EXAMPLES = [
    Example(
        LoadBalancer(
            "balancer",
            after=(GATEWAY,),
            subnets=SUBNETS[:2],
            security_groups=[GROUP],
            attributes={"zonal_shift.config.enabled": False, "deletion_protection.enabled": False},
            ipv4_ipam_pool="",
            minimum_capacity_units=0,
        ),
        changes={
            "subnets": SUBNETS[1:],
            "security_groups": [OTHER_GROUP, GROUP],
            "ip_address_type": "dualstack",
            "attributes": {"zonal_shift.config.enabled": True, "deletion_protection.enabled": True},
            "ipv4_ipam_pool": "ipam-pool-0123456789abcdef0",
            "minimum_capacity_units": 100,
        },
        replaces={"load_balancer_name": "another-name", "type": "network", "scheme": "internet-facing"},
        fixed={
            "subnet_mappings": "in place of subnets: see the type's own tests",
            "customer_owned_ipv4_pool": "on an Outpost only: see the type's own tests",
            "enable_prefix_for_ipv6_source_nat": "for network load balancers: see the type's own tests",
            "enforce_security_group_inbound_rules_on_private_link_traffic": "for network load balancers: see its own tests",
        },
    ),
    Example(
        TargetGroup(
            "targets",
            target_type="ip",
            protocol="HTTP",
            port=80,
            vpc=DEFAULT_VPC,
            protocol_version="HTTP1",
            ip_address_type="ipv4",
            target_control_port=3000,
            health_check_protocol="HTTP",
            health_check_port=8080,
            health_check_path="/health",
            health_check_interval_seconds=20,
            health_check_timeout_seconds=4,
            healthy_threshold_count=2,
            unhealthy_threshold_count=3,
            matcher="200",
            attributes={"deregistration_delay.timeout_seconds": 30, "stickiness.enabled": True},
        ),
        changes={
            "health_check_protocol": "HTTPS",
            "health_check_port": "traffic-port",
            "health_check_path": "/other",
            "health_check_interval_seconds": 30,
            "health_check_timeout_seconds": 5,
            "healthy_threshold_count": 5,
            "unhealthy_threshold_count": 2,
            "matcher": "200-299",
            "attributes": {"deregistration_delay.timeout_seconds": 60, "stickiness.enabled": False},
        },
        replaces={
            "target_type": "instance",
            "protocol": "HTTPS",
            "port": 81,
            "vpc": Vpc("another-balanced-vpc", cidr_block="10.0.0.0/16"),
            "protocol_version": "HTTP2",
            "ip_address_type": "ipv6",
            "target_control_port": 3001,
        },
        fixed={"health_check_enabled": "of functions only: see the type's own tests"},
    ),
    Example(
        Listener(
            "listener",
            load_balancer=BALANCER,
            port=80,
            protocol="HTTP",
            default_actions=[Redirect()],
            attributes={"routing.http.response.server.enabled": True},
        ),
        changes={
            "port": 81,
            "default_actions": [Forward({WEB: 9, BLUE: 1}, stickiness_seconds=60)],
            "attributes": {"routing.http.response.server.enabled": False},
        },
        replaces={"load_balancer": LoadBalancer("other-balancer", subnets=TWO_SUBNETS)},
        fixed=dict.fromkeys(
            ("protocol", "certificates", "ssl_policy", "alpn_policy", "mutual_authentication"),
            "of encrypted listeners, which need a certificate: see the type's own tests",
        ),
    ),
    Example(
        ListenerRule("rule", listener=LISTENER, priority=10, conditions=[PATH, SECRET], actions=[Forward(WEB)]),
        changes={
            "priority": 20,
            "conditions": [
                SECRET._replace(values=[Secret("the-third-word")]),
                HostHeader(["*.Example.com"]),
                QueryString([("a", "b")]),
            ],
            "actions": [FixedResponse(503, "Later")],
            "transforms": [UrlRewrite("^/api", "/")],
        },
        replaces={"listener": Listener("back", load_balancer=BALANCER, port=81, protocol="HTTP", default_actions=[Redirect()])},
    ),
]
