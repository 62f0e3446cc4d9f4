from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.resources.iam.managed_policy import ManagedPolicy
from provisioner.resources.iam.role import Role

from .in_aws import errors, outcome, run, teardown, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

ARN = "arn:aws:iam::123456789012:policy/shop/test/shop-read-test"
PRINCIPAL = {"Service": "ec2.amazonaws.com"}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": PRINCIPAL, "Action": "sts:AssumeRole"}]}


def allow(action: str) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}


def read(action: str = "s3:GetObject", **more: Any) -> ManagedPolicy:
    return ManagedPolicy("read", policy_document=allow(action), **more)


def versions(aws: Aws) -> list[str]:
    return sorted(version["VersionId"] for version in aws.iam.list_policy_versions(PolicyArn=ARN)["Versions"])


def test_another_document_is_another_version_and_the_oldest_makes_room(aws: Aws, embedded: Running) -> None:
    policy = read()
    up(aws, policy, Role("app", assume_role_policy=TRUST, managed_policy_arns=(policy,)))
    for number in range(2, 6):
        up(aws, read(f"s3:Get{number}"))
    assert versions(aws) == ["v1", "v2", "v3", "v4", "v5"]
    before = len(embedded.calls)
    up(aws, read("s3:Get6"))
    assert writes(embedded, before) == ["DeletePolicyVersion", "CreatePolicyVersion"]
    assert versions(aws) == ["v2", "v3", "v4", "v5", "v6"]


def test_a_default_version_that_another_hand_set_is_drift(aws: Aws) -> None:
    up(aws, read())
    aws.iam.create_policy_version(PolicyArn=ARN, PolicyDocument=json.dumps(allow("*")), SetAsDefault=True)
    assert list(to_do(aws, read())["ManagedPolicy/read"]) == ["policy_document"]
    up(aws, read())


def test_a_policy_goes_with_its_versions_and_is_taken_from_the_plans_own_roles(aws: Aws) -> None:
    policy = read()
    up(aws, policy, Role("app", assume_role_policy=TRUST, managed_policy_arns=(policy,)))
    unmanaged: Any = {"assume_role_policy": TRUST, "managed_policy_arns": None}
    up(aws, read("s3:PutObject"), Role("app", **unmanaged))
    up(aws, Role("app", **unmanaged))
    assert aws.iam.list_policies(Scope="Local")["Policies"] == []
    assert aws.iam.list_attached_role_policies(RoleName="shop-app-test")["AttachedPolicies"] == []


def test_another_description_replaces_and_the_role_is_given_the_new_one(aws: Aws) -> None:
    policy = read(description="One")
    up(aws, policy, Role("app", assume_role_policy=TRUST, managed_policy_arns=(policy,)))
    other = read(description="Another")
    made = up(aws, other, Role("app", assume_role_policy=TRUST, managed_policy_arns=(other,)))
    assert [one["PolicyArn"] for one in made["app"]["AttachedPolicies"]] == [ARN]
    assert made["read"]["Description"] == "Another"


def test_a_role_of_nobodys_under_the_plans_path_holds_it(aws: Aws) -> None:
    up(aws, read())
    aws.iam.create_role(RoleName="theirs", Path="/shop/test/", AssumeRolePolicyDocument=json.dumps(TRUST))
    aws.iam.attach_role_policy(RoleName="theirs", PolicyArn=ARN)
    assert "role theirs" in errors(outcome(aws, Role("other", assume_role_policy=TRUST)))["ManagedPolicy/read"]
    assert aws.iam.list_attached_role_policies(RoleName="theirs")["AttachedPolicies"] != []


def test_who_else_has_it_holds_it_and_is_named(aws: Aws) -> None:
    up(aws, read())
    aws.iam.create_user(UserName="somebody")
    aws.iam.attach_user_policy(UserName="somebody", PolicyArn=ARN)
    going = run(aws)
    result = going.teardown(going.preview_teardown())
    assert "user somebody" in errors(result)["ManagedPolicy/read"]


def test_a_policy_that_is_gone_already_is_no_trouble(aws: Aws) -> None:
    live = up(aws, read())["read"]
    teardown(aws)
    ManagedPolicy.delete(aws, live)


def test_a_document_that_is_too_long_fails_in_awss_words(aws: Aws) -> None:
    long = {**allow("s3:GetObject"), "Statement": [{**allow("s3:Get")["Statement"][0], "Sid": f"S{n}"} for n in range(150)]}
    result = outcome(aws, ManagedPolicy("read", policy_document=long))
    assert "PolicySize: 6144" in errors(result)["ManagedPolicy/read"]
