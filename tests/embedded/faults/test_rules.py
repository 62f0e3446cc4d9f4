"""The words in which faults are asked for."""

from __future__ import annotations

import pytest

from provisioner.embedded.conduct import Conduct
from provisioner.embedded.faults.rules import KINDS, MIX, Rule, read


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("lost ec2:CreateVpc", Rule("lost", "ec2", "CreateVpc", times=1)),
        ("error-after iam:Put* 2", Rule("error-after", "iam", "Put*", times=2)),
        ("throttle *:* 30%", Rule("throttle", "*", "*", share=0.3)),
        ("reset ec?:CreateVpc each", Rule("reset", "ec?", "CreateVpc", each=True)),
        ("late ec2:DescribeVpcs", Rule("late", "ec2", "DescribeVpcs", times=2)),
        ("flap ec2:Describe* 3 12.5%", Rule("flap", "ec2", "Describe*", times=3, share=0.125)),
        ("partial s3:DeleteObjects 100%", Rule("partial", "s3", "DeleteObjects", share=1.0)),
        ("fail *:Create*", Rule("fail", "*", "Create*", times=1)),
        ("race *:* each", Rule("race", "*", "*", each=True)),
        ("race wafv2:Update* 2", Rule("race", "wafv2", "Update*", times=2)),
        ("expire", Rule("expire", "*", "*", times=200)),
        ("expire 7", Rule("expire", "*", "*", times=7)),
        ("expire ASIA* 7", Rule("expire", "ASIA*", "*", times=7)),
    ],
)
def test_a_rule_is_read(text: str, rule: Rule) -> None:
    assert read((text,)) == (rule,)


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("", "it begins with one of these kinds: lost: the call is carried out"),
        ("odd *:*", "it begins with one of these kinds"),
        ("lost", "after the kind comes SERVICE:OPERATION"),
        ("lost CreateVpc", "after the kind comes SERVICE:OPERATION"),
        ("lost ec3:CreateVpc", "no service is called ec3; there is .*ec2"),
        ("lost ec2:CreateVcp", "no operation of ec2 is called CreateVcp; there is CreateVpc"),
        ("lost zzzzzz:*", "no service is called zzzzzz$"),
        ("lost *:* 0", "0 is none of: a number"),
        ("lost *:* 101%", "101% is none of"),
        ("lost *:* soon", "soon is none of"),
        ("lost *:* 2 3", "3 is none of"),
        ("lost *:* each each", "each is none of"),
        ("lost *:* 2 30%", "lost takes one of"),
        ("late ec2:CreateVpc", "late is about reads"),
        ("late *:* each", "late takes a number of answers and a share"),
        ("partial ec2:CreateVpc", "partial is for autoscaling:BatchDeleteScheduledAction, "),
        ("fail ec2:CreateVpc", "fail is for acm:RequestCertificate, "),
        ("race lambda:RemovePermission", "race is for cloudfront:DeleteDistribution, .*lambda:AddPermission"),
        ("expire 0", r"it is expire \[ACCESS KEY\] \[CALLS\]"),
        ("expire 5 6", r"it is expire \[ACCESS KEY\] \[CALLS\]"),
        ("expire A B", r"it is expire \[ACCESS KEY\] \[CALLS\]"),
    ],
)
def test_what_is_no_rule_is_refused_and_what_would_be_one_is_told(text: str, allowed: str) -> None:
    with pytest.raises(ValueError, match=allowed):
        read(("throttle *:* 1%", text))


def test_an_embedded_aws_is_not_asked_for_with_a_rule_that_is_none() -> None:
    with pytest.raises(ValueError, match="'lost' is no rule"):
        Conduct("hostile", faults=("lost",))


def test_without_rules_all_kinds_come() -> None:
    assert {rule.kind for rule in read(MIX)} == set(KINDS)
