"""Security groups: those of a plan, and the default one of every VPC."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resource import as_tags
from provisioner.resources.ec2.default_security_group import DefaultSecurityGroup
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule_set import SecurityGroupRules
from provisioner.resources.ec2.security_group_rules import SELF, Rule, rules
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import errors, outcome, teardown, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
DEFAULT = DefaultSecurityGroup("default", vpc=VPC)
ANYWHERE = [{"CidrIp": "0.0.0.0/0"}]


def web(**more: Any) -> SecurityGroup:
    return SecurityGroup("web", vpc=VPC, description="An example", **more)


def group(aws: Aws, group_id: str) -> Any:
    [found] = aws.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    return found


def of_the_vpc(shown: Any) -> Any:
    return {"Name": "vpc-id", "Values": [shown["VpcId"]]}


def test_the_default_group_of_a_new_vpc_loses_the_rules_it_was_born_with(aws: Aws, embedded: Running) -> None:
    made = up(aws, VPC, DEFAULT)
    shown = made["default"]
    assert (shown["GroupName"], shown["VpcId"]) == ("default", made["vpc"]["VpcId"])
    assert (shown["IpPermissions"], shown["IpPermissionsEgress"]) == ([], [])
    assert writes(embedded) == ["CreateVpc", "CreateTags", "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress"]


def test_a_rule_that_another_hand_added_to_the_default_group_is_seen_and_removed(aws: Aws) -> None:
    made = up(aws, VPC, DEFAULT)["default"]["GroupId"]
    ssh: Any = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": ANYWHERE}
    aws.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[ssh])
    assert to_do(aws, VPC, DEFAULT) == {"DefaultSecurityGroup/default": {"ingress": ([Rule("0.0.0.0/0", 22, 22)], [], False)}}
    up(aws, VPC, DEFAULT)
    assert group(aws, made)["IpPermissions"] == []


def test_a_default_group_that_leaves_the_plan_is_let_go_and_keeps_the_tags_of_others(aws: Aws) -> None:
    made = up(aws, VPC, DEFAULT)["default"]["GroupId"]
    aws.ec2.create_tags(Resources=[made], Tags=[{"Key": "audited", "Value": "yes"}])
    up(aws, VPC)
    left = group(aws, made)
    assert (as_tags(left["Tags"]), left["IpPermissions"]) == ({"audited": "yes"}, [])


@pytest.mark.parametrize("together", [True, False], ids=["with the group that it names", "before the group that it names"])
def test_a_default_group_that_is_let_go_holds_no_other(aws: Aws, together: bool) -> None:
    named = web()
    opened = [Rule(named, 443), Rule("10.0.0.0/8", 80)]
    default = up(aws, VPC, named, DefaultSecurityGroup("default", vpc=VPC, ingress=opened, egress=opened))["default"]["GroupId"]
    up(aws, VPC, *([] if together else [named]))
    left = group(aws, default)
    assert (left["IpPermissions"], left["IpPermissionsEgress"], left.get("Tags", [])) == ([], [], [])
    up(aws, VPC)
    assert [one["GroupName"] for one in aws.ec2.describe_security_groups(Filters=[of_the_vpc(left)])["SecurityGroups"]] == [
        "default"
    ]


@pytest.mark.parametrize("words", ["the plan's", "Lastenträger", "a" * 256, "a|b"])
def test_words_that_ec2_does_not_take_are_told_before_any_call(words: str) -> None:
    rule = Rule("10.0.0.0/8", 443, description=words)
    for make in (
        lambda: SecurityGroup("web", vpc=VPC, description=words),
        lambda: web(group_name=words),
        lambda: web(ingress=[rule]),
        lambda: web(egress=[rule]),
        lambda: DefaultSecurityGroup("default", vpc=VPC, egress=[rule]),
        lambda: SecurityGroupRules("web", group=web(ingress=None), ingress=[rule], egress=None),
    ):
        with pytest.raises(PlanError, match="EC2 takes at most 255"):
            make()


def test_all_words_that_ec2_takes_are_taken(aws: Aws) -> None:
    words = "aZ0 ._-:/()#,@[]+=&;{}!$*"
    shown = up(aws, VPC, SecurityGroup("web", vpc=VPC, description=words, ingress=[Rule(SELF, 443, description=words)]))["web"]
    assert shown["Description"] == shown["IpPermissions"][0]["UserIdGroupPairs"][0]["Description"] == words


def test_teardown_copes_with_a_default_group_that_went_with_its_vpc(aws: Aws) -> None:
    live = up(aws, VPC, DEFAULT)["default"]
    teardown(aws)
    DefaultSecurityGroup.delete(aws, live)


def test_the_default_group_of_another_plan_is_not_taken(aws: Aws) -> None:
    vpc = up(aws, VPC)["vpc"]["VpcId"]
    [default] = aws.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    tags = [{"Key": "provisioner:plan", "Value": "bank"}, {"Key": "provisioner:environment", "Value": "prod"}]
    aws.ec2.create_tags(Resources=[default["GroupId"]], Tags=tags)  # type: ignore[arg-type]
    said = f"{default['GroupId']} belongs to the plan bank in prod: DefaultSecurityGroup/default can not take it"
    assert errors(outcome(aws, VPC, DEFAULT)) == {"DefaultSecurityGroup/default": said}


def test_a_group_is_born_without_the_way_out_that_aws_gives_it(aws: Aws) -> None:
    assert up(aws, VPC, web())["web"]["IpPermissionsEgress"] == []


def test_a_wanted_way_out_is_not_closed_and_opened_again(aws: Aws, embedded: Running) -> None:
    up(aws, VPC, web(egress=[Rule("0.0.0.0/0", ip_protocol="-1")]))
    assert writes(embedded) == ["CreateVpc", "CreateSecurityGroup"]


def test_rules_that_are_not_managed_are_left_alone(aws: Aws) -> None:
    shown = up(aws, VPC, web(ingress=None, egress=None))["web"]
    assert shown["IpPermissionsEgress"] == [
        {"IpProtocol": "-1", "IpRanges": ANYWHERE, "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}
    ]


def test_another_description_closes_nothing(aws: Aws, embedded: Running) -> None:
    up(aws, VPC, web(ingress=[Rule("10.0.0.0/8", 443, description="old"), Rule(SELF, 443)]))
    before = len(embedded.calls)
    up(aws, VPC, web(ingress=[Rule("10.0.0.0/8", 443, description="new"), Rule(SELF, 443)]))
    assert writes(embedded, before) == ["UpdateSecurityGroupRuleDescriptionsIngress"]


def test_what_is_closed_makes_room_before_the_new_is_opened(aws: Aws, embedded: Running) -> None:
    up(aws, VPC, web(ingress=[Rule("10.0.0.0/8", 80)]))
    before = len(embedded.calls)
    up(aws, VPC, web(ingress=[Rule("10.0.0.0/8", 443)]))
    assert writes(embedded, before) == ["RevokeSecurityGroupIngress", "AuthorizeSecurityGroupIngress"]


def test_groups_that_name_each_other_are_torn_down(aws: Aws) -> None:
    made = up(aws, VPC, web(), SecurityGroup("app", vpc=VPC, description="An example"))
    for one, other in (("web", "app"), ("app", "web")):
        pair: Any = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": made[other]["GroupId"]}]}
        aws.ec2.authorize_security_group_ingress(GroupId=made[one]["GroupId"], IpPermissions=[pair])
    teardown(aws)
    assert list(SecurityGroup.living(aws)) == []


TEN: Any = {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}


def test_who_names_a_group_or_is_in_it_is_named_as_its_holder(aws: Aws) -> None:
    made = up(aws, VPC, web())
    vpc, held = made["vpc"]["VpcId"], made["web"]["GroupId"]
    foreign = aws.ec2.create_security_group(GroupName="foreign", Description="x", VpcId=vpc)["GroupId"]
    pair: Any = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": held}]}
    aws.ec2.authorize_security_group_ingress(GroupId=foreign, IpPermissions=[pair])
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    member = aws.ec2.create_network_interface(SubnetId=subnet, Groups=[held], Description="a probe")["NetworkInterface"]
    interface, named = SecurityGroup.holders(aws, made["web"])
    assert interface.startswith(f"{member['NetworkInterfaceId']} (a probe, of ")
    assert named == f"{foreign}, whose rules name it"
    [of_the_vpc, *left] = Vpc.holders(aws, made["vpc"])
    assert of_the_vpc == interface
    assert left == [subnet, *sorted((held, foreign), key=left.index)]


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (Rule("10.0.0.7/8", 443), {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **TEN}),
        (Rule("10.0.0.0/8"), {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, **TEN}),
        (Rule("10.0.0.0/8", 53, 54, "17"), {"IpProtocol": "udp", "FromPort": 53, "ToPort": 54, **TEN}),
        (Rule("10.0.0.0/8", 8, ip_protocol="icmp"), {"IpProtocol": "icmp", "FromPort": 8, "ToPort": -1, **TEN}),
        (Rule("10.0.0.0/8", ip_protocol="50"), {"IpProtocol": "50", **TEN}),
        (Rule("::0/0", ip_protocol="all"), {"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}),
        (Rule("pl-1", ip_protocol="-1"), {"IpProtocol": "-1", "PrefixListIds": [{"PrefixListId": "pl-1"}]}),
        (Rule("sg-2", ip_protocol="-1"), {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-2", "UserId": "1"}]}),
        (Rule(SELF, ip_protocol="-1"), {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": "sg-1", "UserId": "1"}]}),
    ],
)
def test_a_rule_and_what_aws_makes_of_it_are_the_same(wanted: Rule, shown: dict[str, Any]) -> None:
    assert rules([wanted]) == rules({"own": "sg-1", "permissions": [shown]})


def test_rules_that_differ_in_their_description_alone_are_one() -> None:
    assert rules([Rule("10.0.0.0/8", 1, description="a"), Rule("10.0.0.0/8", 1, 1, description="b")]) == [
        Rule("10.0.0.0/8", 1, 1, description="b")
    ]
