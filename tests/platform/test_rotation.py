"""Module 8: the monthly rotation of the database's password, as it stands in AWS.

What the function does, against a real database, is tested in `tests/rotation`.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import boto3
import pymysql
import pytest
from moto.awslambda.utils import get_backend

import plans.financial_platform
from plans.financial_platform import Settings, build
from tests.rotation.test_bundle import RUNTIME

from .conftest import ACCOUNT, REGION, tags
from .test_security import listed, statements

if TYPE_CHECKING:
    from .conftest import Shown

pytestmark = pytest.mark.xdist_group("prod")

HERE = Path(plans.financial_platform.__file__).parent


@pytest.fixture
def function(prod: Shown) -> Any:
    found: Any = prod.client("lambda").get_function(FunctionName=prod.named("rotation"))
    return found


@pytest.fixture
def secret(prod: Shown) -> Any:
    return prod.client("secretsmanager").describe_secret(SecretId=prod.named("database"))


@pytest.fixture
def code(prod: Shown) -> bytes:
    """The function's code as the embedded Lambda was given it."""
    backend: Any = get_backend(ACCOUNT, REGION)
    return bytes(backend.get_function(prod.named("rotation")).code_bytes)


@pytest.fixture
def files(code: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(code)) as zipped:
        assert zipped.testzip() is None
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_the_function_is_python_on_arm_and_ready(function: Any) -> None:
    found = function["Configuration"]
    assert re.fullmatch(r"python3\.\d+", found["Runtime"])
    assert (found["Architectures"], found["PackageType"], found["State"]) == (["arm64"], "Zip", "Active")
    assert found["Handler"] == "rotation.handler"
    # Connections and its lock in the database together take longer than Lambda's own three seconds.
    assert 30 <= found["Timeout"] <= 300


def test_it_stands_in_the_private_subnets_and_takes_its_role(prod: Shown, function: Any) -> None:
    found = function["Configuration"]
    subnets = prod.client("ec2").describe_subnets(SubnetIds=found["VpcConfig"]["SubnetIds"])["Subnets"]
    assert sorted(tags(one)["Name"] for one in subnets) == [prod.named(f"private-subnet-{n}") for n in (1, 2, 3)]
    assert found["Role"] == prod.client("iam").get_role(RoleName=prod.named("rotation-role"))["Role"]["Arn"]


def test_it_logs_to_the_group_that_the_plan_made(prod: Shown, function: Any) -> None:
    group = function["Configuration"]["LoggingConfig"]["LogGroup"]
    [found] = prod.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert (found["logGroupName"], found["retentionInDays"]) == (f"/aws/lambda/{prod.named('rotation')}", 365)
    order = [call.parameters.get("logGroupName", call.operation) for call in prod.server.calls]
    assert order.index(group) < order.index("CreateFunction")


def test_its_zip_holds_the_function_its_driver_and_the_authorities_and_nothing_else(files: dict[str, bytes]) -> None:
    assert files["rotation.py"] == (HERE / "rotation" / "rotation.py").read_bytes()
    assert files["rds-ca-bundle.pem"] == (HERE / "data" / "rds-ca-bundle.pem").read_bytes()
    driver = Path(pymysql.__file__).parent
    assert files["pymysql/connections.py"] == (driver / "connections.py").read_bytes()
    whole = {f"pymysql/{path.relative_to(driver).as_posix()}" for path in driver.rglob("*.py")}
    assert set(files) == {"rotation.py", "rds-ca-bundle.pem", *whole}


def test_the_zip_is_the_same_bytes_whenever_and_wherever_it_is_built(function: Any, code: bytes, tmp_path: Path) -> None:
    digest = b64encode(sha256(code).digest()).decode()
    assert function["Configuration"]["CodeSha256"] == digest
    plan = build(Settings(environment="prod", profile="prod"))
    [here] = [step for step in plan.steps if step.key == "Function/rotation"]
    assert here.code == code  # type: ignore[attr-defined]
    elsewhere = {**os.environ, "PYTHONPATH": str(HERE.parents[1]), "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C"}
    command = [sys.executable, "-c", _DIGEST]
    built = subprocess.run(command, cwd=tmp_path, env=elsewhere, capture_output=True, text=True, timeout=60, check=False)
    assert (built.stdout, built.stderr) == (f"{sha256(code).hexdigest()}\n", "")


_DIGEST = """
from hashlib import sha256
from plans.financial_platform import Settings, build
plan = build(Settings(environment="other"))
print(sha256(next(step.code for step in plan.steps if step.key == "Function/rotation")).hexdigest())
"""


