"""What lives. One bulk read of a type serves all steps of that type, also while they wait."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import CallFailed
from ..resource import Name, shown
from ..value import Fact, Ref

if TYPE_CHECKING:
    from ..aws.account import Aws
    from ..resource import Live, Resource
    from ..value import Deferred


class Place(NamedTuple):
    """Where a type is listed: once a region, or once at all."""

    kind: type[Resource]
    region: str


@dataclass(frozen=True)
class Sighting:
    """What one bulk read showed, by step: the living, the ids of the dead, and steps that two living things claim."""

    living: Mapping[str, Live] = field(default_factory=dict)
    dead: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    doubles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scheduled: Mapping[str, str] = field(default_factory=dict)
    """Dead that AWS still keeps for a while, with its word on how long."""
    refused: CallFailed | None = None
    """The read was refused; nothing is known of the type."""


Documents = list[tuple[str, "Live"]]
"""What one bulk read showed of the plan's, each with the step that owns it."""


class Snapshot:
    """The living resources of one plan and environment, as the latest reads show them."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._sightings: dict[Place, Sighting] = {}
        self._born: dict[str, Live] = {}
        self._seen: dict[str, Live] = {}
        self._values: dict[str, dict[str, Any]] = {}
        # By type: two types may give the same name.
        self._buried: set[tuple[type[Resource], str]] = set()
        self._facts: dict[Fact, Any] = {}

    def place(self, kind: type[Resource], region: str | None) -> Place:
        """Where a type is listed for a step of that region."""
        return Place(kind, region if region and kind.regional else self._aws.region)

    def read(self, place: Place) -> Documents:
        """One bulk read; called in a thread, and kept by `keep`. Raises `CallFailed`."""
        found = place.kind.living(self._aws.at(place.region))
        owned = ((self._aws.ownership.step_of(place.kind, live), live) for live in found)
        return [(key, live) for key, live in owned if key is not None]

    def keep(self, place: Place, documents: Documents) -> None:
        """Make a read what is known from now on; but what this run has seen gone does not come back from a read that lags."""
        kind = place.kind
        sighting = _sorted(kind, documents, self._buried)
        self._sightings[place] = sighting
        self._seen.update(sighting.living)
        for key in sighting.living:
            self._born.pop(key, None)

    def keep_refused(self, place: Place, refused: CallFailed) -> None:
        """Nothing can be known of the place."""
        self._sightings[place] = Sighting(refused=refused)

    def expect(self, step: Resource) -> None:
        """It is about to be made: ids that are made of its name, unlike those that AWS gives, can be borne again."""
        kind, name = type(step), self._aws.ownership.name(step)
        self._buried -= {one for one in self._buried if one[0] is kind and _last_part(one[1]) == name}

    def born(self, step: Resource, live: Live | None) -> None:
        """A resource that this run has just made, as far as the answer showed it; it counts until a read shows more."""
        self._born[step.key] = live or {}
        self._values.pop(step.key, None)
        self._buried.discard((type(step), identity(type(step), live or {})))

    def forget_born(self) -> None:
        """What this run has made counts from now on only as far as reads show it: some of it may have gone down again."""
        self._born.clear()
        self._values.clear()

    def bury(self, key: str, kind: type[Resource], live: Live) -> None:
        """It was deleted, and a read has shown that it is gone."""
        self._buried.add((kind, identity(kind, live)))
        self._seen.pop(key, None)
        self._born.pop(key, None)
        self._values.pop(key, None)

    def live(self, step: Resource) -> Live | None:
        """The newest document of a step's resource; None where none is known."""
        return self._sighting(step).living.get(step.key) or self._born.get(step.key)

    def is_shown(self, step: Resource) -> bool:
        """Whether the latest read showed it."""
        return step.key in self._sighting(step).living

    def dead(self, step: Resource) -> tuple[str, ...]:
        """The ids of the step's dead that AWS still lists."""
        return self._sighting(step).dead.get(step.key, ())

    def doubles(self, step: Resource) -> tuple[str, ...]:
        """The ids of the living things that claim to be this step, where there is more than one."""
        return self._sighting(step).doubles.get(step.key, ())

    def places(self) -> Iterable[tuple[Place, Sighting]]:
        """Everything that was read."""
        return self._sightings.items()

    def facts(self) -> set[Fact]:
        """The facts that are known already."""
        return set(self._facts)

    def learn(self, fact: Fact, value: Any) -> None:
        """Keep a fact for the run."""
        self._facts[fact] = value

    def value(self, source: Deferred) -> Any:
        """A fact, or what a step's document shows at a path; None where it shows nothing yet.

        What was shown once in this run stays known: a later read may come from where it is not known yet.
        """
        if isinstance(source, Fact):
            return self._facts[source]
        assert isinstance(source, Ref)
        step: Any = source.step
        live = self.live(step)
        if live is None:
            live = self._seen.get(step.key)
        if live is None:
            return None
        known = self._values.setdefault(step.key, {})
        value = shown(source.path, live)
        if value is None:
            value = known.get(source.path)
        else:
            known[source.path] = value
        return self._aws.ownership.name(step) if value is None and is_name(source) else value

    def shows(self, step: Resource, path: str) -> bool:
        """Whether a value of the step is there for others to use."""
        return self.value(Ref(step, path)) is not None

    def lives(self, place: Place, key: str) -> Live | None:
        """The newest document of what a place shows for a step, listed in the plan or not."""
        return self._sightings.get(place, _NOTHING).living.get(key)

    def _sighting(self, step: Resource) -> Sighting:
        return self._sightings.get(self.place(type(step), step.region), _NOTHING)


