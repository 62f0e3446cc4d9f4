"""A clock of AWS's that goes only as far as a test says, so that no test waits and none depends on how fast it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.embedded import clock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running


class AwsTime:
    """What time it is at AWS."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def passes(self, seconds: float) -> None:
        self._seconds += seconds

    def monotonic(self) -> float:
        return self._seconds


@pytest.fixture
def time(server: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsTime]:
    """The server has a clock, which stands between calls."""
    found = AwsTime()
    monkeypatch.setattr(clock, "time", found)
    with clock.going(60_000):
        yield found
