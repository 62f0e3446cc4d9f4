"""Amazon Route 53."""

from __future__ import annotations

from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.route53.hosted_zone import HostedZone
from provisioner.resources.route53.parts import AliasTarget
from provisioner.resources.route53.record_set import RecordSet

from . import Example

VPC, OTHER_VPC = Vpc("vpc", cidr_block="10.0.0.0/16"), Vpc("other-vpc", cidr_block="10.1.0.0/16")
ZONE, OTHER_ZONE = HostedZone("zone", zone_name="example.com"), HostedZone("other-zone", zone_name="www.example.com")
BALANCER = AliasTarget("dualstack.web-1.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K")
IN_A_SET = "needs a set_identifier, and stands instead of the weight: see the type's own tests"

EXAMPLES = [
    Example(
        HostedZone(
            "private-zone",
            zone_name="example.com",
            private_zone=True,
            vpcs=(VPC,),
            comment="An example",
            after=(VPC, OTHER_VPC),
        ),
        changes={"vpcs": (OTHER_VPC,), "comment": ""},
        replaces={"zone_name": "example.org"},
        fixed={
            "private_zone": "goes with vpcs: see the type's own tests",
            "delegation_set_id": "only a public zone has one: see the type's own tests",
            "enable_accelerated_recovery": "only a public zone has it: see the type's own tests",
        },
    ),
    Example(
        RecordSet(
            "record",
            hosted_zone=ZONE,
            record_name="www.example.com",
            type="A",
            set_identifier="one",
            weight=10,
            ttl=60,
            records=("192.0.2.1", "192.0.2.2"),
            after=(ZONE, OTHER_ZONE),
        ),
        changes={"ttl": 300, "weight": 0, "records": ("192.0.2.3",)},
        replaces={
            "hosted_zone": OTHER_ZONE,
            "record_name": "*.www.example.com",
            "set_identifier": "two",
        },
        fixed={
            "type": "another one has other records: see the type's own tests",
            "alias_target": "stands instead of records: see the type's own tests",
            "health_check_id": "a health check must exist: see the type's own tests",
            **dict.fromkeys(
                ("latency_region", "geo_location", "geo_proximity", "failover", "multi_value_answer", "cidr_routing"), IN_A_SET
            ),
        },
    ),
]
