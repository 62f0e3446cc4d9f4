"""IAM roles and policies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
STATEMENT = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


TRUST = _document(STATEMENT)
ALLOW = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})


@pytest.fixture
def iam(connect: Connect) -> Any:
    return connect("iam")


def test_a_role_reads_back_what_is_set(iam: Any) -> None:
    made = iam.create_role(
        RoleName="r",
        Path="/p/",
        AssumeRolePolicyDocument=TRUST,
        Description="d",
        MaxSessionDuration=7200,
        PermissionsBoundary=READ_ONLY,
        Tags=[{"Key": "a", "Value": "b"}],
    )["Role"]
    shown = iam.get_role(RoleName="r")["Role"]
    assert (shown["Arn"], shown["Path"], shown["Description"]) == (made["Arn"], "/p/", "d")
    assert (shown["MaxSessionDuration"], shown["PermissionsBoundary"]["PermissionsBoundaryArn"]) == (7200, READ_ONLY)
    assert shown["AssumeRolePolicyDocument"] == json.loads(TRUST)
    iam.update_role(RoleName="r", Description="e", MaxSessionDuration=3600)
    iam.delete_role_permissions_boundary(RoleName="r")
    shown = iam.get_role(RoleName="r")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"], "PermissionsBoundary" in shown) == ("e", 3600, False)


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        "{}",
        _document(),
        _document({"Effect": "Allow", "Principal": "*"}),
        _document({"Effect": "Maybe", "Principal": "*", "Action": "sts:AssumeRole"}),
        _document({"Effect": "Allow", "Action": "sts:AssumeRole"}),
        _document({**STATEMENT, "Resource": "*"}),
        _document({**STATEMENT, "Action": "s3:GetObject"}),
    ],
)
def test_a_malformed_trust_policy_is_refused(iam: Any, document: str) -> None:
    assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=document) == "MalformedPolicyDocument"
    iam.create_role(RoleName="good", AssumeRolePolicyDocument=TRUST)
    update = {"RoleName": "good", "PolicyDocument": document}
    assert refusal(iam.update_assume_role_policy, **update) == "MalformedPolicyDocument"


def test_inline_policies_have_a_size(iam: Any) -> None:
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    big = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::" + "x" * 6_000]})
    iam.put_role_policy(RoleName="r", PolicyName="a", PolicyDocument=big)
    iam.put_role_policy(RoleName="r", PolicyName="a", PolicyDocument=big)
    assert refusal(iam.put_role_policy, RoleName="r", PolicyName="b", PolicyDocument=big) == "LimitExceeded"
    assert iam.list_role_policies(RoleName="r")["PolicyNames"] == ["a"]


def test_a_policy_in_use_stays(iam: Any) -> None:
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="r", PolicyArn=policy)
    assert refusal(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.detach_role_policy(RoleName="r", PolicyArn=policy)
    version = iam.create_policy_version(PolicyArn=policy, PolicyDocument=ALLOW)["PolicyVersion"]["VersionId"]
    assert refusal(iam.delete_policy, PolicyArn=policy) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=policy, VersionId=version)
    iam.delete_policy(PolicyArn=policy)
    assert refusal(iam.get_policy, PolicyArn=policy) == "NoSuchEntity"


def test_attaching_again_counts_once(iam: Any) -> None:
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
    for _ in range(2):
        iam.attach_role_policy(RoleName="r", PolicyArn=READ_ONLY)
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 1
    assert len(iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]) == 1


def test_managed_policies_start_unattached(iam: Any) -> None:
    assert iam.get_policy(PolicyArn=READ_ONLY)["Policy"]["AttachmentCount"] == 0


def test_a_policy_is_one_and_fits(iam: Any) -> None:
    assert refusal(iam.create_policy, PolicyName="p", PolicyDocument="{}") == "MalformedPolicyDocument"
    big = _document({"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::" + "x" * 6_144]})
    assert refusal(iam.create_policy, PolicyName="p", PolicyDocument=big) == "LimitExceeded"
    policy = iam.create_policy(PolicyName="p", PolicyDocument=ALLOW)["Policy"]["Arn"]
    assert refusal(iam.create_policy_version, PolicyArn=policy, PolicyDocument=big) == "LimitExceeded"


def test_names_differ_in_more_than_their_case(iam: Any) -> None:
    iam.create_policy(PolicyName="App", PolicyDocument=ALLOW)
    assert refusal(iam.create_policy, PolicyName="app", Path="/other/", PolicyDocument=ALLOW) == "EntityAlreadyExists"
    iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=ALLOW)
    iam.create_instance_profile(InstanceProfileName="App")
    assert refusal(iam.create_instance_profile, InstanceProfileName="aPP") == "EntityAlreadyExists"


def test_lists_leave_out_what_only_a_call_for_one_shows(iam: Any) -> None:
    tags = [{"Key": "a", "Value": "b"}]
    iam.create_policy(PolicyName="p", PolicyDocument=ALLOW, Description="d", Tags=tags)
    iam.create_instance_profile(InstanceProfileName="p", Tags=tags)
    [policy] = iam.list_policies(Scope="Local")["Policies"]
    [profile] = iam.list_instance_profiles()["InstanceProfiles"]
    assert not {"Tags", "Description"} & {*policy, *profile}
    assert iam.list_instance_profile_tags(InstanceProfileName="p")["Tags"] == tags
    assert iam.get_instance_profile(InstanceProfileName="p")["InstanceProfile"]["Tags"] == tags


def test_a_profile_lets_go_of_its_role_once(iam: Any) -> None:
    iam.create_role(RoleName="a", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="a")
    iam.remove_role_from_instance_profile(InstanceProfileName="p", RoleName="a")
    assert refusal(iam.remove_role_from_instance_profile, InstanceProfileName="p", RoleName="a") == "NoSuchEntity"
