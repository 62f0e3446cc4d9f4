"""`up` and `teardown` of the financial platform's network, killed (SIGKILL, a real process, a real socket) after every one of
their changing calls, and run again: the same end as if nothing had happened.

By default a sample of the calls; `pytest -m matrix` kills at every one. MATRIX_SEED draws another sample.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Any

import pytest

from .world import holds

if TYPE_CHECKING:
    from .conftest import CommandLine

PLAN = ("--plan", "tests.faults.network_plan")
UP = ("up", "--yes", *PLAN)
TEARDOWN = ("teardown", "--yes", *PLAN)
STRIDES = 8
"""The matrix is cut into so many tests, so that they spread over processes."""
SEED = os.environ.get("MATRIX_SEED", "1")

each_part = pytest.mark.parametrize(
    ("start", "sample"),
    [
        *(pytest.param(start, 2, id=f"a sample of {start}") for start in range(STRIDES)),
        *(pytest.param(start, None, id=f"all of {start}", marks=pytest.mark.matrix) for start in range(STRIDES)),
    ],
)


def deaths_of(start: int, calls: int, sample: int | None) -> list[int]:
    """After how many calls to kill: all of this part of the matrix, or some that the seed draws."""
    found = list(range(start, calls, STRIDES))
    drawn = found if sample is None else sorted(random.Random(f"{SEED} {start}").sample(found, min(sample, len(found))))
    assert drawn
    print(f"MATRIX_SEED={SEED}: killed after {drawn} of {calls} calls")
    return drawn


@pytest.fixture(scope="session")
def undisturbed(session_command_line: CommandLine) -> dict[str, Any]:
    """What an undisturbed `up` leaves, and how many changing calls `up` and `teardown` make."""
    session_command_line.server.reset()
    empty = holds(session_command_line.server.url)
    assert session_command_line.run(*UP) == 0, session_command_line.said()
    calls, world = len(session_command_line.carried_out), holds(session_command_line.server.url)
    assert session_command_line.run(*TEARDOWN) == 0, session_command_line.said()
    return {"empty": empty, "world": world, "calls": calls, "removals": len(session_command_line.carried_out)}


@each_part
def test_up_killed_after_any_call_is_finished_by_the_next(
    undisturbed: dict[str, Any], command_line: CommandLine, start: int, sample: int | None
) -> None:
    for death in deaths_of(start, undisturbed["calls"], sample):
        command_line.server.reset()
        assert command_line.run(*UP, killed_after=death) == -9
        assert command_line.run(*UP) == 0, command_line.said()
        assert holds(command_line.server.url) == undisturbed["world"], f"killed after {death} calls"
    assert command_line.run(*UP) == 0
    assert command_line.carried_out == []


@each_part
def test_teardown_killed_after_any_call_is_finished_by_the_next(
    undisturbed: dict[str, Any], command_line: CommandLine, start: int, sample: int | None
) -> None:
    for death in deaths_of(start, undisturbed["removals"], sample):
        command_line.server.reset()
        assert command_line.run(*UP) == 0
        assert command_line.run(*TEARDOWN, killed_after=death) == -9
        assert command_line.run(*TEARDOWN) == 0, command_line.said()
        assert holds(command_line.server.url) == undisturbed["empty"], f"killed after {death} calls"


def test_a_teardown_that_was_killed_is_undone_by_up(undisturbed: dict[str, Any], command_line: CommandLine) -> None:
    assert command_line.run(*UP) == 0
    assert command_line.run(*TEARDOWN, killed_after=undisturbed["removals"] // 2) == -9
    assert command_line.run(*UP) == 0, command_line.said()
    assert holds(command_line.server.url) == undisturbed["world"]
