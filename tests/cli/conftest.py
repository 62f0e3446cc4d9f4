"""The command line, run in this process against the embedded AWS of the tests."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioner.cli.main import main

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

ROOT = Path(__file__).parents[2]

SHOP = """
    from typing import Annotated

    from pydantic import Field

    from provisioner import Plan, settings
    from provisioner.resources.ec2.internet_gateway import InternetGateway
    from provisioner.resources.ec2.subnet import Subnet
    from provisioner.resources.ec2.vpc import Vpc


    class Settings(settings.Settings):
        zones: Annotated[int, Field(ge=1, le=3, description="1 to 3 zones")] = 2
        network: str = "10.20"
        team: str = "shop"


    def build(given):
        vpc = Vpc("vpc", cidr_block=f"{given.network}.0.0/16", enable_dns_hostnames=True)
        subnets = [
            Subnet(f"public-{zone}", vpc=vpc, cidr_block=f"{given.network}.{number}.0/24", availability_zone=f"us-east-1{zone}")
            for number, zone in enumerate("abc"[: given.zones])
        ]
        door = InternetGateway("door", vpc=vpc)
        outputs = {"vpc_id": vpc.id, "subnet_ids": [subnet.id for subnet in subnets]}
        return Plan("shop", vpc, *subnets, door, tags={"team": given.team}, outputs=outputs)
"""
"""A plan of a VPC, a subnet in each of some zones, and an internet gateway."""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


Provisioner = Callable[..., Ended]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with the plan `shop.py` in it."""
    (tmp_path / "shop.py").write_text(dedent(SHOP))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    return tmp_path


@pytest.fixture
def bare(folder: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Provisioner]:
    """Runs a command in this process, with no AWS to reach."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        code = main(arguments)
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def provisioner(bare: Provisioner, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> Provisioner:
    """Runs a command on the plan `shop.py` and the embedded AWS of the tests."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.url)

    def run(command: str, *arguments: str) -> Ended:
        return bare(command, *arguments, "--plan", "shop.py")

    return run


@pytest.fixture
def ec2(embedded: Running) -> Any:
    """Another hand in the same AWS."""
    made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return boto3.client("ec2", endpoint_url=embedded.url, region_name="us-east-1", **made_up)  # type: ignore[call-overload]


def writes(embedded: Running) -> list[str]:
    """The calls that changed something, in order; not those of the lock, which come by the clock."""
    return [call for call in all_writes(embedded) if not call.startswith("dynamodb:")]


def all_writes(embedded: Running) -> list[str]:
    """The calls that changed something, in order, the lock's among them."""
    reads = ("Describe", "Get", "List", "Head")
    return [str(call) for call in embedded.calls if not call.operation.startswith(reads)]


def started(*arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """A command as a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "provisioner", *arguments], env=environment, **options)
