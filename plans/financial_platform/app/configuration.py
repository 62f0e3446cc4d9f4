"""What the service is told by its environment variables: all of it checked at the start, all mistakes told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .tls import trusting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PATTERNS = {
    "SECRET_ARN": (r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+", "the ARN of a secret"),
    "ENVIRONMENT": (r"[a-z0-9]{2,12}", "2 to 12 lower-case letters and digits"),
    "AWS_REGION": (r"[a-z]{2}(-[a-z]+)+-\d", "a region, such as us-east-1"),
    "PORT": (r"\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]", "a port up to 65535 (0: any free one)"),
    "BIND_ADDRESS": (r"\d{1,3}(\.\d{1,3}){3}", "an IPv4 address"),
    "METRIC_NAMESPACE": (r"(?!AWS/)[A-Za-z0-9_./#:-]{1,255}", "a CloudWatch namespace that does not begin with AWS/"),
}
_DEFAULTS = {
    "PORT": "8080",
    "BIND_ADDRESS": "0.0.0.0",  # noqa: S104 (its security group lets in the load balancer alone)
    "METRIC_NAMESPACE": "FinancialPlatform/Application",
}


class ConfigurationError(Exception):
    """Environment variables that are missing or wrong. It never repeats what they hold."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("The service cannot start:\n" + "\n".join(f"  {mistake}" for mistake in mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True)
class Configuration:
    """Where the secret is, whom to trust, and how to be reached and watched."""

    secret_arn: str
    ca_bundle: Path
    environment: str
    region: str
    port: int
    bind_address: str
    metric_namespace: str
    log_file: Path | None

    @classmethod
    def from_environment(cls, variables: Mapping[str, str]) -> Configuration:
        # A variable that is set to nothing is one that is not set: systemd's EnvironmentFile cannot tell them apart.
        given = _DEFAULTS | {name: value for name, value in variables.items() if value}
        mistakes = [
            f"{name}: must be {wanted}" if name in given else f"{name}: is missing ({wanted})"
            for name, (pattern, wanted) in _PATTERNS.items()
            if not re.fullmatch(pattern, given.get(name, ""), re.ASCII)
        ]
        mistakes += _tried("CA_BUNDLE", "a file of certificates in PEM", trusting, given.get("CA_BUNDLE", ""))
        if "LOG_FILE" in given:
            mistakes += _tried("LOG_FILE", "a file that can be written", _append_nothing, given["LOG_FILE"])
        if mistakes:
            raise ConfigurationError(mistakes)
        return cls(
            secret_arn=given["SECRET_ARN"],
            ca_bundle=Path(given["CA_BUNDLE"]),
            environment=given["ENVIRONMENT"],
            region=given["AWS_REGION"],
            port=int(given["PORT"]),
            bind_address=given["BIND_ADDRESS"],
            metric_namespace=given["METRIC_NAMESPACE"],
            log_file=Path(given["LOG_FILE"]) if "LOG_FILE" in given else None,
        )


def _tried(name: str, wanted: str, use: Callable[[Path], object], value: str) -> list[str]:
    if not value:
        return [f"{name}: is missing ({wanted})"]
    try:
        use(Path(value))
    except OSError:  # ssl.SSLError is one too
        return [f"{name}: must be {wanted}"]
    return []


def _append_nothing(path: Path) -> None:
    with path.open("a"):
        pass
