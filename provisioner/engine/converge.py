"""One step of `up`: create it if it is missing, then update until AWS shows what is wanted and it is ready.

This one loop is idempotence, waiting, eventual consistency, drift repair and resumption.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from typing import TYPE_CHECKING, Any

from ..aws.retry import Meaning
from ..errors import Ambiguous, Broken, CallFailed, ForeignOwner, NotSettled
from ..resource import Change, Changes, Live, Resource, State, diff, needs, replaces
from ..value import contains_unknown
from .aside import put_aside
from .preview import ActionKind
from .remove import Doomed, until_gone
from .schedule import Call, Pause
from .snapshot import identity
from .world import EXISTING, HIDDEN, LOOKS, SETTLES, log

if TYPE_CHECKING:
    from collections.abc import Hashable

    from .preview import Action
    from .world import Work, World


def converge(world: World, step: Resource, action: Action) -> Work:
    """Bring one step to what is wanted; `action` is what the preview said of it."""
    with world.telling(step.key, action.kind):
        yield from _Converging(world, step).run(action)
    world.finished(step)


class _Converging:
    def __init__(self, world: World, step: Resource) -> None:
        self.world, self.step, self.kind = world, step, type(step)
        self.aws, self.place = world.aws.at(step.region), world.snapshot.place(type(step), step.region)
        self.wanted = world.resolved(step)
        self.made_at: float | None = None
        self.may_have_made = step.key in world.earlier.uncertain
        self.changed_at = float("-inf")
        self.sent: dict[Hashable, float] = {}
        self.waiting_on = ""
        self.shown_at = world.clock.now()

    def run(self, action: Action) -> Work:
        # What the preview saw living is not made, even where the newest read, which may lag, does not show it.
        if action.kind in (ActionKind.CREATE, ActionKind.REPLACE):
            live = self.world.snapshot.live(self.step)
            if live is not None and action.kind is ActionKind.REPLACE and self.kind.made_before_deleted:
                self._note("AWS to show the old one put aside")
                yield from put_aside(self.world, self.step, self.wanted, live)
                live = None
            if live is not None and self.kind.state(live).name == "leaving":
                yield from self._until_left(live)
                live = None
            if live is None:
                yield from self._create()
        elif any(contains_unknown(change.after) for change in action.changes.values()):
            # What it refers to was made anew, and the old one may have taken something of it along.
            yield from self._read(self.world.clock.now())
        yield from self._settle()
        if self.world.lacking(self.step):
            yield from self._await_values()

    # -- create

    def _create(self) -> Work:
        self.world.snapshot.expect(self.wanted)
        live = yield from self._made_earlier()
        if live is None:
            log.debug("step creating", step=self.step.key)
            live = yield from self.world.persistently(self.step.key, self._try_to_create)
        self.made_at = self.changed_at = self.shown_at = self.world.clock.now()
        self.world.movement.made()
        if not self.world.snapshot.is_shown(self.step):
            self.world.snapshot.born(self.step, live)
        self.world.publish(self.step)
        log.info("step created", step=self.step.key)
        if live:
            yield from self._complete(live)

    def _complete(self, born: Live) -> Work:
        """Bring what the create could not set, by its own answer: that saves a look. The read that follows has to show it."""
        changes = diff(self.wanted, born)
        if changes and not replaces(changes) and self._takes_changes(self.kind.state(born)):
            yield from self._bring(born, changes)

    def _made_earlier(self) -> Work:
        """What a killed run may have made, so that AWS need not have shown it to the preview."""
        if not self.kind.may_double or not self.may_have_made:
            return None
        self._note("AWS to show what a killed run may have made")
        return (yield from self._find(HIDDEN))

    def _try_to_create(self) -> Work:
        if self.world.made_anew and self._knows_all_that_it_needs():
            # What it refers to may be another one by now.
            self.wanted = dataclasses.replace(self.world.resolved(self.step), predecessors=self.wanted.predecessors)
        try:
            return (yield Call(lambda: self.wanted.create(self.aws)))
        except CallFailed as error:
            if error.meaning not in (Meaning.EXISTS, Meaning.LOST):
                raise
            found = yield from self._look(error)
            if found is None:
                raise
            return found

    def _find(self, seconds: float) -> Work:
        """What AWS may hide for so long after it was made; None if it is not there."""
        until = self.world.clock.now() + seconds
        pauses = self.world.pauses(self.kind)
        for looks in itertools.count(1):
            began = self.world.clock.now()
            yield from self._read(began)
            live = self.world.snapshot.live(self.step)
            # A read that took its time shows what was there when it began, and one alone may come from where that is not known.
            if live is not None or (began >= until and looks >= LOOKS):
                return live
            yield Pause(next(pauses))

    def _look(self, error: CallFailed) -> Work:
        """What a create made whose answer was lost, or what stood there already, if it is ours."""
        self.may_have_made |= error.meaning is Meaning.LOST or error.resent
        live = yield from self._find(HIDDEN if self.may_have_made else EXISTING)
        if live is None and error.meaning is Meaning.EXISTS:
            advice = yield Call(lambda: self.wanted.adoption(self.aws.reading()))
            raise ForeignOwner(
                f"{self.step.key}: something that is not this plan's already stands there ({error.code}: {error.message}). "
                f"Nothing of it was changed. Rename the step or remove the other one; {advice}."
            ) from error
        return live

    # -- settle

    def _settle(self) -> Work:
        pauses = self.world.pauses(self.kind)
        ready_by = self.world.clock.now() + self.kind.patience_seconds
        if self.made_at is not None and self._may_leave_early():
            return
        while True:
            live = yield from self._newest()
            verdict = yield from self._judge(live, ready_by)
            if verdict == "done":
                return
            if verdict == "wait":
                yield Pause(next(pauses))

    def _newest(self) -> Work:
        if self.changed_at > float("-inf") or self.waiting_on:
            yield from self._read(max(self.changed_at, self.world.clock.now() - 0.5 if self.waiting_on else self.changed_at))
        if doubles := self.world.snapshot.doubles(self.step):
            raise Ambiguous(f"{self.step.key}: {' and '.join(doubles)} both claim to be it: delete one, or its tags")
        self.world.publish(self.step)
        return self.world.snapshot.live(self.step)

    def _judge(self, live: Live | None, ready_by: float) -> Work:
        """What the newest document says: `done`, `wait`, or `again` after a change."""
        now = self.world.clock.now()
        if live is None or not self.world.snapshot.is_shown(self.step):
            return self._hidden(now)
        self.shown_at = now
        state = self.kind.state(live)
        if state.name == "broken":
            return (yield from self._mend(live, state.reason))
        changes = diff(self.wanted, live)
        if not self._takes_changes(state) if changes else state.name != "ready" and self._must_be_ready():
            return self._unready(state, now, ready_by)
        if not changes:
            return "done"
        return (yield from self._bring(live, changes))

    def _await_values(self) -> Work:
        """What others need of it need not be shown with all else; whoever needs no more than that it is ready goes on."""
        self.world.finished(self.step)
        self._note(f"AWS to show {', '.join(self.world.lacking(self.step))}")
        until, pauses = self.world.clock.now() + SETTLES, self.world.pauses(self.kind)
        while self.world.lacking(self.step) and self.world.clock.now() < until:
            yield Pause(next(pauses))
            yield from self._read(self.world.clock.now())
            self.world.publish(self.step)

    def _hidden(self, now: float) -> str:
        if now - self.shown_at > SETTLES:
            raise NotSettled(f"{self.step.key} was there, and AWS does not show it any more: run again in some minutes")
        self._note("AWS to show it")
        return "wait"

    def _takes_changes(self, state: State) -> bool:
        return state.name == "ready" or (state.name == "pending" and self.kind.changes_while_pending)

    def _unready(self, state: State, now: float, ready_by: float) -> str:
        words = f"{state.name} ({state.reason})" if state.reason else state.name
        if now > ready_by:
            raise NotSettled(f"{self.step.key} is still {words} after {self.kind.patience_seconds:.0f} seconds: run again")
        self._note(words)
        return "wait"

    def _bring(self, live: Live, changes: Changes) -> Work:
        digest, now = _digest(changes), self.world.clock.now()
        if names := replaces(changes):
            if self.made_at is None:
                raise NotSettled(
                    f"{self.step.key}: {' and '.join(names)} would need a replacement that was not shown: run again"
                )
            # This run has made it as it was told to, and it is shown as it was before that.
            self.sent.setdefault(digest, self.made_at)
        if digest in self.sent:
            if now - self.sent[digest] > SETTLES:
                why = f" ({reason})" if (reason := self.kind.state(live).reason) else ""
                raise NotSettled(f"{self.step.key}: AWS took the change of {_said(changes)} and does not show it{why}")
            self._note(f"AWS to show {', '.join(changes)}")
            return "wait"
        yield from self._update(live, changes)
        self.sent[digest] = self.changed_at = self.world.clock.now()
        log.info("step updated", step=self.step.key, fields=sorted(changes))
        return "done" if self._may_leave_early() else "again"

    def _update(self, live: Live, changes: Changes) -> Work:
        newest: list[Live | None] = [live]

        def work() -> Work:
            document = newest.pop() if newest else None
            if document is None:
                # The last attempt may have done a part of it.
                yield from self._read(self.world.clock.now())
                document = self.world.snapshot.live(self.step) or live
            left = diff(self.wanted, document)
            if left:
                yield Call(lambda: self.wanted.update(self.aws, document, left))

        yield from self.world.persistently(self.step.key, work)
        self.world.movement.made()

    def _mend(self, live: Live, reason: str) -> Work:
        """What failed right after this run made it is made anew, once."""
        if self.made_at is None or self.step.key in self.world.made_anew or self.kind.data:
            raise Broken(f"{self.step.key} ({identity(self.kind, live)}) has failed: {reason}")
        self.world.made_anew.add(self.step.key)
        log.warning("step failed once", step=self.step.key, reason=reason)
        yield from until_gone(self.world, Doomed(self.step.key, self.place, live))
        yield from self._make_anew(identity(self.kind, live))
        return "again"

    def _make_anew(self, dead: str) -> Work:
        wanted = self.world.resolved(self.step)
        # AWS need not list the dead; its token would bring it back.
        self.wanted = dataclasses.replace(wanted, predecessors=(*wanted.predecessors, dead))
        self.sent.clear()
        yield from self._create()

    def _until_left(self, live: Live) -> Work:
        self._note("AWS to let the old one go")
        yield from until_gone(self.world, Doomed(self.step.key, self.place, live))
        self.wanted = self.world.resolved(self.step)

    # -- small things

    def _knows_all_that_it_needs(self) -> bool:
        needed: Any = [(need.step, need.path) for need in needs(self.step) if need.path]
        return all(self.world.snapshot.shows(step, path) for step, path in needed)

    def _read(self, since: float) -> Work:
        return self.world.read(self.step.key, self.place, since)

    def _must_be_ready(self) -> bool:
        return self.world.options.wait == "all" or self.step.key in self.world.wanted_ready

    def _may_leave_early(self) -> bool:
        if self.world.options.wait != "none" or self.step.key in self.world.wanted_ready:
            return False
        live = self.world.snapshot.live(self.step)
        return live is not None and not diff(self.wanted, live) and not self.world.lacking(self.step)

    def _note(self, what: str) -> None:
        if what != self.waiting_on:
            self.waiting_on = what
            log.info("step waiting", step=self.step.key, on=what)


def _digest(changes: Changes) -> str:
    return json.dumps({name: [repr(change.before), repr(change.after)] for name, change in sorted(changes.items())})


def _said(changes: Changes) -> str:
    def one(name: str, change: Change) -> Any:
        return f"{name} (shows {change.before!r}, wanted {change.after!r})"

    return ", ".join(one(name, change) for name, change in changes.items())
