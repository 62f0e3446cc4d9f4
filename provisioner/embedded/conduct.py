"""How an embedded AWS behaves: its level of strictness, its clock, and what goes wrong in it. Imports nothing of moto."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from .clock import MINUTE_MS
from .faults import rules

LEVELS = ("plain", "lifelike", "hostile")
"""`plain` answers at once, `lifelike` takes its time and has its limits, as AWS does, and `hostile` fails, too."""


@dataclass(frozen=True)
class Conduct:
    """A level and its settings. Raises `ValueError` where they do not fit together.

    `minute_ms`: milliseconds that one of AWS's minutes takes; `plain` has no clock. `seed` and `faults` (rules, as
    `faults/rules.py` reads them) are for `hostile`; without a seed one is drawn, and told.
    """

    level: str = "plain"
    minute_ms: float = MINUTE_MS
    seed: int | None = None
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise ValueError(f"no such level: {self.level}; there are {', '.join(LEVELS)}")
        if self.minute_ms <= 0:
            raise ValueError("a minute takes more than 0 milliseconds")
        if self.level != "hostile" and (self.faults or self.seed is not None):
            raise ValueError(f"faults and their seed are for the level hostile, not {self.level}")
        rules.read(self.faults)
        if self.level == "hostile" and self.seed is None:
            object.__setattr__(self, "seed", random.SystemRandom().randrange(1_000_000))

    @property
    def clock(self) -> float | None:
        """What the clock is set to; None: it stands."""
        return None if self.level == "plain" else self.minute_ms

    def arguments(self) -> list[str]:
        """The same in the words of `python -m provisioner.embedded`."""
        words = ["--level", self.level, "--minute-ms", str(self.minute_ms)]
        words += ["--seed", str(self.seed)] if self.seed is not None else []
        return words + [word for rule in self.faults for word in ("--fault", rule)]

    def as_json(self) -> dict[str, Any]:
        """What a person or a script wants to know of it."""
        more = {"seed": self.seed, "faults": list(self.faults)} if self.level == "hostile" else {}
        return {"level": self.level, "minute_ms": self.clock, **more}
