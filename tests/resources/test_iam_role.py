from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import CallFailed
from provisioner.resource import PENDING, READY
from provisioner.resources.iam.instance_profile import InstanceProfile
from provisioner.resources.iam.managed_policy import ManagedPolicy
from provisioner.resources.iam.role import Role

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-app-test"
MANAGED = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"


def trust(principal: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]}


def allow(*actions: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}


EC2 = trust({"Service": "ec2.amazonaws.com"})


def app(**more: Any) -> Role:
    return Role("app", **{"assume_role_policy": EC2, **more})


def test_a_role_stands_under_the_plans_path(aws: Aws) -> None:
    role = up(aws, app())["app"]
    assert (role["Path"], role["RoleName"]) == ("/shop/test/", NAME)


def test_the_dead_in_a_trust_policy_are_drift_and_it_is_put_again(aws: Aws, embedded: Running) -> None:
    caller = Role("caller", assume_role_policy=EC2)
    trusted = app(assume_role_policy=trust({"AWS": caller.arn}))
    arn = up(aws, caller, trusted)["caller"]["Arn"]
    # What IAM shows once the role that bore the name was deleted and made again.
    aws.iam.update_assume_role_policy(RoleName=NAME, PolicyDocument=json.dumps(trust({"AWS": "AROAEXAMPLEEXAMPLE123"})))
    change = to_do(aws, caller, trusted)["Role/app"]["assume_role_policy"]
    assert change.before["Statement"][0]["Principal"] == {"AWS": ["AROAEXAMPLEEXAMPLE123"]}
    assert change.after["Statement"][0]["Principal"] == {"AWS": [arn]}
    before = len(embedded.calls)
    up(aws, caller, trusted)
    assert writes(embedded, before) == ["UpdateAssumeRolePolicy"]


def test_a_trust_policy_in_another_spelling_is_no_drift(aws: Aws) -> None:
    up(aws, app())
    statement = {"Action": ["sts:AssumeRole"], "Principal": {"Service": ["ec2.amazonaws.com"]}, "Effect": "Allow"}
    assert to_do(aws, app(assume_role_policy={"Statement": statement, "Version": "2012-10-17"})) == {}


def test_policies_that_another_hand_added_are_drift(aws: Aws) -> None:
    step = app(inline_policies={"read": allow("s3:GetObject")})
    up(aws, step)
    aws.iam.attach_role_policy(RoleName=NAME, PolicyArn=MANAGED)
    aws.iam.put_role_policy(RoleName=NAME, PolicyName="more", PolicyDocument=json.dumps(allow("*")))
    assert list(to_do(aws, step)["Role/app"]) == ["managed_policy_arns", "inline_policies"]
    role = up(aws, step)["app"]
    assert (role["AttachedPolicies"], list(role["InlinePolicies"])) == ([], ["read"])


def test_policies_that_are_not_managed_are_left_alone(aws: Aws) -> None:
    up(aws, app())
    aws.iam.attach_role_policy(RoleName=NAME, PolicyArn=MANAGED)
    aws.iam.put_role_policy(RoleName=NAME, PolicyName="more", PolicyDocument=json.dumps(allow("s3:GetObject")))
    assert to_do(aws, app(managed_policy_arns=None, inline_policies=None)) == {}


def test_only_the_inline_policies_that_differ_are_put(aws: Aws, embedded: Running) -> None:
    kept = allow("s3:GetObject")
    up(aws, app(inline_policies={"kept": kept, "changed": allow("s3:PutObject"), "gone": kept}))
    before = len(embedded.calls)
    up(aws, app(inline_policies={"kept": kept, "changed": allow("s3:DeleteObject"), "new": kept}))
    calls = [call for call in list(embedded.calls)[before:] if "RolePolicy" in call.operation and call.operation[0] in "PD"]
    assert [(call.operation, call.parameters["PolicyName"]) for call in calls] == [
        ("DeleteRolePolicy", "gone"),
        ("PutRolePolicy", "changed"),
        ("PutRolePolicy", "new"),
    ]


def test_a_new_description_keeps_the_session_duration(aws: Aws) -> None:
    up(aws, app(description="One", max_session_duration=7200))
    assert up(aws, app(description="Two", max_session_duration=7200))["app"]["MaxSessionDuration"] == 7200


