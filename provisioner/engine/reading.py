"""The bulk reads that a run begins with: every type's living resources and the plan's facts, all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..errors import Ambiguous, CallFailed
from ..value import facts, references
from .schedule import Call
from .snapshot import Place, Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..aws.account import Aws
    from ..plan import Plan
    from ..resource import Resource
    from ..value import Fact
    from .options import Options
    from .world import Work, World


class Reading:
    """What is to be read for a plan, and the tasks that read it into a snapshot, with the read-only twin."""

    def __init__(self, plan: Plan, aws: Aws, snapshot: Snapshot, types: Sequence[type[Resource]]) -> None:
        self._plan, self._aws, self._snapshot = plan, aws, snapshot
        # A plan may bring types of its own.
        self._types = {kind.__name__: kind for kind in (*types, *(type(step) for step in plan.steps))}
        values = [getattr(step, name) for step in plan.steps for name in type(step).attributes]
        self._facts = set(facts([*values, plan.outputs]))

    def places(self) -> set[Place]:
        """Everywhere that something of the plan may live, listed in it or not."""
        regions = {self._aws.region, *self._plan.regions}
        return {self._snapshot.place(kind, region) for kind in self._types.values() for region in regions}

    def chosen_places(self, options: Options) -> set[Place]:
        """Where the chosen steps live: choosing saves reads as well as writes."""
        chosen = options.chosen(self._plan)
        return {self._snapshot.place(type(step), step.region) for step in self._plan.steps if step.key in chosen}

    def places_of_outputs(self) -> set[Place]:
        """Where the steps live that the plan's outputs are made of."""
        steps: Any = {ref.step for ref in references(self._plan.outputs)}
        return {self._snapshot.place(type(step), step.region) for step in steps}

    def place_of(self, key: str) -> Place | None:
        """Where a step lives, listed in the plan or not; None where there is no such type any more."""
        for step in self._plan.steps:
            if step.key == key:
                return self._snapshot.place(type(step), step.region)
        kind = self._types.get(key.partition("/")[0])
        return self._snapshot.place(kind, None) if kind else None

    def add(self, world: World, places: Iterable[Place]) -> None:
        """A task for every place, and for every fact that is not known yet."""
        snapshot = Snapshot(self._aws.reading())
        for place in places:
            world.schedule.add(place, self._look(world, place, snapshot), weight=place.kind.usual_seconds)
        for fact in self._facts - self._snapshot.facts():
            world.schedule.add(fact, self._learn(world, fact))

    def _look(self, world: World, place: Place, snapshot: Snapshot) -> Work:
        try:
            documents = yield from world.persistently(place.kind.__name__, lambda: _asking(lambda: snapshot.read(place)))
        except CallFailed as error:
            if any(isinstance(step, place.kind) for step in self._plan.steps):
                raise
            self._snapshot.keep_refused(place, error)
        else:
            self._snapshot.keep(place, documents)

    def _learn(self, world: World, fact: Fact) -> Work:
        value = yield from world.persistently(fact.about, lambda: _asking(lambda: fact.read(self._aws.reading())))
        self._snapshot.learn(fact, value)


def _asking(read: Callable[[], Any]) -> Work:
    return (yield Call(read))


def check_doubles(snapshot: Snapshot) -> None:
    """Raises `Ambiguous` where two living things claim to be one step."""
    doubles = [
        f"{key}: {' and '.join(ids)} both claim to be it. Delete one, or its provisioner tags; nothing was changed"
        for _, sighting in snapshot.places()
        for key, ids in sorted(sighting.doubles.items())
    ]
    if doubles:
        raise Ambiguous("\n".join(doubles))
