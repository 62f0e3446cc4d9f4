"""The one clock: every wait of a run goes through it."""

from __future__ import annotations

import time

_WITH_SLEEP = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux stops the monotonic clock while the machine sleeps; macOS does not."""


class Clock:
    """Seconds of AWS's time. With `speed` 60, one of AWS's minutes passes in one of ours: for an emulated AWS that hurries."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed, self._start = speed, time.monotonic()
        self._start_with_sleep = time.clock_gettime(_WITH_SLEEP)

    def now(self) -> float:
        """Seconds of AWS's time since the clock was made."""
        return (time.monotonic() - self._start) * self._speed

    def now_with_sleep(self) -> float:
        """The same, and the time that this machine slept counts, too: for what others do meanwhile."""
        return (time.clock_gettime(_WITH_SLEEP) - self._start_with_sleep) * self._speed

    def real(self, seconds: float) -> float:
        """How long that is for the person at the terminal."""
        return seconds / self._speed

    def sleep(self, seconds: float) -> None:
        """Hold this thread for so long: a call waits for its turn."""
        time.sleep(self.real(seconds))
