"""One run: read, preview, then bring up or tear down. The pipe that every command cuts at its own place."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import shorten
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import Broken, Protected
from ..resource import overrides, resolve
from ..value import Unknown, fill
from . import doubts
from .aside import key_of_removal, what_was_put_aside
from .attempts import Movement
from .bringing import is_ready, schedule_steps
from .journal import Earlier
from .preview import ActionKind, Preview, living, preview, preview_teardown
from .reading import Reading, check_doubles
from .remove import Doomed, ask_whether_it_stays, comes_back, schedule_removals, sweep
from .schedule import Ending, Schedule
from .snapshot import Place, Snapshot
from .sparing import chosen_to_go, locked
from .world import LOOKS, World, log

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from ..aws.account import Aws
    from ..plan import Plan
    from ..resource import Resource
    from ..value import Deferred
    from .clock import Clock
    from .options import Options
    from .preview import Action

T = TypeVar("T")


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
        earlier: Earlier | None = None,
    ) -> None:
        """`attempt` tells the client tokens of this run from those of others; `earlier` is what those tell it."""
        self.plan, self.options = plan, options
        self.earlier = earlier or Earlier()
        self.aws = aws.attempting(self.earlier.attempt or attempt or secrets.token_hex(8))
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
        found = self._look_again(
            lambda: preview(self.plan, self._snapshot, self.aws.ownership, self.options),
            lambda found: doubts.before_up(found, self.plan, self.earlier),
        )
        check_doubles(self._snapshot)
        return found

    def preview_teardown(self) -> Preview:
        """What `teardown` would delete."""
        self._read(self._reading.places())
        self._look_again(self.living, lambda living: doubts.before_teardown(living, self.earlier))
        chosen = self._chosen_to_go()
        stays = self._look_again(lambda: self._staying(chosen), lambda stays: doubts.of_what_stays(stays, self.earlier))
        if not self.options.lift_protection:
            stays |= dict(locked(self._everything(), chosen))
        return preview_teardown(self._snapshot, chosen, stays)

    def _staying(self, chosen: Callable[[str], bool]) -> dict[str, str]:
        """Why what is chosen to go would stay, by step; asked of all at once."""
        schedule, reading = self._scheduled(), self.aws.reading()
        world, stays = self._world(schedule), dict[str, str]()
        for place, key, live in living(self._snapshot):
            if chosen(key) and overrides(place.kind, "stays"):
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

    def _look_again(self, found: Callable[[], T], doubtful: Callable[[T], Mapping[str, float]]) -> T:
        """What is found when nothing of it is in doubt any more, or was for so long that it must be as it is shown."""
        began, looks, pause = self._clock.now(), 0, 1.0
        while True:
            seen, looks, age = found(), looks + 1, self._clock.now() - began
            steps = sorted(step for step, seconds in doubtful(seen).items() if age < seconds or looks < LOOKS)
            places = {place for step in steps if (place := self._reading.place_of(step))}
            if not places or self._interrupted:
                return seen
            if looks == 1:
                because = "what was made or deleted a moment ago, AWS may show late"
                log.warning("looking again", steps=shorten(", ".join(steps), 100), because=because)
            self._clock.sleep(pause)
            pause = min(pause * 1.4, 5.0)
            self._read(places)

    # -- up

    def up(self, preview: Preview) -> Result:
        """Do what the preview says. Raises `Protected` before any change where it refuses."""
        if preview.refusals:
            raise Protected("\n".join(preview.refusals))
        began = self._clock.now()
        endings, made_anew = self._bring(preview)
        failed_again = any(isinstance(endings[key].error, Broken) for key in made_anew)
        if made_anew and not failed_again and not self._interrupted:
            endings |= self._bring_what_went_down()
        orphans = [self._doomed(action) for action in preview.actions if action.kind is ActionKind.DELETE]
        orphans += [aside for action in preview.actions if (aside := what_was_put_aside(self._snapshot, action))]
        if orphans and all(ending.outcome == "done" for ending in endings.values()) and not self._interrupted:
            schedule = self._scheduled()
            schedule_removals(self._world(schedule), orphans)
            endings |= self._run(schedule)
        return self._result(preview, endings, began)

    def _bring(self, preview: Preview) -> tuple[dict[Hashable, Ending], set[str]]:
        """Replace, create and update; how that ended, and the steps that failed in AWS and were made anew."""
        schedule = self._scheduled()
        world = self._world(schedule)
        actions = {action.step: action for action in preview.actions}
        replaced = [action for action in actions.values() if action.kind is ActionKind.REPLACE]
        schedule_removals(world, [self._doomed(action) for action in replaced if not action.made_before_deleted])
        schedule_steps(world, self.plan, actions, self._durations)
        return self._run(schedule), world.made_anew

    def _bring_what_went_down(self) -> dict[Hashable, Ending]:
        """What stood on something that failed went down with it, or refers to it still: another look shows what."""
        self._snapshot.forget_born()
        again = self.preview()
        if again.refusals:
            return {}
        endings, _ = self._bring(again)
        well: dict[Hashable, Ending] = {
            action.step: Ending("done") for action in again.actions if action.kind is ActionKind.NONE and is_ready(action)
        }
        return {**well, **endings}

    # -- teardown

    def teardown(self, preview: Preview) -> Result:
        """Delete what the preview lists, wait until it is gone, and look again at what is left.

        Raises `Protected` before any change where the preview refuses.
        """
        if preview.refusals:
            raise Protected("\n".join(preview.refusals))
        began = self._clock.now()
        schedule = self._scheduled()
        doomed = [self._doomed(action) for action in preview.actions]
        schedule_removals(self._world(schedule), doomed)
        endings = self._run(schedule)
        if self._interrupted:
            return self._result(preview, endings, began)
        gone = [one for one in doomed if comes_back(one.place.kind) and _is_done(endings, one)]
        returning = self._sweep([*gone, *self._deleted_by_a_killed_run()])
        self._read(self._reading.places())
        self._look_again(self.living, lambda living: doubts.after_teardown(living, self.earlier))
        chosen = self._chosen_to_go()
        left = {f"{key} ({place.kind.__name__})" for place, key, _ in living(self._snapshot) if chosen(key)}
        remaining = tuple(sorted(left | {f"{key} (made again by what writes to it)" for key in returning}))
        scheduled = [
            f"{what}: {word}" for _, sighting in self._snapshot.places() for what, word in sorted(sighting.scheduled.items())
        ]
        return dataclasses.replace(self._result(preview, endings, began), left=tuple(scheduled), remaining=remaining)

    def _deleted_by_a_killed_run(self) -> Iterator[Doomed]:
        """What a teardown deleted that was killed before it could see whether that came back."""
        for step in self.plan.steps:
            place = self._snapshot.place(type(step), step.region)
            if step.key in self.earlier.going and comes_back(place.kind) and not self._snapshot.lives(place, step.key):
                named = self.aws.ownership.name(resolve(step, self._snapshot.value))
                yield Doomed(step.key, place, {place.kind.id.path: named})

    def _sweep(self, gone: Iterable[Doomed]) -> set[str]:
        schedule, returning = self._scheduled(), set[str]()
        world = self._world(schedule)
        for one in gone:
            schedule.add(one.key, sweep(world, one, returning))
        for key, ending in self._run(schedule).items():
            if ending.error is not None:
                returning.add(str(key))
        return returning

    def _chosen_to_go(self) -> Callable[[str], bool]:
        return chosen_to_go(self.plan, self._everything(), self.options)

    def _everything(self) -> list[Doomed]:
        return [Doomed(key, place, live) for place, key, live in living(self._snapshot)]

    # -- shared

    def _doomed(self, action: Action) -> Doomed:
        for place, sighting in self._snapshot.places():
            if place.kind.__name__ == action.type and action.step in sighting.living:
                return Doomed(action.step, place, sighting.living[action.step])
        raise LookupError(f"{action.step} was not read")

    def _scheduled(self) -> Schedule:
        return Schedule(self._clock, self._parallelism, fail_fast=self.options.fail_fast)

    def _world(self, schedule: Schedule) -> World:
        movement = Movement(self._clock)
        if self.earlier.attempt or self.earlier.recent or self.earlier.fading:
            # What an earlier run made or deleted may be as young as what this one does.
            movement.made()
        return World(self.aws, self._snapshot, schedule, self._clock, self.options, movement, self.earlier)

    def _run(self, schedule: Schedule) -> dict[Hashable, Ending]:
        self._schedule = schedule
        if self._interrupted:
            schedule.interrupt()
        return schedule.run()

    def _result(self, preview: Preview, endings: Mapping[Hashable, Ending], began: float) -> Result:
        outcomes = {action.step: _outcome(action, endings) for action in preview.actions}
        return Result(outcomes, self._interrupted, self._clock.real(self._clock.now() - began))


def _is_done(endings: Mapping[Hashable, Ending], one: Doomed) -> bool:
    ending = endings.get(("remove", one.key))
    return ending is not None and ending.outcome == "done"


def _outcome(action: Action, endings: Mapping[Hashable, Ending]) -> Outcome:
    removal, ending = endings.get(("remove", key_of_removal(action))), endings.get(action.step)
    if removal is not None and (removal.outcome != "done" or ending is None):
        ending = removal
    if ending is None:
        kind = "none" if action.kind is ActionKind.NONE else "not reached"
        return Outcome(action.step, kind)
    lacking = sorted({str(signal[1]) for signal in ending.missing if isinstance(signal, tuple)})
    return Outcome(action.step, ending.outcome, ending.seconds, ending.error, ", ".join(lacking) or None)
