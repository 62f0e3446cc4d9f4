"""The service starts with a configuration that holds, or says all that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plans.financial_platform.app.configuration import Configuration, ConfigurationError

if TYPE_CHECKING:
    from .mariadb import Master

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:financial-database-dev-AbCdEf"


@pytest.fixture
def right(master: Master) -> dict[str, str]:
    bundle = str(master.server.ca_bundle)
    return {"SECRET_ARN": ARN, "CA_BUNDLE": bundle, "ENVIRONMENT": "dev", "AWS_REGION": "us-east-1"}


def mistakes(variables: dict[str, str]) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        Configuration.from_environment(variables)
    return caught.value.mistakes


def test_four_variables_are_enough(right: dict[str, str]) -> None:
    assert Configuration.from_environment(right) == Configuration(
        secret_arn=ARN,
        ca_bundle=Path(right["CA_BUNDLE"]),
        environment="dev",
        region="us-east-1",
        port=8080,
        bind_address="0.0.0.0",
        metric_namespace="FinancialPlatform/Application",
        log_file=None,
    )


def test_every_variable_is_heard(right: dict[str, str], tmp_path: Path) -> None:
    others = {"PORT": "65535", "BIND_ADDRESS": "127.0.0.1", "METRIC_NAMESPACE": "Mine", "LOG_FILE": str(tmp_path / "log")}
    configuration = Configuration.from_environment(right | others)
    assert (configuration.port, configuration.bind_address) == (65535, "127.0.0.1")
    assert (configuration.metric_namespace, configuration.log_file) == ("Mine", tmp_path / "log")


def test_a_variable_that_is_empty_is_not_set(right: dict[str, str]) -> None:
    assert Configuration.from_environment(right | {"PORT": "", "LOG_FILE": ""}) == Configuration.from_environment(right)


def test_all_mistakes_are_told_at_once() -> None:
    assert [mistake.split(":")[0] for mistake in mistakes({})] == ["SECRET_ARN", "ENVIRONMENT", "AWS_REGION", "CA_BUNDLE"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("SECRET_ARN", "financial-database"),
        ("SECRET_ARN", "arn:aws:rds:us-east-1:123456789012:cluster:x"),
        ("CA_BUNDLE", "/nowhere/at/all.pem"),
        ("CA_BUNDLE", __file__),
        ("ENVIRONMENT", "Production"),
        ("ENVIRONMENT", "dev\n"),
        ("AWS_REGION", "mars"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "٨٠"),
        ("BIND_ADDRESS", "localhost"),
        ("METRIC_NAMESPACE", "AWS/EC2"),
        ("LOG_FILE", "/nowhere/at/all.log"),
    ],
)
def test_what_is_wrong_is_named_and_not_repeated(right: dict[str, str], name: str, wrong: str) -> None:
    [mistake] = mistakes(right | {name: wrong})
    assert mistake.startswith(f"{name}: must be ")
    assert wrong not in mistake
