"""What the tasks of one run share: the snapshot, the schedule, the clock, and the reads that serve them all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import structlog

from ..errors import CallFailed
from ..resource import Resource, resolve
from .attempts import Movement, persistently
from .schedule import Schedule, Shared
from .snapshot import Place, Snapshot

if TYPE_CHECKING:
    from ..aws.account import Aws
    from .clock import Clock
    from .journal import Earlier
    from .options import Options

log = structlog.get_logger("provisioner")

SETTLES = 300.0
"""Seconds within which AWS shows the effect of a call."""
HIDDEN = 60.0
"""Seconds for which AWS may hide what was made, or show what was deleted: for as long a look-up of it goes on."""
EXISTING = 10.0
"""Seconds for which AWS may not show what it says, or shows by something else, is there already."""
LOOKS = 4
"""How often something is looked for at least."""

Work = Generator[Any, Any, Any]


@dataclasses.dataclass
class World:
    """Everything that converging and removing need, and nothing that they decide."""

    aws: Aws
    snapshot: Snapshot
    schedule: Schedule
    clock: Clock
    options: Options
    movement: Movement
    earlier: Earlier
    wanted_paths: dict[str, set[str]] = dataclasses.field(default_factory=dict)
    """By step: the paths that other steps wait for."""
    wanted_ready: set[str] = dataclasses.field(default_factory=set)
    """Steps whose readiness others wait for."""
    made_anew: set[str] = dataclasses.field(default_factory=set)
    """Steps that failed in AWS after this run had made them, and were made once more."""

    def read(self, step: str, place: Place, since: float) -> Work:
        """A bulk read of the place, begun at `since` or later and shared with all who ask; the snapshot is newer afterwards."""

        def work() -> Work:
            documents = yield Shared(place, lambda: self.snapshot.read(place), since)
            self.snapshot.keep(place, documents)

        yield from self.persistently(step, work)

    def persistently(self, step: str, work: Callable[[], Work]) -> Work:
        """The work, again while its errors can pass."""
        return persistently(step, self.clock, self.movement, work)

    def resolved(self, step: Resource) -> Resource:
        """The step with every reference filled in, all of its tags, and the dead that bore its key."""
        filled = resolve(step, self.snapshot.value)
        told = {"predecessors": self.snapshot.dead(step), "anew": step.key in self.options.replace}
        return dataclasses.replace(filled, tags=self.aws.ownership.tags(filled), **told)  # type: ignore[arg-type]

    @contextmanager
    def telling(self, step: str, action: str) -> Iterator[None]:
        """Log when the work on a step starts, and how it ends."""
        log.info("step started", step=step, action=action)
        began = self.clock.now()
        try:
            yield
        except Exception as error:
            log.error("step failed", step=step, action=action, error=str(error))
            raise
        seconds = self.clock.real(self.clock.now() - began)
        log.info("step done", step=step, action=action, seconds=round(seconds, 3))

    def pauses(self, kind: type[Resource]) -> Iterator[float]:
        """How long to wait between two looks: short at first, longer for what AWS takes longer for."""
        pause, longest = min(max(kind.usual_seconds / 20, 1.0), 5.0), min(max(kind.usual_seconds / 6, 2.0), 20.0)
        while True:
            yield pause
            pause = min(pause * 1.4, longest)

    def lacking(self, step: Resource) -> list[str]:
        """The paths at which others wait for a value of the step that AWS does not show yet."""
        return sorted(path for path in self.wanted_paths.get(step.key, ()) if not self.snapshot.shows(step, path))

    def publish(self, step: Resource) -> None:
        """Tell those who wait for values of the step which of them are there."""
        for path in self.wanted_paths.get(step.key, ()):
            if self.snapshot.shows(step, path):
                self.schedule.fire(("value", step.key, path))

    def finished(self, step: Resource) -> None:
        """Tell all who wait for the step that it is ready."""
        self.publish(step)
        self.schedule.fire(("ready", step.key))
        self.movement.moved()


def is_busy(error: BaseException) -> bool:
    """Whether something else holds what the call was about."""
    return isinstance(error, CallFailed) and error.meaning == "busy"
