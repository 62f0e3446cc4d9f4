"""Rotations as Secrets Manager drives them. After each test, passwords are looked for in all that came out."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import boto3
import pytest

from plans.financial_platform.rotation import rotation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_iam import IAMClient
    from types_boto3_lambda import LambdaClient
    from types_boto3_secretsmanager import SecretsManagerClient

    from provisioner.embedded.server import Running
    from tests.application.mariadb import Master

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.import_plugin("tests.application.mariadb")


@dataclass
class Rotating:
    """A secret whose rotation is enabled."""

    client: SecretsManagerClient
    arn: str
    function: str
    master: Master

    def asked_for(self) -> str:
        """A rotation begins, as on any day; gives its token."""
        token = str(uuid.uuid4())
        self.client.rotate_secret(
            SecretId=self.arn,
            ClientRequestToken=token,
            RotationLambdaARN=self.function,
            RotationRules={"AutomaticallyAfterDays": 30},
        )
        return token

    def overtaken(self) -> str:
        """Somebody begins another one by hand, though this one is not done."""
        token = str(uuid.uuid4())
        self.put(token, self.master.value(password=self.master.another_password()))
        return token

    def put(self, token: str, value: object) -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.client.put_secret_value(
            SecretId=self.arn, ClientRequestToken=token, SecretString=text, VersionStages=["AWSPENDING"]
        )

    def do(self, step: str, token: str) -> None:
        rotation.handler({"Step": step, "SecretId": self.arn, "ClientRequestToken": token}, None)

    def do_all(self, token: str) -> None:
        for step in STEPS:
            self.do(step, token)

    def value(self, stage: str = "AWSCURRENT") -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.client.get_secret_value(SecretId=self.arn, VersionStage=stage)["SecretString"])
        return found

    def versions(self) -> dict[str, list[str]]:
        return self.client.describe_secret(SecretId=self.arn)["VersionIdsToStages"]

    def all_passwords(self) -> set[str]:
        """Those that were made here and those that the function made, of all versions that ever were."""
        found = set(self.master.passwords)
        for version in self.client.list_secret_version_ids(SecretId=self.arn, IncludeDeprecated=True)["Versions"]:
            try:
                answer = self.client.get_secret_value(SecretId=self.arn, VersionId=version["VersionId"])
                found.add(json.loads(answer["SecretString"])["password"])
            except (self.client.exceptions.ResourceNotFoundException, KeyError, ValueError):
                continue
        return found

    def is_consistent(self) -> bool:
        """Whether the database takes what everybody else reads, and the next rotation may begin."""
        pending = [labels for labels in self.versions().values() if "AWSPENDING" in labels and "AWSCURRENT" not in labels]
        return self.master.takes(self.value()["password"]) and not pending


@dataclass
class Clients:
    """Made once: their models take a while to load."""

    secrets_manager: SecretsManagerClient
    iam: IAMClient
    functions: LambdaClient


@pytest.fixture(scope="session")
def clients(embedded_server: Running) -> Iterator[Clients]:
    session, url = boto3.Session("made-up", "made-up", region_name="us-east-1"), embedded_server.url
    made = Clients(
        session.client("secretsmanager", endpoint_url=url),
        session.client("iam", endpoint_url=url),
        session.client("lambda", endpoint_url=url),
    )
    yield made
    for client in (made.secrets_manager, made.iam, made.functions):
        client.close()


@pytest.fixture
def rotating(cloud: Running, clients: Clients, master: Master, monkeypatch: pytest.MonkeyPatch) -> Rotating:
    monkeypatch.setenv("CA_BUNDLE", str(master.server.ca_bundle))
    value = json.dumps(master.value(note="kept"))
    arn = clients.secrets_manager.create_secret(Name="financial-database-test", SecretString=value)["ARN"]
    return Rotating(clients.secrets_manager, arn, _function(clients, arn), master)


def _function(clients: Clients, secret: str) -> str:
    """A function that Secrets Manager may call; what it does is called from here."""
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = clients.iam.create_role(RoleName="rotation", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    code = BytesIO()
    with ZipFile(code, "w") as target:
        target.writestr("rotation.py", "")
    function = clients.functions.create_function(
        FunctionName="rotation",
        Role=role,
        Runtime="python3.12",
        Handler="rotation.handler",
        Code={"ZipFile": code.getvalue()},
    )["FunctionArn"]
    clients.functions.add_permission(
        FunctionName="rotation",
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
        SourceArn=secret,
        SourceAccount="123456789012",
    )
    return function


@pytest.fixture(autouse=True)
def _nothing_secret_comes_out(
    rotating: Rotating, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    said: list[str] = []
    do = rotating.do

    def noted(step: str, token: str) -> None:
        try:
            do(step, token)
        except rotation.RotationError as error:
            said.append(f"{error!r} {error.__cause__!r}")
            raise

    rotating.do = noted  # type: ignore[method-assign]
    yield
    out, err = capfd.readouterr()
    for line in out.splitlines():
        json.loads(line)
    everything = "\n".join([out, err, caplog.text, *said, *rotating.master.server.output])
    assert [password for password in rotating.all_passwords() if password in everything] == []
