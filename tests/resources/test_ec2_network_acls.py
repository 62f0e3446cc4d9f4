"""Network ACLs: those of a plan, and the default one of every VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.resources.ec2.default_network_acl import DefaultNetworkAcl
from provisioner.resources.ec2.network_acl import NetworkAcl
from provisioner.resources.ec2.network_acl_rules import AclRule, rules
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import teardown, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SUBNETS = [
    Subnet(f"subnet-{zone}", vpc=VPC, cidr_block=f"10.0.{number}.0/24", availability_zone=f"us-east-1{zone}")
    for number, zone in enumerate("ab")
]
WEB = AclRule(100, "allow", "0.0.0.0/0", "tcp", 443)


def held(aws: Aws) -> dict[str, set[str]]:
    """The subnets of each ACL that holds any."""
    acls = aws.ec2.describe_network_acls()["NetworkAcls"]
    ours = {subnet["SubnetId"] for subnet in Subnet.living(aws)}
    found = {acl["NetworkAclId"]: {one["SubnetId"] for one in acl["Associations"]} & ours for acl in acls}
    return {acl: subnets for acl, subnets in found.items() if subnets}


def default_of(aws: Aws, vpc: str) -> str:
    acls = aws.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["NetworkAcls"]
    [default] = [acl["NetworkAclId"] for acl in acls if acl["IsDefault"]]
    return default


def test_the_default_acl_of_a_new_vpc_loses_every_rule_that_allows(aws: Aws) -> None:
    made = up(aws, VPC, DefaultNetworkAcl("default", vpc=VPC))
    assert made["default"]["NetworkAclId"] == default_of(aws, made["vpc"]["VpcId"])
    assert {entry["RuleAction"] for entry in made["default"]["Entries"]} == {"deny"}


def test_a_rule_that_another_hand_added_to_the_default_acl_is_seen_and_removed(aws: Aws) -> None:
    steps = (VPC, DefaultNetworkAcl("default", vpc=VPC))
    acl = up(aws, *steps)["default"]["NetworkAclId"]
    aws.ec2.create_network_acl_entry(
        NetworkAclId=acl, RuleNumber=5, Protocol="-1", RuleAction="allow", Egress=True, CidrBlock="0.0.0.0/0"
    )
    assert to_do(aws, *steps) == {"DefaultNetworkAcl/default": {"egress": ([AclRule(5, "allow", "0.0.0.0/0")], [], False)}}
    up(aws, *steps)


def test_a_default_acl_that_leaves_the_plan_is_let_go_as_it_is(aws: Aws) -> None:
    acl = up(aws, VPC, DefaultNetworkAcl("default", vpc=VPC))["default"]["NetworkAclId"]
    up(aws, VPC)
    [shown] = aws.ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"]
    assert (shown["Tags"], {entry["RuleAction"] for entry in shown["Entries"]}) == ([], {"deny"})


def test_a_subnet_that_is_let_go_returns_to_the_default_acl(aws: Aws) -> None:
    made = up(aws, VPC, *SUBNETS, NetworkAcl("acl", vpc=VPC, subnets=SUBNETS))
    a, b = (made[f"subnet-{zone}"]["SubnetId"] for zone in "ab")
    acl, default = made["acl"]["NetworkAclId"], default_of(aws, made["vpc"]["VpcId"])
    assert held(aws) == {acl: {a, b}}
    up(aws, VPC, *SUBNETS, NetworkAcl("acl", vpc=VPC, subnets=SUBNETS[:1]))
    assert held(aws) == {acl: {a}, default: {b}}
    up(aws, VPC, *SUBNETS)
    assert held(aws) == {default: {a, b}}


class Before(Behaviour):
    """Shows once where the subnets of a VPC were before they were moved."""

    def __init__(self, shown: Any) -> None:
        self._shown = [shown]

    def before(self, call: Call) -> Answer | None:
        asked = [one["Name"] for one in call.parameters.get("Filters", ())]
        is_it = call.operation == "DescribeNetworkAcls" and asked == ["vpc-id"] and self._shown
        return Answer.of(self._shown.pop()) if is_it else None


def test_a_subnet_is_taken_though_a_list_shows_it_where_it_was(aws: Aws, embedded: Running) -> None:
    made = up(aws, VPC, SUBNETS[0], NetworkAcl("acl", vpc=VPC, subnets=SUBNETS[:1]))
    vpc, subnet = made["vpc"]["VpcId"], made["subnet-a"]["SubnetId"]
    shown = aws.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [vpc]}])
    up(aws, VPC, SUBNETS[0], NetworkAcl("acl", vpc=VPC))
    assert held(aws) == {default_of(aws, vpc): {subnet}}
    embedded.behaviours.insert(0, lagging := Before({"NetworkAcls": shown["NetworkAcls"]}))
    # Lists lag while something is young.
    made = up(aws, VPC, *SUBNETS, NetworkAcl("acl", vpc=VPC, subnets=SUBNETS[:1], after=(SUBNETS[1],)))
    embedded.behaviours.remove(lagging)
    assert held(aws)[made["acl"]["NetworkAclId"]] == {subnet}
    assert lagging._shown == []


def test_two_acls_of_the_plan_exchange_their_subnets(aws: Aws) -> None:
    one, two = NetworkAcl("one", vpc=VPC, subnets=SUBNETS[:1]), NetworkAcl("two", vpc=VPC, subnets=SUBNETS[1:])
    first = up(aws, VPC, *SUBNETS, one, two)
    a, b = (first[f"subnet-{zone}"]["SubnetId"] for zone in "ab")
    assert held(aws) == {first["one"]["NetworkAclId"]: {a}, first["two"]["NetworkAclId"]: {b}}
    one, two = NetworkAcl("one", vpc=VPC, subnets=SUBNETS[1:]), NetworkAcl("two", vpc=VPC, subnets=SUBNETS[:1])
    up(aws, VPC, *SUBNETS, one, two)
    assert held(aws) == {first["one"]["NetworkAclId"]: {b}, first["two"]["NetworkAclId"]: {a}}


def test_a_rule_changes_in_place_and_a_number_that_is_not_wanted_goes(aws: Aws, embedded: Running) -> None:
    up(aws, VPC, NetworkAcl("acl", vpc=VPC, ingress=[WEB, AclRule(200, "deny", "10.0.0.0/8")]))
    before = len(embedded.calls)
    up(aws, VPC, NetworkAcl("acl", vpc=VPC, ingress=[WEB._replace(from_port=80)]))
    assert writes(embedded, before) == ["DeleteNetworkAclEntry", "ReplaceNetworkAclEntry"]


def test_a_network_with_acls_is_torn_down(aws: Aws) -> None:
    up(aws, VPC, *SUBNETS, NetworkAcl("acl", vpc=VPC, subnets=SUBNETS), DefaultNetworkAcl("default", vpc=VPC))
    teardown(aws)
    assert list(NetworkAcl.living(aws)) == list(DefaultNetworkAcl.living(aws)) == []


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (("0.0.0.0/0", "TCP", 443), {"Protocol": "6", "PortRange": {"From": 443, "To": 443}, "CidrBlock": "0.0.0.0/0"}),
        (("10.0.0.1/8", "tcp"), {"Protocol": "6", "PortRange": {"From": 0, "To": 65535}, "CidrBlock": "10.0.0.0/8"}),
        (("::0/0", "all"), {"Protocol": "-1", "Ipv6CidrBlock": "::/0"}),
        (("::/0", "58"), {"Protocol": "58", "Ipv6CidrBlock": "::/0", "IcmpTypeCode": {"Type": -1, "Code": -1}}),
        (("10.0.0.0/8", "icmp", 3, 4), {"Protocol": "1", "CidrBlock": "10.0.0.0/8", "IcmpTypeCode": {"Type": 3, "Code": 4}}),
    ],
)
def test_a_rule_and_what_aws_makes_of_it_are_the_same(wanted: Any, shown: dict[str, Any]) -> None:
    assert rules([AclRule(100, "allow", *wanted)]) == rules([{"RuleNumber": 100, "RuleAction": "allow", **shown}])
