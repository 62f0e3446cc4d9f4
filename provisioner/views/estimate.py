"""How long a run still takes, from how long its steps took before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from ..engine.preview import ActionKind
from ..resource import needs

if TYPE_CHECKING:
    from ..engine.preview import Action, Preview
    from ..resource import Resource

QUICK = 1.0
"""Seconds until a new resource's id is known, and for a step that makes nothing."""


class Estimate:
    """The longest way from now to the end, given what each step is expected to take.

    A step starts when the values that it refers to are there, or when a step that it needs ready is: as the schedule has it. It
    goes when all that needs it is gone.
    """

    def __init__(self, preview: Preview, steps: Sequence[Resource], durations: Mapping[str, float]) -> None:
        usual = {step.key: type(step).usual_seconds for step in steps}
        self._expected = {action.step: _expected(action, durations, usual) for action in preview.actions}
        self._needs: dict[str, list[tuple[str, bool]]] = {key: [] for key in self._expected}
        going = {action.step for action in preview.actions if action.kind is ActionKind.DELETE}
        for step in steps:
            for key, ready in ((need.step.key, need.path is None) for need in needs(step)):
                if step.key in going and key in going:
                    self._needs[key].append((step.key, True))
                elif step.key in self._expected and key in self._expected:
                    self._needs[step.key].append((key, ready))

    def seconds_left(self, elapsed: Mapping[str, float], done: Collection[str]) -> float:
        """Seconds to the end. `elapsed` are the running steps and how long each has been running."""

        @cache
        def start(key: str) -> float:
            if key in done or key in elapsed:
                return 0.0
            return max(
                (end(other) if ready else start(other) + min(QUICK, end(other)) for other, ready in self._needs[key]),
                default=0.0,
            )

        @cache
        def end(key: str) -> float:
            return 0.0 if key in done else start(key) + max(self._expected[key] - elapsed.get(key, 0.0), 0.0)

        return max(map(end, self._expected), default=0.0)


def _expected(action: Action, durations: Mapping[str, float], usual: Mapping[str, float]) -> float:
    if action.kind is ActionKind.NONE:
        return 0.0
    if action.kind is ActionKind.UPDATE:
        return QUICK
    return durations.get(action.step, usual.get(action.step, QUICK))
