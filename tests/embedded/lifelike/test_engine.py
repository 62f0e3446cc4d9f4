"""The engine among what is new, and what names the dead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.lifelike import newcomers
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.lambda_.permission import Permission
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.secretsmanager.secret import Secret
from provisioner.resources.sns.topic import Topic
from tests.contract.examples.iam import trust
from tests.contract.test_contract import EXAMPLES, Account

from ..conftest import behaving

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


@pytest.fixture
def account(aws: Aws, embedded: Running) -> Iterator[Account]:
    with behaving(embedded, *newcomers()):
        yield Account(aws, embedded)


def statement(who: Any, action: str, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": who}, "Action": action, "Resource": resource}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


READER = Role("reader", assume_role_policy=trust("ec2"))
TRUSTED = {key: value for key, value in statement(READER.arn, "sts:AssumeRole").items() if key != "Resource"}
FUNCTION = EXAMPLES["Permission"].step.function  # type: ignore[attr-defined]
NAMING = (
    Role("trusting", assume_role_policy=document(TRUSTED)),
    Key("named", policy=document(statement("123456789012", "kms:*"), statement(READER.arn, "kms:Decrypt"))),
    Bucket("named", policy=document(statement(READER.arn, "s3:ListBucket", "arn:aws:s3:::shop-named-test-123456789012"))),
    Secret("named", policy=document(statement(READER.arn, "secretsmanager:GetSecretValue"))),
    Topic("named", policy=document(statement(READER.arn, "sns:Publish", "arn:aws:sns:us-east-1:123456789012:shop-named-test"))),
    Permission("named", function=FUNCTION, principal=READER.arn),
)


@pytest.mark.parametrize("step", NAMING, ids=lambda step: type(step).__name__)
def test_a_policy_that_names_a_dead_role_is_drift_and_is_put_again(account: Account, step: Any) -> None:
    account.up(step)
    assert account.to_do(step) == {}
    iam: Any = account.aws.iam
    role = iam.get_role(RoleName="shop-reader-test")["Role"]
    iam.delete_role(RoleName=role["RoleName"])
    again = {name: role[name] for name in ("RoleName", "Path", "Tags")}
    iam.create_role(**again, AssumeRolePolicyDocument=json.dumps(role["AssumeRolePolicyDocument"]))
    to_do = account.to_do(step)
    assert list(to_do) == [step.key]
    assert "AROA" in str(to_do[step.key])
    account.up(step)
    assert account.to_do(step) == {}
