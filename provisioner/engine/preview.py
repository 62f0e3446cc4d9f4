"""What `up` or `teardown` would do: pure, from a snapshot alone."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..resource import Change, Live, Resource, State, diff, is_protected, replaces, resolve, shown
from ..value import Fact, Ref, Unknown
from .snapshot import identity, is_name, mentioned

if TYPE_CHECKING:
    from ..aws.ownership import Ownership
    from ..plan import Plan
    from ..value import Deferred
    from .options import Options
    from .snapshot import Place, Snapshot


class ActionKind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    DELETE = "delete"
    NONE = "none"


@dataclasses.dataclass(frozen=True)
class Action:
    """What is to be done for one step, and why where that is not plain from the changes."""

    step: str
    type: str
    kind: ActionKind
    id: str | None = None
    changes: Mapping[str, Change] = dataclasses.field(default_factory=dict)
    live: Live | None = None
    reason: str = ""
    state: State | None = None
    since: str | None = None
    made_before_deleted: bool = False
    """It is replaced while the old one still stands, which goes last."""


@dataclasses.dataclass(frozen=True)
class Preview:
    """All actions, steps in the plan's order and deletions last; what to know of them; and why `up` would refuse."""

    actions: tuple[Action, ...]
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()

    def summary(self) -> dict[str, int]:
        """How many of each kind, all kinds named."""
        counted = Counter(action.kind for action in self.actions)
        return {kind.value: counted[kind] for kind in ActionKind}

    @property
    def anything_to_do(self) -> bool:
        return any(action.kind is not ActionKind.NONE for action in self.actions)

    def digest(self) -> str:
        """The same for the same wishes and the same AWS; another one when either has moved."""
        facts = [[a.step, a.kind, a.id, _plain(a.changes)] for a in self.actions]
        return sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((_plain(item) for item in value), key=str)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool) or value is None else repr(value)


class _Previewer:
    def __init__(self, plan: Plan, snapshot: Snapshot, ownership: Ownership, options: Options) -> None:
        self._plan, self._snapshot, self._ownership, self._options = plan, snapshot, ownership, options
        self.actions: dict[str, Action] = {}
        self._resolved: dict[str, Resource] = {}

    def decide(self, step: Resource) -> Action:
        wanted = resolve(step, self._value)
        wanted = dataclasses.replace(wanted, tags=self._ownership.tags(wanted))
        self._resolved[step.key] = wanted
        live = self._snapshot.live(step)
        state = type(step).state(live) if live is not None else None
        if live is None or (state is not None and state.name == "leaving"):
            return self._action(step, ActionKind.CREATE, None, diff(wanted, {}), state=state)
        changes = diff(wanted, live)
        if reason := self._why_replace(step, changes, state):
            return self._action(step, ActionKind.REPLACE, live, changes, reason, state)
        kind = ActionKind.UPDATE if changes else ActionKind.NONE
        return self._action(step, kind, live, changes, state=state)

    def leave(self, step: Resource) -> Action:
        live = self._snapshot.live(step)
        state = type(step).state(live) if live is not None else None
        return self._action(step, ActionKind.NONE, live, {}, "excluded", state)

    def _why_replace(self, step: Resource, changes: Mapping[str, Change], state: State | None) -> str:
        if step.key in self._options.replace:
            return "named by --replace"
        if names := replaces(changes):
            return f"AWS can not change {' or '.join(names)} in place"
        return f"it has failed: {state.reason}" if state is not None and state.name == "broken" else ""

    def _action(
        self,
        step: Resource,
        kind: ActionKind,
        live: Live | None,
        changes: Mapping[str, Change],
        reason: str = "",
        state: State | None = None,
    ) -> Action:
        return _described(type(step), step.key, kind, live, changes, reason, state)

    def _value(self, source: Deferred) -> Any:
        if isinstance(source, Fact):
            return self._snapshot.value(source)
        assert isinstance(source, Ref)
        step = source.step
        action = self.actions[step.key]
        made_anew = action.kind in (ActionKind.CREATE, ActionKind.REPLACE)
        if is_name(source) and (made_anew or action.live is None):
            return self._ownership.name(self._resolved[step.key]) if step.key in self._resolved else Unknown(step.key)
        moves = made_anew or (source.settled and action.kind is ActionKind.UPDATE)
        value = None if moves or action.live is None else shown(source.path, action.live)
        return Unknown(step.key) if value is None else value