def test_nothing_in_its_environment_weakens_what_it_verifies(function: Any) -> None:
    # `CA_BUNDLE` would take the place of the authorities in the zip; a proxy or an endpoint would see what is sent.
    assert function["Configuration"].get("Environment", {}).get("Variables", {}) == {}
    assert function["Configuration"].get("Layers", []) == []


def test_secrets_manager_may_invoke_it_for_this_accounts_secret_and_nobody_else_may(
    prod: Shown, function: Any, secret: Any
) -> None:
    policy = json.loads(prod.client("lambda").get_policy(FunctionName=prod.named("rotation"))["Policy"])
    [statement] = policy["Statement"]
    assert {**statement, "Sid": ""} == {
        "Sid": "",
        "Effect": "Allow",
        "Principal": {"Service": "secretsmanager.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function["Configuration"]["FunctionArn"],
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": ACCOUNT},
            "ArnLike": {"AWS:SourceArn": secret["ARN"]},
        },
    }


def test_the_password_changes_every_30_days_by_this_function(function: Any, secret: Any) -> None:
    assert secret["RotationEnabled"] is True
    assert secret["RotationRules"] == {"AutomaticallyAfterDays": 30}
    assert secret["RotationLambdaARN"] == function["Configuration"]["FunctionArn"]


def test_it_begins_when_all_that_it_needs_is_there(prod: Shown) -> None:
    # Secrets Manager tries the function as soon as it knows it: with the endpoint in the secret, and against the writer.
    calls = [call for call in prod.server.calls if call.outcome == "ok"]
    order = [call.operation for call in calls]
    last_value = max(place for place, one in enumerate(order) if one == "PutSecretValue")
    begins = order.index("RotateSecret")
    assert calls[begins].parameters["RotateImmediately"] is False
    assert max(last_value, order.index("AddPermission")) < begins
    seen = [place for place, one in enumerate(order) if one == "DescribeDBInstances"]
    assert sum(order.index("CreateDBInstance") < place < begins for place in seen) >= 3


def test_its_role_allows_each_call_that_it_makes_and_no_other_on_secrets(prod: Shown, files: dict[str, bytes]) -> None:
    called = set(re.findall(r"(?<!boto3\.)client\.(?!exceptions)(\w+)\(", files["rotation.py"].decode()))
    called = {"".join(map(str.capitalize, name.split("_"))) for name in called}
    allowed = {action for one in statements(prod, "rotation-role") for action in listed(one["Action"])}
    assert {one.removeprefix("secretsmanager:") for one in allowed if one.startswith("secretsmanager:")} == called
    assert {"kms:Decrypt", "kms:GenerateDataKey"} <= allowed


def test_the_code_in_lambda_starts_alone_and_is_driven_by_secrets_manager_only(
    prod: Shown, secret: Any, files: dict[str, bytes], tmp_path: Path
) -> None:
    task, runtime = tmp_path / "task", tmp_path / "runtime"
    for name, content in files.items():
        (task / name).parent.mkdir(parents=True, exist_ok=True)
        (task / name).write_bytes(content)
    runtime.mkdir()
    for name in RUNTIME:
        (runtime / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    [current] = [version for version, labels in secret["VersionIdsToStages"].items() if "AWSCURRENT" in labels]
    about = {"SecretId": secret["ARN"]}
    never_asked = "0" * 32
    events = [
        *({**about, "Step": step, "ClientRequestToken": never_asked} for step in STEPS),
        {**about, "Step": "readSecret", "ClientRequestToken": never_asked},
        {**about, "Step": "setSecret"},
        {**about, "Step": "finishSecret", "ClientRequestToken": current},
    ]
    before = prod.server.calls.served
    command = [sys.executable, "-I", "-S", "-c", _CALL, str(task), str(runtime), json.dumps(events)]
    made_up = {"AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded", "AWS_REGION": REGION}
    environment = {**made_up, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": prod.server.url}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = [line for line in done.stdout.splitlines() if not line.startswith("{")]
    assert said == ["RotationError"] * (len(STEPS) + 2) + ["None"]
    # It has looked, and changed nothing.
    assert {call.operation for call in prod.server.calls if call.n > before} == {"DescribeSecret"}


STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
_CALL = """
import json, sys
sys.path[:0] = sys.argv[1:3]
import rotation
for event in json.loads(sys.argv[3]):
    try:
        print(rotation.handler(event, None))
    except Exception as error:
        print(type(error).__name__)
"""
