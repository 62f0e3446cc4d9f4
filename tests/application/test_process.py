"""The whole application as a process: it starts from a folder of its own, runs, and ends when it is told to."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import threading
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from plans.financial_platform.app import log as log_module
from plans.financial_platform.app import process

from .conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plans.financial_platform.app.configuration import Configuration
    from provisioner.embedded.server import Running

    from .conftest import SecretInAws
    from .mariadb import Master

APP = Path(process.__file__).parent
IMPORTED = ("boto3", "botocore", "dateutil", "jmespath", "pymysql", "s3transfer", "six.py", "urllib3")
"""What the distributions of its requirements are imported as."""
COFFEE = {"amount": "3.50", "currency": "EUR", "reference": "coffee"}


@pytest.fixture
def variables(configuration: Configuration, cloud: Running) -> dict[str, str]:
    return {
        "SECRET_ARN": configuration.secret_arn,
        "CA_BUNDLE": str(configuration.ca_bundle),
        "ENVIRONMENT": "test",
        "AWS_REGION": "us-east-1",
        "PORT": "0",
        "BIND_ADDRESS": "127.0.0.1",
    }


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def test_it_serves_money(application: Callable[[], Any], lines: Callable[[], list[dict[str, Any]]]) -> None:
    headers = {"Content_Type": "application/json", "Idempotency_Key": "key-00000001"}
    with application() as caller:
        assert caller.ask("GET", "/health") == (200, {"status": "healthy"})
        status, made = caller.ask("POST", "/transactions", COFFEE, **headers)
        assert (status, made["amount"]) == (201, "3.50")
        assert caller.ask("GET", "/transactions") == (200, {"transactions": [made]})
    first, *requests, last = lines()
    assert (first["message"], last["message"], last["unfinished"]) == ("serving", "stopped", 0)
    assert [(line["path"], line["status"]) for line in requests] == [
        ("/health", 200),
        ("/transactions", 201),
        ("/transactions", 200),
    ]


def test_its_metrics_are_published_at_the_end_too(application: Callable[[], Any], cloudwatch: Any) -> None:
    with application() as caller:
        caller.ask("GET", "/")
    names = {metric["MetricName"] for metric in cloudwatch.list_metrics(Namespace="FinancialPlatform/Application")["Metrics"]}
    assert names == {"Requests", "Errors", "Latency"}


def test_it_starts_without_a_database_and_is_healthy_once_there_is_one(
    application: Callable[[], Any], secret: SecretInAws, master: Master, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    secret.holds(master.value(port=1))
    with application() as caller:
        assert lines()[0]["message"] == "starting without the database"
        status, body = caller.ask("GET", "/health")
        assert (status, body["part"]) == (503, "connection")
        secret.holds(master.value())
        assert caller.ask("GET", "/health")[0] == 200
        assert caller.ask("GET", "/transactions") == (200, {"transactions": []})
    failed = next(line for line in lines() if line.get("status") == 503)
    assert (failed["level"], failed["part"]) == ("error", "connection")


@pytest.mark.usefixtures("_signals_as_before")
def test_sigterm_ends_it(
    variables: dict[str, str],
    log_file: Path,
    lines: Callable[[], list[dict[str, Any]]],
    said: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (variables | {"LOG_FILE": str(log_file)}).items():
        monkeypatch.setenv(name, value)
    served, started = [], threading.Event()
    log = log_module.log

    def noted(level: int, message: str, **fields: object) -> None:
        log(level, message, **fields)
        if message == "serving":
            started.set()

    def use_and_end() -> None:
        assert started.wait(30)
        caller = Caller(lines()[-1]["port"], said)
        served.append(caller.ask("GET", "/health")[0])
        os.kill(os.getpid(), signal.SIGTERM)  # while the caller's connection is still open
        caller.close()

    monkeypatch.setattr(process, "log", noted)
    user = threading.Thread(target=use_and_end)
    user.start()
    assert process.main() == 0
    user.join()
    assert served == [200]
    assert lines()[-1]["message"] == "stopped"


def test_a_wrong_configuration_is_told_and_nothing_starts(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "environ", {"SECRET_ARN": "x"})
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("plans.financial_platform.app", run_name="__main__")
    assert ended.value.code == 2
    said = capfd.readouterr().err
    assert said.startswith("The service cannot start:\n  SECRET_ARN: must be the ARN of a secret\n  ENVIRONMENT: is missing")


def test_it_needs_nothing_but_its_folder_and_its_requirements(
    tmp_path: Path, variables: dict[str, str], cloud: Running, said: list[str]
) -> None:
    shutil.copytree(APP, tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for name in IMPORTED:
        (tmp_path / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    environment = variables | {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    # Isolated from this project's environment: no site-packages, no working directory but its own.
    command = [sys.executable, "-S", "-W", "error", "-m", "app"]
    running = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout
    try:
        line = json.loads(running.stdout.readline())
        caller = Caller(line["port"], said)
        assert caller.ask("GET", "/health")[0] == 200
        caller.close()
    finally:
        running.send_signal(signal.SIGTERM)
        out, err = running.communicate(timeout=60)
    said += [out, err]
    assert (running.returncode, err) == (0, "")
    assert json.loads(out.splitlines()[-1])["message"] == "stopped"


def required() -> dict[str, str]:
    """The pinned distributions. Each line pins one, exactly."""
    text = (APP / "requirements.txt").read_text().splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9-]+)==([0-9a-z.]+)", line) for line in text if not line.startswith("#")]
    return {match[1]: match[2] for match in found if match}


def test_the_driver_is_the_one_that_is_tested_here() -> None:
    lines = [line for line in (APP / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    assert len(required()) == len(lines) == len(IMPORTED)
    assert required()["PyMySQL"] == version("PyMySQL")
