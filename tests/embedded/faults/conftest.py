"""Faults by rules, in the embedded AWS of this folder's parent."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from provisioner.embedded.faults import behaviours
from provisioner.embedded.faults.injected import Injected

from ..conftest import behaving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from provisioner.embedded.server import Running

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'


class GoingWrong(Protocol):
    """Within it, things go wrong by rules; it gives what did."""

    def __call__(self, *rules: str, seed: int = 1) -> AbstractContextManager[Injected]: ...


@pytest.fixture
def going_wrong(server: Running) -> GoingWrong:
    @contextmanager
    def within(*rules: str, seed: int = 1) -> Iterator[Injected]:
        injected = Injected()
        with behaving(server, *behaviours(rules, seed, injected)):
            yield injected

    return within


def vpcs(ec2: Any) -> list[str]:
    """The VPCs that are shown, but for the one that every account has."""
    return [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]]
