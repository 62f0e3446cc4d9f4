"""Module 8: the two secrets, and who may know them. Their rotation is in `test_rotation.py`."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.options import Options

from .conftest import ACCOUNT, REGION, tags

if TYPE_CHECKING:
    from .conftest import Platform, Shown

BOTH = ("database", "origin-header")
READ = ("secretsmanager:GetSecretValue",)
CHANGE = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "secretsmanager:UpdateSecretVersionStage")
in_prod = pytest.mark.xdist_group("prod")


def described(prod: Shown, name: str) -> Any:
    return prod.client("secretsmanager").describe_secret(SecretId=prod.named(name))


def value(prod: Shown, name: str) -> str:
    return str(prod.client("secretsmanager").get_secret_value(SecretId=prod.named(name))["SecretString"])


def policy(client: Any, name: str) -> Any:
    return json.loads(client.get_resource_policy(SecretId=name)["ResourcePolicy"])


def is_refused(document: Any, action: str, principal: str | None) -> bool:
    """Whether a policy forbids an action to a principal, or to a service or nobody in particular: IAM's rules, as far as used.

    A negated test of something that a request does not have is true.
    """
    for statement in document["Statement"]:
        assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", "*", "*")
        [(test, [(key, known)])] = [(test, list(keys.items())) for test, keys in statement["Condition"].items()]
        assert (test, key) == ("ArnNotLike", "aws:PrincipalArn")
        names_it = any(fnmatchcase(action, one) for one in listed(statement["Action"]))
        if names_it and not any(fnmatchcase(principal or "", one) for one in listed(known)):
            return True
    return False


def listed(one: Any) -> list[str]:
    return one if isinstance(one, list) else [one]


@pytest.fixture
def known(prod: Shown) -> dict[str, str]:
    """Who there is in the account, by what they do."""
    role = {name: prod.client("iam").get_role(RoleName=prod.named(f"{name}-role"))["Role"]["Arn"] for name in ROLES}
    return {**role, "deployer": prod.client("sts").get_caller_identity()["Arn"]}


ROLES = ("instance", "rotation", "flow-logs", "trail")
STRANGERS = {
    "the account's root": f"arn:aws:iam::{ACCOUNT}:root",
    "an administrator": f"arn:aws:iam::{ACCOUNT}:role/Administrator",
    "a role of the instances' name elsewhere": f"arn:aws:iam::{ACCOUNT}:role/financial-instance-role-prod",
    "the rotation of another environment": f"arn:aws:iam::{ACCOUNT}:role/financial-platform/dev/financial-rotation-role-dev",
    "another account": "arn:aws:iam::999999999999:role/financial-platform/prod/financial-rotation-role-prod",
    "nobody": None,
}


@in_prod
@pytest.mark.parametrize("name", BOTH)
def test_a_secret_is_encrypted_with_the_data_key_and_tagged(prod: Shown, name: str) -> None:
    found = described(prod, name)
    key = prod.client("kms").describe_key(KeyId=found["KmsKeyId"])["KeyMetadata"]["Arn"]
    assert key == prod.client("kms").describe_key(KeyId=f"alias/{prod.named('data-key')}")["KeyMetadata"]["Arn"]
    shown = tags(found)
    assert (shown["Environment"], shown["ManagedBy"], shown["CostCenter"]) == ("prod", "provisioner", "engineering")
    assert shown["Application"] == "financial-transaction-platform"


@in_prod
@pytest.mark.parametrize("name", BOTH)
def test_a_deleted_secret_can_be_had_back_for_30_days(prod: Shown, name: str) -> None:
    # Where a delete asks for the window, by whoever deletes, it stands in this tag.
    assert tags(described(prod, name))["provisioner:recovery-window"] == "30"


@in_prod
def test_the_credentials_say_all_that_a_client_needs(prod: Shown) -> None:
    [cluster] = prod.client("rds").describe_db_clusters()["DBClusters"]
    found = json.loads(value(prod, "database"))
    assert {**found, "password": ""} == {
        "engine": "mysql",
        "host": cluster["Endpoint"],
        "port": 3306,
        "dbname": cluster["DatabaseName"],
        "username": cluster["MasterUsername"],
        "password": "",
    }


@in_prod
def test_all_of_the_credentials_are_in_the_current_version(prod: Shown) -> None:
    # Endpoint and password were written one after the other; nothing is pending, or a rotation would never begin.
    labels = [set(stages) for stages in described(prod, "database")["VersionIdsToStages"].values()]
    assert sum("AWSCURRENT" in one for one in labels) == 1
    assert not any("AWSPENDING" in one for one in labels)


@in_prod
def test_the_origins_word_is_64_letters_and_digits_that_need_no_escaping_in_a_header(prod: Shown) -> None:
    word = value(prod, "origin-header")
    assert (len(word), word.isalnum(), word.isascii()) == (64, True, True)


@in_prod
@pytest.mark.parametrize(
    ("name", "who", "reads", "changes"),
    [
        ("database", "instance", True, False),
        ("database", "rotation", True, True),
        ("database", "deployer", True, True),
        ("database", "trail", False, False),
        ("origin-header", "instance", False, False),
        ("origin-header", "rotation", False, False),
        ("origin-header", "deployer", True, True),
        ("origin-header", "flow-logs", False, False),
    ],
)
def test_who_needs_a_secret_is_not_refused_and_all_others_are(
    prod: Shown, known: dict[str, str], name: str, who: str, reads: bool, changes: bool
) -> None:
    document = policy(prod.client("secretsmanager"), prod.named(name))
    assert {is_refused(document, action, known[who]) for action in READ} == {not reads}
    assert {is_refused(document, action, known[who]) for action in CHANGE} == {not changes}


@in_prod
@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("name", BOTH)
def test_strangers_neither_read_a_secret_nor_change_it(prod: Shown, name: str, who: str) -> None:
    document = policy(prod.client("secretsmanager"), prod.named(name))
    assert [action for action in (*READ, *CHANGE) if not is_refused(document, action, STRANGERS[who])] == []


@in_prod
@pytest.mark.parametrize("name", BOTH)
def test_a_policy_lets_nobody_in_by_itself_and_can_be_mended(prod: Shown, name: str) -> None:
    # Only who is allowed by a policy of the own gets in; and whoever deploys next may still put another policy.
    statements = policy(prod.client("secretsmanager"), prod.named(name))["Statement"]
    assert {one["Effect"] for one in statements} == {"Deny"}
    actions = {action for one in statements for action in listed(one["Action"])}
    assert actions == {*READ, *CHANGE}


@in_prod
def test_only_the_arn_of_the_credentials_is_an_output(prod: Shown) -> None:
    outputs = prod.run.outputs()
    assert outputs["secret_arn"] == described(prod, "database")["ARN"]
    assert f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{prod.named('database')}-" in outputs["secret_arn"]
    shown = json.dumps(outputs, default=str)
    assert json.loads(value(prod, "database"))["password"] not in shown
    assert value(prod, "origin-header") not in shown


def test_deployers_that_are_named_take_the_place_of_whoever_runs_it_and_teardown_frees_the_names(platform: Platform) -> None:
    roles = f"arn:aws:iam::{ACCOUNT}:role"
    options = Options(only=tuple(f"Secret/{name}" for name in BOTH))
    client = platform.client("secretsmanager")
    whoever_runs_it = platform.client("sts").get_caller_identity()["Arn"]
    for _ in range(2):  # the second time straight after a teardown
        platform.up("local", options, deployers=(f"{roles}/pipelines/deploy-*",))
        for name in BOTH:
            document = policy(client, f"financial-{name}-test")
            assert not is_refused(document, READ[0], f"{roles}/pipelines/deploy-web")
            assert is_refused(document, READ[0], f"{roles}/deploy-web")
            assert is_refused(document, CHANGE[0], whoever_runs_it)
        platform.teardown("local", deployers=(f"{roles}/pipelines/deploy-*",))
        assert client.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
