"""One run: read, preview, then bring up or tear down. The pipe that every command cuts at its own place."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import Protected
from ..resource import Resource, needs
from ..value import Unknown, fill
from .aside import key_of_removal, what_was_put_aside
from .attempts import Movement
from .converge import converge
from .preview import ActionKind, Preview, living, preview, preview_teardown
from .reading import Reading, check_doubles
from .remove import Doomed, ask_whether_it_stays, order, schedule_removals
from .schedule import Ending, Schedule
from .snapshot import Place, Snapshot
from .world import World

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ..aws.account import Aws
    from ..plan import Plan
    from ..value import Deferred
    from .clock import Clock
    from .options import Options
    from .preview import Action


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one action ended: `done`, `failed`, `not reached` (then `needs` says what lacked), `interrupted`, or `none`."""

    step: str
    outcome: str
    seconds: float = 0.0
    error: BaseException | None = None
    needs: str | None = None


@dataclasses.dataclass(frozen=True)
class Result:
    """How a run ended. `left` is what a teardown could not make go, or what AWS only schedules."""

    outcomes: Mapping[str, Outcome]
    interrupted: bool = False
    seconds: float = 0.0
    left: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    """Steps that still live after a teardown."""

    @property
    def ok(self) -> bool:
        return not self.interrupted and all(one.outcome in ("done", "none") for one in self.outcomes.values())


