"""The whole platform as these tests run it: the commands, and which of their calls they are killed at."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, NamedTuple

from provisioner.embedded.faults.rules import MIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEVEL = os.environ.get("MATRIX_LEVEL", "plain")
SEED = os.environ.get("MATRIX_SEED", "1")
WEATHERS: Mapping[str, Sequence[str]] = {
    "calm": (),
    "every fault": MIX,
    "late": ("late *:* 2 40%", "ghost *:* 2 40%", "flap *:* 2 20%", "stale *:* 2 20%"),
    "lost": ("lost *:* 10%", "reset *:* 10%", "error-after *:* 5%"),
    "throttled": ("throttle *:* 20%",),
}
"""What may go wrong with all calls from some moment on, whoever makes them."""
WEATHER = os.environ.get("MATRIX_WEATHER", "")
PARTS = 32
"""The matrix is cut into so many tests, so that they spread over processes."""

# In `prod` nothing may be torn down while it is protected, and the log bucket is never empty.
UP = ("up", "prod", "--yes", "--set", "empty_buckets_on_teardown=true")
TEARDOWN = ("teardown", "prod", "--yes", "--set", "protect=false", "--set", "empty_buckets_on_teardown=true")


class Death(NamedTuple):
    """A process is killed at its changing call of this number: at its `arrival` at AWS, or at the `answer`.

    `weather`: what goes wrong meanwhile, and in the runs after it; a history has its own.
    """

    number: int
    moment: str
    weather: str = WEATHER or "calm"

    def __str__(self) -> str:
        return f"killed at the {self.moment} of its changing call {self.number}"


def deaths(part: int, calls: int) -> list[Death]:
    """A part of the matrix."""
    return [Death(number, moment) for number in range(1 + part, calls + 1, PARTS) for moment in ("arrival", "answer")]


def sample(what: str, calls: int, size: int) -> list[Death]:
    """Some points of the matrix, as the seed draws them, and their weather where none is given."""
    everything = [death for part in range(PARTS) for death in deaths(part, calls)]
    dice = random.Random(f"{SEED} {what}")
    drawn = dice.sample(everything, size)
    return drawn if WEATHER else [death._replace(weather=dice.choice(sorted(WEATHERS))) for death in drawn]
