"""A replacement that is made while the old one still stands, since others hold on to that until they are changed.

The old one is put aside: its tag names a step that nobody lists. So it is an orphan, for this run, which deletes it last, and
for the next one, should this run be killed anywhere.
"""

from __future__ import annotations

import dataclasses
from hashlib import sha256
from typing import TYPE_CHECKING

from ..aws.ownership import STEP
from ..errors import NotSettled
from ..resource import Change, Live, Resource
from .preview import ActionKind
from .remove import Doomed
from .schedule import Call, Pause
from .snapshot import identity
from .world import SETTLES

if TYPE_CHECKING:
    from .preview import Action
    from .snapshot import Snapshot
    from .world import Work, World


def key_of_removal(action: Action) -> str:
    """The step under which the old one of an action goes: its own, or the one that it was put aside as."""
    beside = action.kind is ActionKind.REPLACE and action.made_before_deleted
    return _aside(action.step, action.id or "") if beside else action.step


def put_aside(world: World, step: Resource, wanted: Resource, old: Live) -> Work:
    """Give the old one the tag of a step that nobody lists, and wait until AWS shows that."""
    kind, place = type(step), world.snapshot.place(type(step), step.region)
    dead = identity(kind, old)
    tag = {STEP: _aside(step.key, dead)}
    renamed = dataclasses.replace(wanted, tags={**wanted.tags, **tag})
    changed = {"tags": Change({STEP: step.key}, tag)}

    def work() -> Work:
        yield Call(lambda: renamed.update(world.aws.at(step.region), old, changed))

    yield from world.persistently(step.key, work)
    pauses, began = world.pauses(kind), world.clock.now()
    while True:
        yield from world.read(step.key, place, world.clock.now())
        live = world.snapshot.live(step)
        if live is None or identity(kind, live) != dead:
            return
        if world.clock.now() - began > SETTLES:
            raise NotSettled(f"{step.key}: AWS took another tag for {dead}, which is to be replaced, and does not show it")
        yield Pause(next(pauses))


def what_was_put_aside(snapshot: Snapshot, action: Action) -> Doomed | None:
    """The old one of an action, where it was put aside."""
    key = key_of_removal(action)
    for place, sighting in snapshot.places():
        if key != action.step and place.kind.__name__ == action.type and key in sighting.living:
            return Doomed(key, place, sighting.living[key])
    return None


def _aside(key: str, old: str) -> str:
    return f"{key}.{sha256(old.encode()).hexdigest()[:6]}"