def test_a_new_session_duration_keeps_somebody_elses_description(aws: Aws) -> None:
    up(aws, app())
    aws.iam.update_role(RoleName=NAME, Description="Theirs", MaxSessionDuration=3600)
    assert up(aws, app(max_session_duration=7200))["app"]["Description"] == "Theirs"


def test_a_boundary_is_part_of_the_creating_call_and_can_be_lifted(aws: Aws, embedded: Running) -> None:
    role = up(aws, app(permissions_boundary=MANAGED))["app"]
    assert writes(embedded) == ["CreateRole"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"] == MANAGED
    assert to_do(aws, app()) == {}
    assert "PermissionsBoundary" not in up(aws, app(permissions_boundary=""))["app"]


def test_a_role_is_taken_out_of_the_plans_profiles_before_it_goes(aws: Aws) -> None:
    role = app(managed_policy_arns=[MANAGED], inline_policies={"read": allow("s3:GetObject")})
    up(aws, role, InstanceProfile("ours", role=role))
    [live] = Role.living(aws)
    Role.delete(aws, live)
    assert aws.iam.get_instance_profile(InstanceProfileName="shop-ours-test")["InstanceProfile"]["Roles"] == []


@pytest.mark.parametrize("path", ["/", "/shop/test/"])
def test_somebody_elses_profile_keeps_its_role_which_is_held_by_it(aws: Aws, path: str) -> None:
    up(aws, app())
    aws.iam.create_instance_profile(InstanceProfileName="theirs", Path=path)
    aws.iam.add_role_to_instance_profile(InstanceProfileName="theirs", RoleName=NAME)
    assert "instance profile theirs" in errors(outcome(aws, Role("other", assume_role_policy=EC2)))["Role/app"]
    assert aws.iam.get_instance_profile(InstanceProfileName="theirs")["InstanceProfile"]["Roles"] != []


def test_more_roles_and_policies_than_fit_on_a_page_are_all_read(aws: Aws) -> None:
    policies = {f"policy-{number}": allow("s3:GetObject") for number in range(30)}
    roles = [Role(f"role-{number}", assume_role_policy=EC2) for number in range(120)]
    found = up(aws, *roles, app(inline_policies=policies))
    assert len(found) == 121
    assert found["app"]["InlinePolicies"].keys() == policies.keys()


def test_a_role_of_that_name_under_another_path_is_somebody_elses(aws: Aws) -> None:
    aws.iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=json.dumps(EC2))
    result = errors(outcome(aws, app()))
    assert list(result) == ["Role/app"]
    assert "not this plan's" in result["Role/app"]
    words = "it can not be taken over unless it stands under the path /shop/test/, and IAM changes no paths"
    kinds = (app(), InstanceProfile("a"), ManagedPolicy("a", policy_document=EC2))
    assert {kind.adoption(aws) for kind in kinds} == {words}


def test_a_role_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, app())
    with refusing(embedded, "GetRole", "NoSuchEntity", status=404):
        assert list(Role.living(aws)) == []
    with refusing(embedded, "ListAttachedRolePolicies", "NoSuchEntity", status=404):
        assert list(Role.living(aws)) == []


def test_a_role_whose_reading_is_refused_is_an_error(aws: Aws, embedded: Running) -> None:
    up(aws, app())
    with refusing(embedded, "GetRole", "AccessDenied", status=403), pytest.raises(CallFailed, match="AccessDenied"):
        list(Role.living(aws))


def test_a_role_without_an_arn_is_not_ready_yet() -> None:
    assert Role.state({"Arn": "AROAEXAMPLEEXAMPLE123"}) is PENDING
    assert Role.state({"Arn": "arn:aws:iam::123456789012:role/app"}) is READY


def test_a_run_lists_roles_by_the_plans_path_alone(aws: Aws, embedded: Running) -> None:
    aws.iam.create_role(RoleName="theirs", AssumeRolePolicyDocument=json.dumps(EC2))
    before = len(embedded.calls)
    run(aws, app()).preview()
    read = list(embedded.calls)[before:]
    # Policies and instance profiles of the plan, which it may have left behind, stand under the same path.
    assert {str(call) for call in read} == {"iam:ListRoles", "iam:ListPolicies", "iam:ListInstanceProfiles"}
    assert {call.parameters["PathPrefix"] for call in read} == {"/shop/test/"}