def _described(
    kind: type[Resource],
    key: str,
    action: ActionKind,
    live: Live | None,
    changes: Mapping[str, Change],
    reason: str,
    state: State | None,
) -> Action:
    since = shown(kind.since, live) if kind.since and live else None
    found = identity(kind, live) or None if live is not None else None
    born = str(since) if since else None
    return Action(key, kind.__name__, action, found, changes, live, reason, state, born, kind.made_before_deleted)


def preview(plan: Plan, snapshot: Snapshot, ownership: Ownership, options: Options) -> Preview:
    """What `up` would do."""
    chosen = options.chosen(plan)
    previewer = _Previewer(plan, snapshot, ownership, options)
    for step in plan.steps:
        decide = previewer.decide if step.key in chosen else previewer.leave
        previewer.actions[step.key] = decide(step)
    orphans = [] if options.only else _orphans(plan, snapshot, options.exclude)
    actions = (*previewer.actions.values(), *orphans)
    warnings = (*plan.warnings, *unreadable(snapshot), *_survivors(actions))
    return Preview(actions, warnings, tuple(_refusals(actions, snapshot, options)))


def _orphans(plan: Plan, snapshot: Snapshot, spared: Sequence[str]) -> list[Action]:
    listed = {step.key for step in plan.steps}
    return [
        _described(place.kind, key, ActionKind.DELETE, live, {}, "no longer in the plan", place.kind.state(live))
        for place, key, live in living(snapshot)
        if key not in listed and key not in spared
    ]


def preview_teardown(snapshot: Snapshot, chosen: Callable[[str], bool], stays: Mapping[str, str]) -> Preview:
    """What `teardown` would delete: all that lives and is the plan's, whether or not the plan still lists it.

    `stays` says of steps why AWS, or the plan itself, would keep them: then nothing is to be deleted at all.
    """
    actions = [
        _described(place.kind, key, ActionKind.DELETE, live, {}, "", place.kind.state(live))
        for place, key, live in living(snapshot)
        if chosen(key)
    ]
    refusals = [f"{action.step}: {stays[action.step]}" for action in actions if action.step in stays]
    return Preview(tuple(actions), tuple(unreadable(snapshot)), tuple(refusals))


def living(snapshot: Snapshot) -> list[tuple[Place, str, Live]]:
    """Everything that lives and is the plan's, by type and step."""
    found = [(place, key, live) for place, sighting in snapshot.places() for key, live in sighting.living.items()]
    return sorted(found, key=lambda one: (one[0].kind.__name__, one[1]))


def unreadable(snapshot: Snapshot) -> list[str]:
    """Types that AWS does not let us list, of which the plan has none."""
    return [
        f"{place.kind.__name__} could not be listed in {place.region}, so orphans of it stay unseen ({sighting.refused})"
        for place, sighting in snapshot.places()
        if sighting.refused is not None
    ]


def _survivors(actions: Sequence[Action]) -> list[str]:
    """Who refers to what is replaced, and stays: AWS may hold the old one until they are changed, which comes after it."""
    old = {a.id: a.step for a in actions if a.kind is ActionKind.REPLACE and a.id and not a.made_before_deleted}
    staying = [a for a in actions if a.live is not None and a.kind in (ActionKind.UPDATE, ActionKind.NONE)]
    return [
        f"{action.step} refers to {old[one]}, which is replaced first: if AWS holds the old one, add --replace {action.step}"
        for action in staying
        for one in sorted(mentioned(action.live or {}) & old.keys())
    ]


def _refusals(actions: Sequence[Action], snapshot: Snapshot, options: Options) -> list[str]:
    kinds = {place.kind.__name__: place.kind for place, _ in snapshot.places()}
    refusals = []
    for action in actions:
        # With --only, types of which no step was chosen are not read, and nothing happens to them.
        why = _why_kept(kinds[action.type], action.live) if action.type in kinds else ""
        if why and action.kind is ActionKind.REPLACE and action.step not in options.replace:
            refusals.append(
                f"{action.step} {why} and would be replaced ({action.reason}): "
                f"name it with --replace {action.step}, or leave it out with --exclude {action.step}"
            )
        if why and action.kind is ActionKind.DELETE and action.step not in options.delete:
            refusals.append(
                f"{action.step} ({action.id}) {why} and is no longer in the plan: "
                f"name it with --delete {action.step}, or leave it with --exclude {action.step}"
            )
    return refusals


def _why_kept(kind: type[Resource], live: Live | None) -> str:
    """Why only a person who names it may have it deleted, if that is so."""
    if kind.data:
        return "holds data"
    return "is protected from deletion" if is_protected(kind, live) else ""
