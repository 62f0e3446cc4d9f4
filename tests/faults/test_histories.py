"""The whole platform through random histories: other settings, other hands, deaths, faults, `up`, `--only`, `teardown`, in
any order.

By default a few short ones, always the same; `pytest -m matrix` goes through many, each time others.
"""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, note
from hypothesis import settings as how
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from .drifts import DRIFTS
from .history import History, Standing, steps
from .platform import WEATHERS, Death

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from .accounts import Account
    from .commands import Zygote

FEW = ({"profile": "local"}, {"profile": "test", "nat_gateways": "2", "web_acl_on_load_balancer": "true"})
"""Each costs an `up` of its own."""
MORE = {
    "nat_gateways": ("1", "2", "3"),
    "interface_endpoints": ("true", "false"),
    "database_instances": ("1", "2", "3"),
    "web_acl_on_load_balancer": ("true", "false"),
    "trail_insights": ("true", "false"),
    "log_retention_days": ("365", "731"),
    "business_hours_instances": ("3", "4"),
    "backup_retention_days": ("7", "14"),
    "cost_center": ("engineering", "payments"),
    "alarm_emails": ('["alarms@example.com"]', "[]"),
}


@some.composite
def _many(draw: some.DrawFn) -> dict[str, str]:
    """A profile, and some settings of its own."""
    chosen = draw(some.lists(some.sampled_from(sorted(MORE)), max_size=2, unique=True))
    return {"profile": draw(some.sampled_from(["local", "dev", "test", "prod"]))} | {
        name: draw(some.sampled_from(MORE[name])) for name in chosen
    }


class _Histories(RuleBasedStateMachine):
    """What can happen next. A subclass says where."""

    standing: Standing
    folder: Path
    settings_of: some.SearchStrategy[Mapping[str, str]]
    count = 0

    @initialize(data=some.data(), empty=some.booleans())
    def begin(self, data: some.DataObject, empty: bool) -> None:
        type(self).count += 1
        self.history = History(self.standing, self.folder / str(self.count), data.draw(self.settings_of), empty=empty)

    @rule(data=some.data())
    def settings(self, data: some.DataObject) -> None:
        self.history.change(data.draw(self.settings_of))

    @precondition(lambda self: self.history.has_begun)
    @rule(name=some.sampled_from(sorted(DRIFTS)), seed=some.integers(0, 99))
    def drift(self, name: str, seed: int) -> None:
        self.history.drift(name, seed)

    @rule(name=some.sampled_from(sorted(WEATHERS)), seed=some.integers(0, 99))
    def weather(self, name: str, seed: int) -> None:
        self.history.weather(name, seed)

    @rule(
        command=some.sampled_from(["up", "up", "teardown"]),
        number=some.integers(1, 260),
        moment=some.sampled_from(["arrival", "answer"]),
    )
    def death(self, command: str, number: int, moment: str) -> None:
        self.history.die(command, Death(number, moment))

    @rule()
    def up(self) -> None:
        self.history.up()

    @rule(step=some.sampled_from(steps()))
    def only(self, step: str) -> None:
        self.history.only(step)

    @precondition(lambda self: self.history.has_begun)
    @rule()
    def down(self) -> None:
        self.history.teardown()

    def teardown(self) -> None:
        if hasattr(self, "history"):
            with closing(self.history):
                if sys.exc_info()[0] is None:
                    # Whatever has happened, this is how it ends.
                    self.history.up()
                note("\n".join(self.history.told))


@pytest.fixture
def standing(command_zygote: Zygote, empty: Account, tmp_path: Path) -> Iterator[Standing]:
    found = Standing(command_zygote, empty, tmp_path / "standing")
    yield found
    found.close()


def _go_through(standing: Standing, folder: Path, settings: some.SearchStrategy[Mapping[str, str]], **more: Any) -> None:
    where = {"standing": standing, "folder": folder, "settings_of": settings}
    # What fails is told as it was: to make it shorter takes hours.
    kept: dict[str, Any] = {"deadline": None, "database": None, "phases": [Phase.generate], "print_blob": True}
    run_state_machine_as_test(
        type("Histories", (_Histories,), where), settings=how(suppress_health_check=list(HealthCheck), **kept, **more)
    )


@pytest.mark.xdist_group("whole platform")
def test_after_a_few_short_histories_all_is_as_if_nothing_had_happened(standing: Standing, tmp_path: Path) -> None:
    _go_through(standing, tmp_path, some.sampled_from(FEW), derandomize=True, max_examples=2, stateful_step_count=5)


@pytest.mark.matrix
@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("part", range(8))
def test_after_many_long_histories_all_is_as_if_nothing_had_happened(standing: Standing, tmp_path: Path, part: int) -> None:
    _go_through(standing, tmp_path, _many(), max_examples=25, stateful_step_count=15)
