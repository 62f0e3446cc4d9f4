from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import CallFailed, PlanError
from provisioner.resource import as_tags
from provisioner.resources.ec2.security_group import SecurityGroup
from provisioner.resources.ec2.security_group_rule_set import CLAIM, SecurityGroupRules
from provisioner.resources.ec2.security_group_rules import Rule
from provisioner.resources.ec2.vpc import Vpc

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import answering

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")
SSH: Any = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def bare(name: str) -> SecurityGroup:
    return SecurityGroup(name, vpc=VPC, description="An example", ingress=None, egress=None)


ALB, APP = bare("alb"), bare("app")
ALB_RULES = SecurityGroupRules("alb", group=ALB, egress=(Rule(APP, 8080),))
APP_RULES = SecurityGroupRules("app", group=APP, ingress=(Rule(ALB, 8080),))
STEPS = (VPC, ALB, APP, ALB_RULES, APP_RULES)


def group(aws: Aws, name: str) -> Any:
    found = aws.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [f"shop-{name}-test"]}])
    return found["SecurityGroups"][0]


def test_two_groups_name_each_other_and_the_way_out_is_closed(aws: Aws) -> None:
    up(aws, *STEPS)
    alb, app = group(aws, "alb"), group(aws, "app")
    assert [pair["GroupId"] for rule in alb["IpPermissionsEgress"] for pair in rule["UserIdGroupPairs"]] == [app["GroupId"]]
    assert [pair["GroupId"] for rule in app["IpPermissions"] for pair in rule["UserIdGroupPairs"]] == [alb["GroupId"]]
    assert (alb["IpPermissions"], app["IpPermissionsEgress"]) == ([], [])


def test_groups_that_name_each_other_are_torn_down(aws: Aws) -> None:
    up(aws, *STEPS)
    teardown(aws)
    assert aws.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["shop-*"]}])["SecurityGroups"] == []


def test_rules_that_another_hand_added_are_drift_of_the_rules_alone(aws: Aws) -> None:
    up(aws, *STEPS)
    aws.ec2.authorize_security_group_ingress(GroupId=group(aws, "app")["GroupId"], IpPermissions=[SSH])
    assert {key: list(changes) for key, changes in to_do(aws, *STEPS).items()} == {"SecurityGroupRules/app": ["ingress"]}
    up(aws, *STEPS)


def test_a_direction_that_is_not_managed_is_left_alone(aws: Aws) -> None:
    rules = SecurityGroupRules("app", group=APP, ingress=(Rule("10.0.0.0/16", 8080),), egress=None)
    up(aws, VPC, APP, rules)
    assert group(aws, "app")["IpPermissionsEgress"] != []


def test_rules_that_leave_the_plan_are_revoked_and_the_claim_is_taken_off(aws: Aws, embedded: Running) -> None:
    up(aws, *STEPS)
    aws.ec2.authorize_security_group_ingress(GroupId=group(aws, "app")["GroupId"], IpPermissions=[SSH])
    before = len(embedded.calls)
    up(aws, VPC, ALB, APP, ALB_RULES)
    left = group(aws, "app")
    assert (left["IpPermissions"], left["IpPermissionsEgress"], CLAIM in as_tags(left["Tags"])) == ([], [], False)
    assert writes(embedded, before) == ["RevokeSecurityGroupIngress", "DeleteTags"]


def test_the_rules_of_a_group_that_is_gone_are_gone(aws: Aws) -> None:
    live = up(aws, *STEPS)["app"]
    teardown(aws)
    SecurityGroupRules.delete(aws, live)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("provisioner:plan", "bank", "belongs to the plan bank"),
        (CLAIM, "provisioner plan=shop environment=test step=SecurityGroupRules/other", "belong to 'provisioner plan=shop"),
    ],
)
def test_the_rules_of_another_are_not_taken(aws: Aws, key: str, value: str, words: str) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    made = aws.ec2.create_security_group(GroupName="theirs", Description="Theirs", VpcId=vpc)["GroupId"]
    aws.ec2.create_tags(
        Resources=[made], Tags=[{"Key": key, "Value": value}, {"Key": "provisioner:environment", "Value": "test"}]
    )
    if key == CLAIM:
        aws.ec2.create_tags(Resources=[made], Tags=[{"Key": "provisioner:plan", "Value": "shop"}])
    result = outcome(aws, SecurityGroupRules("app", group=made))
    assert words in errors(result)["SecurityGroupRules/app"]


def test_a_group_that_is_not_shown_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    with (
        answering(embedded, "DescribeSecurityGroups", {"SecurityGroups": []}),
        pytest.raises(CallFailed, match="does not show"),
    ):
        SecurityGroupRules("app", group="sg-1").create(aws)


def test_rules_have_one_owner() -> None:
    group = SecurityGroup("app", vpc=VPC, description="An example", egress=None)
    with pytest.raises(PlanError, match="both have ingress"):
        SecurityGroupRules("app", group=group)
    SecurityGroupRules("app", group=group, ingress=None)