_NOTHING = Sighting()


def _sorted(kind: type[Resource], documents: Documents, buried: Set[tuple[type[Resource], str]]) -> Sighting:
    living: dict[str, Live] = {}
    dead: dict[str, list[str]] = {}
    doubles: dict[str, tuple[str, ...]] = {}
    scheduled: dict[str, str] = {}
    for key, live in documents:
        state = kind.state(live)
        if state.name == "gone":
            dead.setdefault(key, []).append(identity(kind, live))
            if state.reason:
                scheduled[f"{key} ({identity(kind, live)})"] = state.reason
        elif (kind, identity(kind, live)) in buried:
            continue
        elif (
            key not in living
            or kind.state(living[key]).name == "leaving"
            or identity(kind, living[key]) == identity(kind, live)
        ):
            # Pages that move while they are read show one thing twice.
            living[key] = live
        elif state.name != "leaving":
            doubles[key] = (*doubles.get(key, (identity(kind, living[key]),)), identity(kind, live))
    return Sighting(living, {key: tuple(sorted(ids)) for key, ids in dead.items()}, doubles, scheduled)


def identity(kind: type[Resource], live: Live) -> str:
    """The id that a document shows."""
    return str(shown(kind.id.path, live) or "")


def _last_part(name: str) -> str:
    return re.split("[:/]", name)[-1]


def is_name(ref: Ref) -> bool:
    """Whether a reference is to a name that the plan chose, and so is known before the resource exists."""
    chosen = type(ref.step).id
    return isinstance(chosen, Name) and chosen.path == ref.path


# Tags and policies may name anything; what they name is not held by that.
_HOLDING_NOTHING = frozenset({"Tags", "Policy", "PolicyDocument", "AssumeRolePolicyDocument", "InlinePolicies"})


def mentioned(live: Live) -> set[str]:
    """Everything in a document that could be the id of another resource. What it mentions, it may hold."""
    return {word for text in _texts(live) for word in _words(text)}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _HOLDING_NOTHING:
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _words(text: str) -> set[str]:
    # An ARN or a URL holds the id that it names as one of its parts.
    return {text, *text.split(":"), *text.split("/"), *re.split("[:/]", text), text.removesuffix(":*"), text.removesuffix("/*")}
