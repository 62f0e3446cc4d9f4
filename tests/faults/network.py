"""The financial platform's network, brought up and torn down in this process; and what that does when nothing goes wrong."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from plans.financial_platform.settings import Settings
from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.ownership import Ownership
from provisioner.aws.retry import CallKind, kind_of
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resources import every_type
from tests.behaviours import Lossy

from .network_plan import build
from .world import REGION, holds, living

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from provisioner.embedded.call import Behaviour
    from provisioner.embedded.server import Running
    from provisioner.engine.run import Result

PLAN = build(Settings(environment="local", region=REGION))

HURRY = 60.0
"""How much faster than AWS the embedded one is: more, and what takes our own machine a moment would outlast AWS's minutes."""


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the SDK's own pauses pass as quickly as the clock's."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / HURRY)))


class Network:
    """Runs of the plan against one server, all as one process would make them."""

    def __init__(self, server: Running) -> None:
        self.server = server
        self._connection = Connection(region=REGION, endpoint_url=server.url, made_up_credentials=True)
        self._added: tuple[Behaviour, ...] = ()

    def up(self) -> Result:
        run = self._run()
        return run.up(run.preview())

    def teardown(self) -> Result:
        run = self._run()
        return run.teardown(run.preview_teardown())

    def holds(self) -> dict[str, list[Any]]:
        """What is in the account, whatever the behaviours would show of it."""
        behaviours = self.server.behaviours[:]
        self.server.behaviours[:] = [one for one in behaviours if one not in self._added]
        try:
            return living(holds(self.server.url))
        finally:
            self.server.behaviours[:] = behaviours

    def writes(self, since: int = 0) -> list[str]:
        """The changing calls, after the first `since` calls."""
        calls = list(self.server.calls)[since:]
        return [call.operation for call in calls if kind_of(call.operation) is not CallKind.READ]

    @contextmanager
    def under(self, *behaviours: Behaviour) -> Iterator[None]:
        """With AWS behaving like this too, the first one outermost."""
        self._added = behaviours
        self.server.behaviours[0:0] = behaviours
        try:
            yield
        finally:
            for one in behaviours:
                self.server.behaviours.remove(one)
            self._added = ()

    def _run(self) -> Run:
        ownership = Ownership(PLAN.name, "local", "123456789012", PLAN.prefix, PLAN.tags)
        aws = Aws(self._connection, ownership, REGION)
        return Run(PLAN, aws, types=every_type(), clock=Clock(HURRY), parallelism=8, durations={}, options=Options())


@dataclass(frozen=True)
class Undisturbed:
    """What an undisturbed `up` and `teardown` do: what the account holds before and between, and their changing calls."""

    empty: dict[str, list[Any]]
    world: dict[str, list[Any]]
    up: list[str]
    teardown: list[str]


def undisturbed(server: Running) -> Undisturbed:
    """Bring the network up and tear it down."""
    server.reset()
    network, watching = Network(server), Lossy()
    with network.under(watching):
        empty = network.holds()
        assert errors(network.up()) == {}
        world, calls = network.holds(), len(watching.carried_out)
        assert errors(network.teardown()) == {}
    assert network.holds() == empty
    return Undisturbed(empty, world, sorted(watching.carried_out[:calls]), sorted(watching.carried_out[calls:]))


def errors(result: Result) -> dict[str, str]:
    """What did not end well, by step; and what a teardown left."""
    wrong = {key: str(one.error or one.outcome) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")}
    return {**wrong, **dict.fromkeys(result.remaining, "remains")}
