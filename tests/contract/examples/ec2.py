"""Amazon EC2 and VPC."""

from __future__ import annotations

from functools import partial
from ipaddress import ip_network

from provisioner.resources.ec2.default_network_acl import DefaultNetworkAcl
from provisioner.resources.ec2.default_security_group import DefaultSecurityGroup
from provisioner.resources.ec2.elastic_ip import ElasticIp
from provisioner.resources.ec2.flow_log import FlowLog
from provisioner.resources.ec2.internet_gateway import InternetGateway
from provisioner.resources.ec2.launch_template import LaunchTemplate
from provisioner.resources.ec2.launch_template_parts import BlockDevice, MetadataOptions
from provisioner.resources.ec2.nat_gateway import NatGateway
from provisioner.resources.ec2.network_acl import NetworkAcl
from provisioner.resources.ec2.network_acl_rules import AclRule
from provisioner.resources.ec2.route_table import RouteTable
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule_set import SecurityGroupRules
from provisioner.resources.ec2.security_group_rules import SELF, Rule
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.ec2.vpc_endpoint import VpcEndpoint
from provisioner.resources.iam.role import Role
from provisioner.resources.logs.log_group import LogGroup

from . import Example

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
OTHER_VPC = Vpc("other-vpc", cidr_block="10.0.0.0/16")
SUBNET = Subnet("subnet", vpc=VPC, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")
OTHER_SUBNET = Subnet("other-subnet", vpc=VPC, cidr_block="10.0.2.0/24", availability_zone="us-east-1b")
GATEWAY = InternetGateway("gateway", vpc=VPC)
ADDRESS = ElasticIp("address")
NAMED_VPC = Vpc("named-vpc", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
IPV6_VPC = Vpc("ipv6-vpc", cidr_block="10.0.0.0/16", amazon_provided_ipv6_cidr_block=True)
GROUP = SecurityGroup("group", vpc=VPC, description="An example")

ACL_RULES = (
    AclRule(100, "allow", "10.0.0.0/16"),
    AclRule(110, "deny", "0.0.0.0/0", "tcp", 3306),
    AclRule(120, "allow", "0.0.0.0/0", "tcp", 1024, 65535),
    AclRule(130, "allow", "0.0.0.0/0", "icmp", 3, 4),
    AclRule(140, "allow", "::/0", "17", 53),
)
RULES = (
    Rule("10.0.1.7/16", 443, description="from the network"),
    Rule("::/0", 8000, 8080),
    Rule(SELF, ip_protocol="-1"),
    Rule("10.0.0.0/8", 3, 4, "1"),
    Rule(GROUP, 53, ip_protocol="udp"),
)


BARE_GROUP, OTHER_BARE_GROUP = (
    SecurityGroup(name, vpc=VPC, description="An example", ingress=None, egress=None) for name in ("bare", "other-bare")
)


def _part(number: int, block: str) -> str:
    return str(list(ip_network(block).subnets(new_prefix=64))[number])


def _role(name: str) -> Role:
    principal = {"Service": "vpc-flow-logs.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return Role(name, assume_role_policy={"Version": "2012-10-17", "Statement": [statement]})


EXAMPLES = [
    Example(
        VPC,
        changes={"enable_dns_support": False, "enable_dns_hostnames": True, "amazon_provided_ipv6_cidr_block": True},
        replaces={"cidr_block": "10.2.0.0/16", "instance_tenancy": "dedicated"},
    ),
    Example(
        Subnet(
            "ipv6-subnet",
            vpc=IPV6_VPC,
            cidr_block="10.0.1.0/24",
            availability_zone="us-east-1a",
            ipv6_cidr_block=IPV6_VPC.ipv6_cidr_block.map(partial(_part, 1)),
            assign_ipv6_address_on_creation=True,
        ),
        changes={
            "map_public_ip_on_launch": True,
            "enable_dns64": True,
            "private_dns_hostname_type": "resource-name",
            "resource_name_dns_a_record": True,
            "resource_name_dns_aaaa_record": True,
            "ipv6_cidr_block": IPV6_VPC.ipv6_cidr_block.map(partial(_part, 3)),
            "assign_ipv6_address_on_creation": False,
        },
        replaces={"vpc": OTHER_VPC, "cidr_block": "10.0.9.0/24", "availability_zone": "us-east-1c"},
    ),
    Example(GATEWAY, replaces={"vpc": OTHER_VPC}),
    Example(
        ADDRESS,
        replaces={"address": "203.0.113.7"},
        fixed={
            "public_ipv4_pool": "a pool is an address range of one's own, brought to AWS",
            "network_border_group": "another one than the region's own is a local zone's",
        },
    ),
    Example(
        NatGateway("nat", subnet=SUBNET, allocation=ADDRESS, after=(GATEWAY,)),
        changes={"secondary_allocations": (ElasticIp("secondary"),)},
        replaces={"subnet": OTHER_SUBNET, "allocation": ElasticIp("other-address"), "private_ip_address": "10.0.1.77"},
        fixed={"connectivity_type": "a private one takes no allocation: see the type's own tests"},
    ),
    Example(
        RouteTable("table", vpc=VPC),
        changes={"routes": {"0.0.0.0/0": GATEWAY, "::/0": GATEWAY}, "subnets": (SUBNET, OTHER_SUBNET)},
        replaces={"vpc": OTHER_VPC},
    ),
    Example(
        VpcEndpoint(
            "endpoint",
            vpc=NAMED_VPC,
            service_name="com.amazonaws.us-east-1.s3",
            vpc_endpoint_type="Interface",
            security_groups=(SecurityGroup("endpoint", vpc=NAMED_VPC, description="An example"),),
            policy_document={},
            private_dns_enabled=False,
            ip_address_type="ipv4",
            dns_record_ip_type="ipv4",
            private_dns_only_for_inbound_resolver_endpoint=False,
        ),
        changes={
            "subnets": (Subnet("a", vpc=NAMED_VPC, cidr_block="10.0.1.0/24", availability_zone="us-east-1a"),),
            "security_groups": (SecurityGroup("other", vpc=NAMED_VPC, description="Another"),),
            "policy_document": {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]},
            "private_dns_enabled": True,
            "ip_address_type": "dualstack",
            "dns_record_ip_type": "dualstack",
            "private_dns_only_for_inbound_resolver_endpoint": True,
        },
        replaces={"vpc": OTHER_VPC, "service_name": "com.amazonaws.us-east-1.kms"},
        fixed={
            "vpc_endpoint_type": "an endpoint in route tables has no security groups: see the type's own tests",
            "route_tables": "only a gateway endpoint has them: see the type's own tests",
            "service_region": "services of other regions take part in no test",
        },
    ),
    Example(
        FlowLog(
            "traffic",
            resource=VPC,
            log_group=LogGroup("traffic"),
            deliver_logs_permission_arn=_role("traffic").arn,
        ),
        replaces={
            "resource": SUBNET,
            "traffic_type": "REJECT",
            "log_group": LogGroup("other-traffic"),
            "deliver_logs_permission_arn": _role("other-traffic").arn,
            "log_format": "${version} ${srcaddr} ${dstaddr} ${action}",
            "max_aggregation_interval": 60,
        },
        fixed=dict.fromkeys(
            (
                "log_destination_type",
                "log_destination",
                "file_format",
                "hive_compatible_partitions",
                "per_hour_partition",
            ),
            "only a bucket or a stream has it: see the type's own tests",
        ),
    ),
    Example(
        DefaultSecurityGroup("default-group", vpc=VPC),
        changes={"ingress": RULES, "egress": (Rule("0.0.0.0/0", ip_protocol="-1"),)},
        replaces={"vpc": OTHER_VPC},
    ),
    Example(
        SecurityGroup("web", vpc=VPC, description="An example"),
        changes={"ingress": RULES, "egress": (Rule("0.0.0.0/0", ip_protocol="-1"),)},
        replaces={"vpc": OTHER_VPC, "description": "Another example", "group_name": "another-name"},
    ),
    Example(
        NetworkAcl("acl", vpc=VPC),
        changes={"ingress": ACL_RULES, "egress": ACL_RULES, "subnets": (SUBNET, OTHER_SUBNET)},
        replaces={"vpc": OTHER_VPC},
    ),
    Example(
        DefaultNetworkAcl("default-acl", vpc=VPC),
        changes={"ingress": ACL_RULES, "egress": ACL_RULES},
        replaces={"vpc": OTHER_VPC},
    ),
    Example(
        SecurityGroupRules("bare", group=BARE_GROUP),
        changes={"ingress": (*RULES, Rule(OTHER_BARE_GROUP, 8080)), "egress": (Rule("0.0.0.0/0", ip_protocol="-1"),)},
        replaces={"group": OTHER_BARE_GROUP},
    ),
    Example(
        LaunchTemplate(
            "template",
            image_id="ami-12c6146b",
            instance_type="t3.small",
            iam_instance_profile="a-profile",
            security_groups=("sg-0123456789abcdef0",),
            block_device_mappings=(BlockDevice("/dev/xvda", volume_size=20), BlockDevice("/dev/xvdb", no_device=True)),
            user_data="#!/bin/sh\necho one",
            tag_specifications={},
            cpu_credits="standard",
            instance_initiated_shutdown_behavior="terminate",
            auto_recovery="default",
            key_name="",
            monitoring=False,
            ebs_optimized=False,
            disable_api_termination=False,
            disable_api_stop=False,
            hibernation_configured=False,
            enclave_enabled=False,
            license_configuration_arns=(),
            placement={"Tenancy": "default"},
            cpu_options={"CoreCount": 1, "ThreadsPerCore": 2},
            instance_market_options={"MarketType": "spot"},
            capacity_reservation_specification={"CapacityReservationPreference": "open"},
            private_dns_name_options={"HostnameType": "ip-name"},
            network_performance_options={"BandwidthWeighting": "default"},
            version_description="An example",
        ),
        changes={
            "image_id": "ami-1812c061",
            "instance_type": "t3.large",
            "iam_instance_profile": "arn:aws:iam::123456789012:instance-profile/another",
            "security_groups": ("sg-0123456789abcdef1", "sg-0123456789abcdef0"),
            "block_device_mappings": (
                BlockDevice("/dev/xvda", 30, kms_key="arn:aws:kms:us-east-1:123456789012:key/one", iops=4000),
            ),
            "metadata_options": MetadataOptions("optional", 2, "enabled", "enabled", "enabled"),
            "user_data": "#!/bin/sh\necho another",
            "key_name": "a-key",
            "monitoring": True,
            "ebs_optimized": True,
            "tag_specifications": {"volume": {"of": "the example"}, "network-interface": {}},
            "cpu_credits": "unlimited",
            "instance_initiated_shutdown_behavior": "stop",
            "disable_api_termination": True,
            "disable_api_stop": True,
            "hibernation_configured": True,
            "enclave_enabled": True,
            "auto_recovery": "disabled",
            "license_configuration_arns": ("arn:aws:license-manager:us-east-1:123456789012:license-configuration:lic-1",),
            "placement": {"Tenancy": "dedicated", "PartitionNumber": 2},
            "cpu_options": {"CoreCount": 1, "ThreadsPerCore": 1},
            "instance_market_options": {"MarketType": "capacity-block"},
            "capacity_reservation_specification": {"CapacityReservationPreference": "none"},
            "private_dns_name_options": {"HostnameType": "resource-name", "EnableResourceNameDnsARecord": True},
            "network_performance_options": {"BandwidthWeighting": "vpc-1"},
            "version_description": "Another example",
        },
        fixed={
            "instance_requirements": "in the place of an instance type: see the type's own tests",
            "network_interfaces": "in the place of security groups: see the type's own tests",
            "default_version": "the first version is the only one: see the type's own tests",
        },
    ),
]
