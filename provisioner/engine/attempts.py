"""A piece of work done again while its errors say that they can pass; the waiting holds no thread."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import structlog

from ..aws.retry import Meaning, persistent
from ..errors import CallFailed
from .schedule import Pause

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .clock import Clock

log = structlog.get_logger("provisioner")


class Movement:
    """When this run last made something, and last finished anything: what errors that can pass are measured against."""

    SETTLES = 300.0
    """Seconds for which AWS may not know everywhere what was just made (EC2's own bound is five minutes)."""

    BUDGET = 40
    """Retries that a service is asked for before the pauses between them grow: what struggles is not to be stormed."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._made = self._moved = float("-inf")
        self._retries: Counter[str] = Counter()

    def retried(self, error: CallFailed) -> float:
        """Counts a retry against its service's budget; how many times as long to wait before it."""
        if error.meaning not in (Meaning.THROTTLED, Meaning.LOST):
            return 1.0
        self._retries[error.service] += 1
        return max(1.0, self._retries[error.service] / self.BUDGET)

    def made(self) -> None:
        """Something was made."""
        self._made = self._moved = self._clock.now()

    def moved(self) -> None:
        """Something was finished or deleted, so what was held may be free now; and AWS does answer."""
        self._moved = self._clock.now()
        self._retries.subtract({service: 1 for service, retries in self._retries.items() if retries > 0})

    def young(self) -> bool:
        """Whether something that this run made may still be unknown to a part of AWS."""
        return self._clock.now() - self._made < self.SETTLES

    def since(self) -> float:
        """When anything last moved."""
        return self._moved


def persistently(
    step: str, clock: Clock, movement: Movement, work: Callable[[], Generator[Any, Any, Any]]
) -> Generator[Any, Any, Any]:
    """Do the work; on an error that can pass, do it again later. The last error is raised as it came."""
    naps: list[float] = []
    error: CallFailed | None = None
    for attempt in persistent(sleep=naps.append, now=clock.now, young=movement.young, moved=movement.since):
        if naps and error is not None:
            seconds = naps.pop() * movement.retried(error)
            log.info(
                "call retried",
                step=step,
                service=error.service,
                operation=error.operation,
                code=error.code,
                meaning=error.meaning,
                seconds=round(seconds, 1),
            )
            yield Pause(seconds)
        answer, error = None, None
        try:
            answer = yield from work()
        except CallFailed as failure:
            error = failure
        # Nothing may be yielded in here: the block would swallow the end of an abandoned generator.
        with attempt:
            if error is not None:
                raise error
        if error is None:
            return answer
    return None