class Run:
    """A plan, an account, and the choices of one invocation."""

    def __init__(
        self,
        plan: Plan,
        aws: Aws,
        *,
        types: Sequence[type[Resource]],
        clock: Clock,
        parallelism: int,
        durations: Mapping[str, float],
        options: Options,
        attempt: str = "",
    ) -> None:
        """`attempt` names the run that this one goes on for, where that one was killed: client tokens are then the same."""
        self.plan, self.options = plan, options
        self.aws = aws.attempting(attempt or secrets.token_hex(8))
        self._clock, self._parallelism, self._durations = clock, parallelism, durations
        self._snapshot = Snapshot(self.aws)
        self._reading = Reading(plan, self.aws, self._snapshot, types)
        self._schedule: Schedule | None = None
        self._interrupted = False

    def interrupt(self) -> None:
        """Let calls in flight finish, start no more. Safe in a signal handler."""
        self._interrupted = True
        if self._schedule is not None:
            self._schedule.interrupt()

    # -- read and preview

    def preview(self) -> Preview:
        """What `up` would do. Reads only: there is nothing else to call. Raises `Ambiguous` where two claim to be one step."""
        self._read(self._reading.chosen_places(self.options) if self.options.only else self._reading.places())
        check_doubles(self._snapshot)
        return preview(self.plan, self._snapshot, self.aws.ownership, self.options)

    def preview_teardown(self) -> Preview:
        """What `teardown` would delete."""
        self._read(self._reading.places())
        chosen = self._chosen_to_go()
        return preview_teardown(self._snapshot, chosen, self._staying(chosen))

    def _staying(self, chosen: Callable[[str], bool]) -> dict[str, str]:
        """Why what is chosen to go would stay, by step; asked of all at once."""
        schedule, reading = self._scheduled(), self.aws.reading()
        world, stays = self._world(schedule), dict[str, str]()
        for place, key, live in living(self._snapshot):
            if chosen(key) and _may_stay(place.kind):
                schedule.add(key, ask_whether_it_stays(world, reading.at(place.region), Doomed(key, place, live), stays))
        self._run(schedule)
        return stays

    def living(self) -> list[str]:
        """The keys of all that lives and is the plan's, as the latest preview saw it."""
        return [key for _, key, _ in living(self._snapshot)]

    def outputs(self) -> dict[str, Any]:
        """The plan's outputs as AWS shows them; `Unknown` where a step does not exist yet."""
        known = {place for place, _ in self._snapshot.places()}
        self._read(self._reading.places_of_outputs() - known)

        def value(source: Deferred) -> Any:
            found = self._snapshot.value(source)
            return Unknown(repr(source)) if found is None else found

        return {name: fill(wanted, value) for name, wanted in self.plan.outputs.items()}

    def _read(self, places: Iterable[Place]) -> None:
        schedule = self._scheduled()
        self._reading.add(self._world(schedule), places)
        for ending in self._run(schedule).values():
            if ending.error is not None:
                raise ending.error

    # -- up

    def up(self, preview: Preview) -> Result:
        """Do what the preview says. Raises `Protected` before any change where it refuses."""
        if preview.refusals:
            raise Protected("\n".join(preview.refusals))
        began = self._clock.now()
        schedule = self._scheduled()
        world = self._world(schedule)
        actions = {action.step: action for action in preview.actions}
        self._schedule_replacements(world, actions)
        self._schedule_steps(world, actions)
        endings = self._run(schedule)
        orphans = [self._doomed(action) for action in preview.actions if action.kind is ActionKind.DELETE]
        orphans += [aside for action in preview.actions if (aside := what_was_put_aside(self._snapshot, action))]
        if orphans and all(ending.outcome == "done" for ending in endings.values()) and not self._interrupted:
            schedule = self._scheduled()
            schedule_removals(self._world(schedule), orphans)
            endings = {**endings, **self._run(schedule)}
        return self._result(preview, endings, began)

    def _schedule_replacements(self, world: World, actions: Mapping[str, Action]) -> None:
        replaced = [action for action in actions.values() if action.kind is ActionKind.REPLACE]
        schedule_removals(world, [self._doomed(action) for action in replaced if not action.made_before_deleted])

    def _schedule_steps(self, world: World, actions: Mapping[str, Action]) -> None:
        weights = self._weights(actions)
        for step in self.plan.steps:
            for need in needs(step):
                if need.path is None:
                    world.wanted_ready.add(need.step.key)
                else:
                    world.wanted_paths.setdefault(need.step.key, set()).add(need.path)
        for step in self.plan.steps:
            action = actions[step.key]
            if action.kind is ActionKind.NONE and (action.reason or _is_ready(action)):
                world.finished(step)
                continue
            waits: list[Hashable] = [
                ("ready", need.step.key) if need.path is None else ("value", need.step.key, need.path) for need in needs(step)
            ]
            if action.kind is ActionKind.REPLACE and not action.made_before_deleted:
                waits.append(("removed", step.key))
            world.schedule.add(step.key, converge(world, step, action), waits_for=waits, weight=weights[step.key])

    def _weights(self, actions: Mapping[str, Action]) -> dict[str, float]:
        """The expected time from a step's start to the end of all that hangs on it."""
        weights: dict[str, float] = {}
        for step in reversed(self.plan.steps):
            is_quick = actions[step.key].kind in (ActionKind.NONE, ActionKind.UPDATE)
            own = 1.0 if is_quick else self._durations.get(step.key, type(step).usual_seconds)
            weights[step.key] = total = own + weights.get(step.key, 0.0)
            for need in needs(step):
                weights[need.step.key] = max(weights.get(need.step.key, 0.0), total)
        return weights

    # -- teardown

    def teardown(self, preview: Preview) -> Result:
        """Delete what the preview lists, wait until it is gone, and look again at what is left.

        Raises `Protected` before any change where the preview refuses.
        """
        if preview.refusals:
            raise Protected("\n".join(preview.refusals))
        began = self._clock.now()
        schedule = self._scheduled()
        schedule_removals(self._world(schedule), [self._doomed(action) for action in preview.actions])
        endings = self._run(schedule)
        if self._interrupted:
            return self._result(preview, endings, began)
        self._read(self._reading.places())
        chosen = self._chosen_to_go()
        remaining = tuple(f"{key} ({place.kind.__name__})" for place, key, _ in living(self._snapshot) if chosen(key))
        scheduled = [
            f"{what}: {word}" for _, sighting in self._snapshot.places() for what, word in sorted(sighting.scheduled.items())
        ]
        return dataclasses.replace(self._result(preview, endings, began), left=tuple(scheduled), remaining=remaining)

    def _chosen_to_go(self) -> Callable[[str], bool]:
        if not self.options.only and not self.options.exclude:
            return lambda key: True
        doomed = [Doomed(key, place, live) for place, key, live in living(self._snapshot)]
        holders = order(doomed)
        chosen = _closed(holders, self.options.only) if self.options.only else set(holders)
        spared = {key for key, first in holders.items() if _closed(holders, [key]) & set(self.options.exclude)}
        return (chosen - spared).__contains__

    # -- shared

    def _doomed(self, action: Action) -> Doomed:
        for place, sighting in self._snapshot.places():
            if place.kind.__name__ == action.type and action.step in sighting.living:
                return Doomed(action.step, place, sighting.living[action.step])
        raise LookupError(f"{action.step} was not read")

    def _scheduled(self) -> Schedule:
        return Schedule(self._clock, self._parallelism, fail_fast=self.options.fail_fast)

    def _world(self, schedule: Schedule) -> World:
        return World(self.aws, self._snapshot, schedule, self._clock, self.options, Movement(self._clock))

    def _run(self, schedule: Schedule) -> dict[Hashable, Ending]:
        self._schedule = schedule
        if self._interrupted:
            schedule.interrupt()
        return schedule.run()

    def _result(self, preview: Preview, endings: Mapping[Hashable, Ending], began: float) -> Result:
        outcomes = {action.step: _outcome(action, endings) for action in preview.actions}
        return Result(outcomes, self._interrupted, self._clock.real(self._clock.now() - began))


def _closed(holders: Mapping[str, set[str]], keys: Iterable[str]) -> set[str]:
    """The keys and all that must go before them."""
    closed: set[str] = set()
    todo = list(keys)
    while todo:
        if (key := todo.pop()) not in closed:
            closed.add(key)
            todo += holders.get(key, ())
    return closed


def _may_stay(kind: type[Resource]) -> bool:
    return kind.stays.__func__ is not Resource.stays.__func__  # type: ignore[attr-defined]


def _is_ready(action: Action) -> bool:
    return action.state is None or action.state.name == "ready"


def _outcome(action: Action, endings: Mapping[Hashable, Ending]) -> Outcome:
    removal, ending = endings.get(("remove", key_of_removal(action))), endings.get(action.step)
    if removal is not None and (removal.outcome != "done" or ending is None):
        ending = removal
    if ending is None:
        kind = "none" if action.kind is ActionKind.NONE else "not reached"
        return Outcome(action.step, kind)
    lacking = sorted({str(signal[1]) for signal in ending.missing if isinstance(signal, tuple)})
    return Outcome(action.step, ending.outcome, ending.seconds, ending.error, ", ".join(lacking) or None)
