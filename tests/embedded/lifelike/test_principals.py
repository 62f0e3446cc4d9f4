"""Principals in policies."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from ..conftest import ACCOUNT, REGION
from .conftest import allow, policy, refused_once, said

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..conftest import Connect
    from .conftest import MakeRole

NOBODY = f"arn:aws:iam::{ACCOUNT}:role/nobody"


def puts(connect: Connect) -> dict[str, tuple[Callable[[str], Any], str, str]]:
    """How each service is given a policy that names a principal, and what it says of one that it does not know."""
    iam, kms, s3, sns = (connect(service) for service in ("iam", "kms", "s3", "sns"))
    s3.create_bucket(Bucket="named", CreateBucketConfiguration={"LocationConstraint": REGION})
    secret = connect("secretsmanager").create_secret(Name="s")["ARN"]
    topic, root = sns.create_topic(Name="t")["TopicArn"], allow("kms:*", "*", Principal={"AWS": ACCOUNT})
    iam.create_role(RoleName="other", AssumeRolePolicyDocument=policy(allow("sts:AssumeRole", Principal={"AWS": ACCOUNT})))

    def one(who: str, action: str, resource: str | None) -> str:
        return policy(root, allow(action, resource, Principal={"AWS": [who, ACCOUNT]}), allow(action, resource, Principal="*"))

    def trust(who: str) -> str:
        return policy(allow("sts:AssumeRole", Principal={"AWS": who}))

    def attributes(who: str) -> dict[str, str]:
        return {"Policy": policy(allow("sns:Publish", topic, Principal={"AWS": who}))}

    iam_words = ("MalformedPolicyDocument", "Invalid principal in policy")
    kms_words = ("MalformedPolicyDocumentException", "invalid principals")
    return {
        "CreateRole": (lambda who: iam.create_role(RoleName=f"r{len(who)}", AssumeRolePolicyDocument=trust(who)), *iam_words),
        "UpdateAssumeRolePolicy": (
            lambda who: iam.update_assume_role_policy(RoleName="other", PolicyDocument=trust(who)),
            *iam_words,
        ),
        "CreateKey": (lambda who: kms.create_key(Policy=one(who, "kms:Decrypt", "*")), *kms_words),
        "PutBucketPolicy": (
            lambda who: s3.put_bucket_policy(
                Bucket="named", Policy=policy(allow("s3:GetObject", "arn:aws:s3:::named/*", Principal={"AWS": who}))
            ),
            "MalformedPolicy",
            "Invalid principal in policy",
        ),
        "PutResourcePolicy": (
            lambda who: connect("secretsmanager").put_resource_policy(
                SecretId=secret, ResourcePolicy=policy(allow("secretsmanager:GetSecretValue", "*", Principal={"AWS": who}))
            ),
            "MalformedPolicyDocumentException",
            "unsupported principal",
        ),
        "CreateTopic": (
            lambda who: sns.create_topic(Name=f"new{len(who)}", Attributes=attributes(who)),
            "InvalidParameter",
            "PrincipalNotFound",
        ),
        "SetTopicAttributes": (
            lambda who: sns.set_topic_attributes(
                TopicArn=topic, AttributeName="Policy", AttributeValue=attributes(who)["Policy"]
            ),
            "InvalidParameter",
            "PrincipalNotFound",
        ),
    }


@pytest.mark.parametrize(
    "operation",
    [
        "CreateRole",
        "UpdateAssumeRolePolicy",
        "CreateKey",
        "PutBucketPolicy",
        "PutResourcePolicy",
        "CreateTopic",
        "SetTopicAttributes",
    ],
)
def test_a_principal_that_is_new_passes_later_and_one_that_is_none_never(
    connect: Connect, make_role: MakeRole, operation: str
) -> None:
    put, code, words = puts(connect)[operation]
    for who in (NOBODY, "AROA1234567890ABCDEFG"):
        for _ in range(3):
            told = said(put, who=who)
            assert told[0] == code
            assert words in told[1]
    refused_once(code, words, put, who=make_role("ec2.amazonaws.com"))
    put(ACCOUNT)
    if "Topic" not in operation:
        # Of other accounts nothing is known here.
        put("arn:aws:iam::210987654321:role/of-another-account")


def test_a_user_is_a_principal_too(connect: Connect, newly: None) -> None:
    arn = connect("iam").create_user(UserName="u")["User"]["Arn"]
    trust = policy(allow("sts:AssumeRole", Principal={"AWS": arn}))
    words = f'Invalid principal in policy: "AWS":"{arn}"'
    create = connect("iam").create_role
    refused_once("MalformedPolicyDocument", words, create, RoleName="r", AssumeRolePolicyDocument=trust)


def test_what_is_no_policy_is_refused_as_such(connect: Connect, newly: None) -> None:
    create = connect("iam").create_role
    for text in ("{", "[]", '{"Statement": [1]}'):
        code, words = said(create, RoleName="r", AssumeRolePolicyDocument=text)
        assert (code, "principal" in words) == ("MalformedPolicyDocument", False)


@pytest.fixture
def named(connect: Connect, make_role: MakeRole) -> dict[str, Callable[[], str]]:
    """A role that policies of all services name; how each is read back."""
    arn = make_role("ec2.amazonaws.com")
    for put, _, _ in puts(connect).values():
        with suppress(ClientError):
            # The first in each service comes too early.
            put(arn)
            continue
        put(arn)
    key = connect("kms").list_keys()["Keys"][-1]["KeyId"]
    secret = connect("secretsmanager").list_secrets()["SecretList"][0]["ARN"]
    topics = connect("sns").list_topics()["Topics"]
    return {
        "trust": lambda: json.dumps(connect("iam").get_role(RoleName="other")["Role"]["AssumeRolePolicyDocument"]),
        "key": lambda: connect("kms").get_key_policy(KeyId=key, PolicyName="default")["Policy"],
        "bucket": lambda: connect("s3").get_bucket_policy(Bucket="named")["Policy"],
        "secret": lambda: connect("secretsmanager").get_resource_policy(SecretId=secret)["ResourcePolicy"],
        "topic": lambda: connect("sns").get_topic_attributes(TopicArn=topics[-1]["TopicArn"])["Attributes"]["Policy"],
    }


def test_policies_show_the_dead_ones_id_for_ever(
    connect: Connect, make_role: MakeRole, named: dict[str, Callable[[], str]]
) -> None:
    role = connect("iam").get_role(RoleName="role")["Role"]
    assert all(role["Arn"] in read() for read in named.values())
    connect("iam").delete_role(RoleName="role")
    make_role("ec2.amazonaws.com")
    for read in named.values():
        assert role["RoleId"] in read()
        assert f'"{role["Arn"]}"' not in read()
        json.loads(read())


def test_a_refused_deletion_changes_no_policy(
    connect: Connect, make_role: MakeRole, named: dict[str, Callable[[], str]]
) -> None:
    connect("iam").put_role_policy(RoleName="role", PolicyName="p", PolicyDocument=policy(allow("s3:*", "*")))
    assert said(connect("iam").delete_role, RoleName="role")[0] == "DeleteConflict"
    assert said(connect("iam").delete_role, RoleName="nobody")[0] == "NoSuchEntity"
    assert all("AROA" not in read() for read in named.values())
