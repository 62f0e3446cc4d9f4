"""`up` and `teardown` of the whole platform in `prod`, killed (SIGKILL, a real process, a real socket) at each of their
changing calls: before it is carried out, and after that but before the answer. Run again, they come to the same end as if
nothing had happened.

By default a few points of the matrix, drawn by MATRIX_SEED; `pytest -m matrix` is the whole of it, for hours, at MATRIX_LEVEL
and in MATRIX_WEATHER.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from .commands import KILLED, CommandLine
from .comparing import compare, without_snapshots
from .platform import PARTS, SEED, TEARDOWN, UP, WEATHERS, Death, deaths, sample
from .world import holds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from .comparing import World
    from .conftest import Undisturbed

    Point = Callable[[Undisturbed, Death, Path], None]

each_part = pytest.mark.parametrize("part", range(PARTS))
together = pytest.mark.xdist_group("whole platform")


@together
def test_a_killed_up_is_finished_by_the_next(undisturbed: Undisturbed, tmp_path: Path) -> None:
    _all_end_well(_up, undisturbed, sample("up", len(undisturbed.making), 2), tmp_path)


@together
def test_a_killed_teardown_is_finished_by_the_next(undisturbed: Undisturbed, tmp_path: Path) -> None:
    _all_end_well(_teardown, undisturbed, sample("teardown", len(undisturbed.removing), 2), tmp_path)


@together
def test_a_teardown_that_was_killed_is_undone_by_up(undisturbed: Undisturbed, tmp_path: Path) -> None:
    _all_end_well(_undone, undisturbed, sample("undone", len(undisturbed.removing), 1), tmp_path)


@pytest.mark.matrix
@pytest.mark.timeout(7200)
@each_part
@pytest.mark.parametrize("point", ["up", "teardown", "undone"])
def test_every_point_of_the_matrix(undisturbed: Undisturbed, tmp_path: Path, point: str, part: int) -> None:
    run: Point = {"up": _up, "teardown": _teardown, "undone": _undone}[point]
    calls = undisturbed.making if point == "up" else undisturbed.removing
    _all_end_well(run, undisturbed, deaths(part, len(calls)), tmp_path)


def _all_end_well(run: Point, undisturbed: Undisturbed, points: Iterable[Death], folder: Path) -> None:
    """Go on after what does not, and tell all of that."""
    wrong = []
    for point in points:
        what, ended = f"{run.__name__.strip('_')} {point} ({point.weather})", "well"
        try:
            run(undisturbed, point, folder / f"{point.number}-{point.moment}")
        except AssertionError as error:
            wrong.append(f"{what} (MATRIX_SEED={SEED}): {error}")
            ended = "WRONG"
        print(f"{what}: {ended}", file=sys.stderr, flush=True)
    assert wrong == [], "\n\n".join(wrong)


def _up(undisturbed: Undisturbed, death: Death, folder: Path) -> None:
    with undisturbed.empty.copied() as account:
        line = CommandLine(undisturbed.zygote, account, folder)
        _die(line, UP, death)
        _finish(line, UP, undisturbed.world)


def _teardown(undisturbed: Undisturbed, death: Death, folder: Path) -> None:
    with undisturbed.standing.copied() as account:
        line = CommandLine(undisturbed.zygote, account, folder)
        _die(line, TEARDOWN, death)
        _finish(line, TEARDOWN, undisturbed.left)


def _undone(undisturbed: Undisturbed, death: Death, folder: Path) -> None:
    with undisturbed.standing.copied() as account:
        line = CommandLine(undisturbed.zygote, account, folder)
        _die(line, TEARDOWN, death)
        _finish(line, UP, without_snapshots(undisturbed.world), without_snapshots)


def _finish(
    line: CommandLine, command: tuple[str, ...], wanted: World, seen: Callable[[World], World] = lambda world: world
) -> None:
    """The command that comes after a death brings what is wanted, and again changes nothing."""
    line.must(*command)
    with line.account.calm():
        compare(seen(holds(line.account.url)), wanted)
        assert line.must(*command) == []
    assert line.account.violations() == []


def _die(line: CommandLine, command: tuple[str, ...], death: Death) -> None:
    line.account.weather(WEATHERS[death.weather], int(SEED))
    status = line.run(*command, kill_at=death.number, moment=death.moment)
    if status == KILLED:
        return
    # How often a run asks for what is still held is not the same each time.
    assert (status, len(line.account.changing_calls()) < death.number) == (0, True), line.said()
