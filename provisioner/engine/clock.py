"""The one clock: every wait of a run goes through it."""

from __future__ import annotations

import time


class Clock:
    """Seconds of AWS's time. With `speed` 60, one of AWS's minutes passes in one of ours: for an emulated AWS that hurries."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed, self._start = speed, time.monotonic()

    def now(self) -> float:
        """Seconds of AWS's time since the clock was made."""
        return (time.monotonic() - self._start) * self._speed

    def real(self, seconds: float) -> float:
        """How long that is for the person at the terminal."""
        return seconds / self._speed
