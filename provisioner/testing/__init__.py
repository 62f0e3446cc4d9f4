"""Tests of a plan of your own, on an embedded AWS: a pytest plugin.

In `conftest.py`::

    pytest_plugins = ["provisioner.testing"]

and then, at each level of strictness::

    @pytest.mark.parametrize("level", LEVELS)
    def test_the_shop(provisioned, level):
        provisioned(plan, level=level).lives_its_life()

Needs no account, no network and no configuration. What goes wrong at the level `hostile` is drawn with a seed (`seed=`, by
default the same each time) that stands in every failure.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from ..embedded.conduct import LEVELS, Conduct
from .trial import Trial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ..embedded.server import Running
    from ..plan import Plan

__all__ = ["LEVELS", "Provisioned", "Trial", "provisioned"]

REGION = "us-east-1"
_MINUTE_MS = 20.0


class Provisioned(Protocol):
    """What the fixture `provisioned` gives: a trial of a plan, on an embedded AWS of its own."""

    def __call__(self, plan: Plan, *, level: str = "lifelike", seed: int = 1, region: str = REGION) -> Trial: ...


@pytest.fixture
def provisioned(tmp_path: Path) -> Iterator[Provisioned]:
    """Trials of plans: `provisioned(plan, level="lifelike")`. Every request is held against AWS's own service models, too."""
    from ..embedded.server import running
    from .dying import MortalConnection

    with ExitStack() as stack:
        servers: list[Running] = []

        def made(plan: Plan, *, level: str = "lifelike", seed: int = 1, region: str = REGION) -> Trial:
            conduct = Conduct(level, _MINUTE_MS, seed if level == "hostile" else None)
            server = stack.enter_context(running(conduct=conduct))
            servers.append(server)
            connection = MortalConnection(region=region, endpoint_url=server.url, made_up_credentials=True)
            stack.callback(connection.close)
            return Trial(plan, server, connection, conduct, tmp_path / str(len(servers)))

        yield made
        broken = [str(violation) for server in servers for violation in server.violations]
    assert broken == [], f"requests that AWS would not take: {broken}"
