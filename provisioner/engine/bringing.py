"""The tasks of `up`: one a step, each after what it needs, and the longest way first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import needs
from .converge import converge
from .preview import ActionKind

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from ..plan import Plan
    from .preview import Action
    from .world import World


def schedule_steps(world: World, plan: Plan, actions: Mapping[str, Action], durations: Mapping[str, float]) -> None:
    """Add a task for every step that has something to do. `durations`: seconds that steps took before, by their keys."""
    weights = _weights(plan, actions, durations)
    for step in plan.steps:
        for need in needs(step):
            if need.path is None:
                world.wanted_ready.add(need.step.key)
            else:
                world.wanted_paths.setdefault(need.step.key, set()).add(need.path)
    for step in plan.steps:
        action = actions[step.key]
        if action.kind is ActionKind.NONE and (action.reason or (is_ready(action) and not world.lacking(step))):
            world.finished(step)
            continue
        waits: list[Hashable] = [
            ("ready", need.step.key) if need.path is None else ("value", need.step.key, need.path) for need in needs(step)
        ]
        if action.kind is ActionKind.REPLACE and not action.made_before_deleted:
            waits.append(("removed", step.key))
        world.schedule.add(step.key, converge(world, step, action), waits_for=waits, weight=weights[step.key])


def is_ready(action: Action) -> bool:
    """Whether what an action is about was ready when it was looked at."""
    return action.state is None or action.state.name == "ready"


def _weights(plan: Plan, actions: Mapping[str, Action], durations: Mapping[str, float]) -> dict[str, float]:
    """The expected time from a step's start to the end of all that hangs on it."""
    weights: dict[str, float] = {}
    for step in reversed(plan.steps):
        is_quick = actions[step.key].kind in (ActionKind.NONE, ActionKind.UPDATE)
        own = 1.0 if is_quick else durations.get(step.key, type(step).usual_seconds)
        weights[step.key] = total = own + weights.get(step.key, 0.0)
        for need in needs(step):
            weights[need.step.key] = max(weights.get(need.step.key, 0.0), total)
    return weights
