"""AWS's time on this machine: a fast clock, or, where that stands (at the level `plain`), so many looks."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MINUTE_MS = 50.0
"""Milliseconds that one of AWS's minutes takes, unless it is set otherwise."""

_MOST_LOOKS = 2


class _Clock:
    """The clock of the process, as moto's state is the process's. Without `minute_ms` it stands, and looks are counted."""

    def __init__(self) -> None:
        self.minute_ms: float | None = None
        self.least_looks = 0

    def seconds(self) -> float:
        """AWS's seconds since some moment; only differences mean something, and only while the clock goes."""
        return time.monotonic() * 60_000 / (self.minute_ms or 60_000)


_clock = _Clock()


@contextmanager
def going(minute_ms: float | None) -> Iterator[None]:
    """Within it, one of AWS's minutes takes so many milliseconds; None: the clock stands, and looks are counted."""
    before, _clock.minute_ms = _clock.minute_ms, minute_ms
    try:
        yield
    finally:
        _clock.minute_ms = before


@contextmanager
def looking(least: int) -> Iterator[None]:
    """Within it, where the clock stands, all that takes its time takes so many looks at least."""
    before, _clock.least_looks = _clock.least_looks, least
    try:
        yield
    finally:
        _clock.least_looks = before


def stands() -> bool:
    """Whether looks are counted, for want of a clock."""
    return _clock.minute_ms is None


class Delay:
    """Something that AWS takes its time for, from now on: `seconds` of its own.

    Where the clock stands, it goes on for `looks` looks. Where it goes, it is always seen under way once.
    """

    def __init__(self, seconds: float, *, looks: int = _MOST_LOOKS) -> None:
        self._seconds, self._most, self._looks = seconds, max(looks, _clock.least_looks), 0
        self._began = _clock.seconds()

    def goes_on(self) -> bool:
        """Whether it goes on still; to ask is a look."""
        self._looks += 1
        return self._looks <= self._most if stands() else self._looks <= 1 or not self._is_past()

    def is_over(self) -> bool:
        """Whether it is over, without a look."""
        return self._looks >= self._most if stands() else self._is_past()

    def end(self) -> None:
        """It is over at once."""
        self._looks, self._seconds = max(self._looks, self._most, 1), 0.0

    def _is_past(self) -> bool:
        return _clock.seconds() - self._began >= self._seconds
