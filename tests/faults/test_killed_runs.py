"""`up` and `teardown` of the financial platform's network, killed (SIGKILL, a real process, a real socket) after every one of
their changing calls, and run again: the same end as if nothing had happened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from .world import holds

if TYPE_CHECKING:
    from .conftest import CommandLine

UP = ("up", "--yes")
TEARDOWN = ("teardown", "--yes")
STRIDES = 8
"""The matrix is cut into so many tests, so that they spread over processes."""


@pytest.fixture(scope="session")
def undisturbed(session_command_line: CommandLine) -> dict[str, Any]:
    """What an undisturbed `up` leaves, and how many changing calls `up` and `teardown` make."""
    session_command_line.server.reset()
    empty = holds(session_command_line.server.url)
    assert session_command_line.run(*UP) == 0, session_command_line.said()
    calls, world = len(session_command_line.carried_out), holds(session_command_line.server.url)
    assert session_command_line.run(*TEARDOWN) == 0, session_command_line.said()
    return {"empty": empty, "world": world, "calls": calls, "removals": len(session_command_line.carried_out)}


@pytest.mark.parametrize("start", range(STRIDES))
def test_up_killed_after_any_call_is_finished_by_the_next(
    undisturbed: dict[str, Any], command_line: CommandLine, start: int
) -> None:
    deaths = range(start, undisturbed["calls"], STRIDES)
    assert deaths
    for death in deaths:
        command_line.server.reset()
        assert command_line.run(*UP, killed_after=death) == -9
        assert command_line.run(*UP) == 0, command_line.said()
        assert holds(command_line.server.url) == undisturbed["world"], f"killed after {death} calls"
    assert command_line.run(*UP) == 0
    assert command_line.carried_out == []


@pytest.mark.parametrize("start", range(STRIDES))
def test_teardown_killed_after_any_call_is_finished_by_the_next(
    undisturbed: dict[str, Any], command_line: CommandLine, start: int
) -> None:
    deaths = range(start, undisturbed["removals"], STRIDES)
    assert deaths
    for death in deaths:
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
