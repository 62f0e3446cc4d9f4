"""The application with a real database and the embedded AWS. After each test, passwords are looked for in all that came out."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from plans.financial_platform.app.configuration import Configuration
from plans.financial_platform.app.credentials import Secret
from plans.financial_platform.app.database import Database
from plans.financial_platform.app.log import log_to
from plans.financial_platform.app.metrics import Metrics
from plans.financial_platform.app.process import serving
from plans.financial_platform.app.service import Request, Response, Service
from plans.financial_platform.app.tls import trusting
from plans.financial_platform.app.transactions import Transactions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from types_boto3_cloudwatch import CloudWatchClient
    from types_boto3_secretsmanager import SecretsManagerClient

    from provisioner.embedded.server import Running

    from .mariadb import Master


def pytest_configure(config: pytest.Config) -> None:
    # One server for all folders that need it: its fixtures belong to the session and not to this folder.
    config.pluginmanager.import_plugin("tests.application.mariadb")


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "application.log"
    log_to(path)
    return path


@pytest.fixture
def lines(log_file: Path) -> Callable[[], list[dict[str, Any]]]:
    """The log so far, decoded."""
    return lambda: [json.loads(line) for line in log_file.read_text().splitlines()]


@pytest.fixture
def said() -> list[str]:
    """All that clients got to see."""
    return []


@pytest.fixture(autouse=True)
def _nothing_secret_comes_out(
    master: Master, log_file: Path, said: list[str], capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    yield
    out, err = capfd.readouterr()
    everything = "\n".join([log_file.read_text(), *said, out, err, caplog.text, *master.server.output])
    assert [password for password in master.passwords if password in everything] == []


@pytest.fixture(scope="session")
def clients(embedded_server: Running) -> Iterator[tuple[SecretsManagerClient, CloudWatchClient]]:
    """Made once: their models take a while to load."""
    session = boto3.Session("made-up", "made-up", region_name="us-east-1")
    url = embedded_server.url
    made = session.client("secretsmanager", endpoint_url=url), session.client("cloudwatch", endpoint_url=url)
    yield made
    for client in made:
        client.close()


@pytest.fixture
def secrets_manager(clients: tuple[SecretsManagerClient, CloudWatchClient], cloud: Running) -> SecretsManagerClient:
    return clients[0]


@pytest.fixture
def cloudwatch(clients: tuple[SecretsManagerClient, CloudWatchClient], cloud: Running) -> CloudWatchClient:
    return clients[1]


@dataclass
class SecretInAws:
    """The secret as others change it while the application runs."""

    client: SecretsManagerClient
    arn: str

    def holds(self, value: object, stage: str = "AWSCURRENT") -> None:
        text = value if isinstance(value, str) else json.dumps(value)
        self.client.put_secret_value(SecretId=self.arn, SecretString=text, VersionStages=[stage])


@pytest.fixture
def secret(secrets_manager: SecretsManagerClient, master: Master) -> SecretInAws:
    made = secrets_manager.create_secret(Name="financial-database-test", SecretString=json.dumps(master.value()))
    return SecretInAws(secrets_manager, made["ARN"])


@pytest.fixture
def new_database(secret: SecretInAws, master: Master) -> Iterator[Callable[..., Database]]:
    made = []

    def new(**limits: Any) -> Database:
        made.append(Database(Secret(secret.client, secret.arn), trusting(master.server.ca_bundle), **limits))
        return made[-1]

    yield new
    for database in made:
        database.close()


@pytest.fixture
def database(new_database: Callable[..., Database]) -> Database:
    return new_database()


@pytest.fixture
def metrics(cloudwatch: CloudWatchClient) -> Metrics:
    return Metrics(cloudwatch, "FinancialPlatform/Application", "test")


@pytest.fixture
def service(database: Database) -> Service:
    return Service("test", database, Transactions(database))


@pytest.fixture
def get(service: Service, said: list[str]) -> Callable[[str], Response]:
    """Asks without a socket between."""

    def ask(target: str) -> Response:
        path, _, query = target.partition("?")
        response = service.respond(Request("GET", path, query))
        said.append(repr(response))
        return response

    return ask


@pytest.fixture
def configuration(secret: SecretInAws, master: Master, log_file: Path) -> Configuration:
    return Configuration(
        secret_arn=secret.arn,
        ca_bundle=master.server.ca_bundle,
        environment="test",
        region="us-east-1",
        port=0,
        bind_address="127.0.0.1",
        metric_namespace="FinancialPlatform/Application",
        log_file=log_file,
    )


@dataclass
class Caller:
    """A client of the whole application, over HTTP; keeps its connection."""

    port: int
    said: list[str]
    _connections: list[HTTPConnection] = field(default_factory=list)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        if not self._connections:
            self._connections.append(HTTPConnection("127.0.0.1", self.port, timeout=30))
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connections[0].request(method, path, content, names)
        answer = self._connections[0].getresponse()
        text = answer.read().decode()
        self.said.append(f"{answer.headers}{text}")
        return answer.status, json.loads(text) if text else None

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


@pytest.fixture
def application(configuration: Configuration, said: list[str]) -> Callable[[], Any]:
    """Runs the whole application in this process, for a while."""

    @contextmanager
    def run() -> Iterator[Caller]:
        with serving(configuration) as server:
            caller = Caller(server.server_port, said)
            try:
                yield caller
            finally:
                caller.close()

    return run
