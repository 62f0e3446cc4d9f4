"""A step: what a plan wants one AWS resource to be. These are the words that a resource type is written in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, dataclass_transform

import jmespath

from .errors import PlanError
from .value import Deferred, Id, Ids, Output, Referable, Value, contains_unknown, fill, references

if TYPE_CHECKING:
    from jmespath.parser import ParsedResult

    from .aws.account import Aws

__all__ = [
    "GONE",
    "LEAVING",
    "PENDING",
    "READY",
    "Attribute",
    "Change",
    "Changes",
    "Id",
    "Ids",
    "Live",
    "Name",
    "Output",
    "Resource",
    "State",
    "Value",
    "attr",
    "broken",
    "dependencies",
    "diff",
    "is_protected",
    "needs",
    "overrides",
    "part_of",
    "replaces",
    "resolve",
    "shown",
]

Live = Mapping[str, Any]
"""One resource as AWS describes it."""


class Change(NamedTuple):
    """A property that is not as wanted: what AWS shows, what the plan wants, and whether AWS can only replace it."""

    before: Any
    after: Any
    replaces: bool = False


Changes = Mapping[str, Change]


class State(NamedTuple):
    """Where a living resource stands in its life. `reason` is AWS's own word on it, if it has one."""

    name: str
    reason: str = ""


READY = State("ready")
PENDING = State("pending")
LEAVING = State("leaving")
"""Being deleted: it will go, and what is wanted in its place must wait for that."""
GONE = State("gone")
"""AWS still lists it, but it lives no more (a deleted NAT gateway, a key pending deletion)."""


def broken(reason: str) -> State:
    """Failed for good: AWS will not mend it."""
    return State("broken", reason)


class Name(Output):
    """An id that the plan chooses, known before the resource exists: the plan's convention, cut to `longest` characters.

    With `given`, the field of that name overrides the convention. With `unique_in_the_world`, the name ends in the account id.
    """

    def __init__(self, path: str, *, longest: int, given: str | None = None, unique_in_the_world: bool = False) -> None:
        super().__init__(path)
        self.longest, self.given, self.unique_in_the_world = longest, given, unique_in_the_world


@dataclasses.dataclass(frozen=True)
class Attribute:
    """What the engine must know of a field, beside its value."""

    path: ParsedResult | None
    replace: bool
    ready: bool
    norm: Callable[[Any], Any]
    same: Callable[[Any, Any], bool]


def attr(
    path: str | None = None,
    *,
    default: Any = dataclasses.MISSING,
    factory: Any = dataclasses.MISSING,
    replace: bool = False,
    ready: bool = False,
    norm: Callable[[Any], Any] = lambda value: value,
    same: Callable[[Any, Any], bool] = lambda wanted, have: bool(wanted == have),
) -> Any:
    """A wanted property, and where the live document shows it (`path`, JMESPath).

    Without a path it is write-only: sent, never compared. `replace`: AWS can not change it in place. `ready`: what it refers to
    must be ready, not only exist. `norm` gives both sides one spelling; `same(wanted, have)` decides on those.
    """
    compiled = jmespath.compile(path) if path else None
    about = Attribute(compiled, replace, ready, norm, same)
    return dataclasses.field(default=default, default_factory=factory, kw_only=True, metadata={"attr": about})


def as_tags(tags: Any) -> dict[str, str]:
    """Tags as a mapping; AWS spells them as lists of Key and Value (KMS: TagKey and TagValue), or as a map."""
    if isinstance(tags, Mapping):
        return dict(tags)
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue", "")) for tag in tags or ()}


def tag_list(tags: Mapping[str, str]) -> list[Any]:
    """Tags as most services spell them: a list of Key and Value, which each of them gives a type of its own."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def covers(wanted: Mapping[Any, Any], have: Mapping[Any, Any]) -> bool:
    """Whether `have` shows all that is wanted; what others put beside it is theirs."""
    return wanted.items() <= have.items()


@dataclass_transform(frozen_default=True, eq_default=False, kw_only_default=True, field_specifiers=(attr, dataclasses.field))
@dataclasses.dataclass(frozen=True, eq=False)
class Resource(Referable):
    """Base of every step. A subclass is a frozen dataclass without being told so.

    A type overrides `living`, `create`, `update`, `delete`, and `state` where existing is not being ready. Inside these, every
    reference is already a value: where a field holds a step, `self.field` is that step's id; and `self.tags` holds all the tags
    that the resource is to carry.
    """

    id: ClassVar[Output]
    mark: ClassVar[str | None] = None
    """Where a type that takes no tags shows the plan's mark (JMESPath into the live document)."""
    data: ClassVar[bool] = False
    """It holds what can not be made again: `up` deletes or replaces it only where it is named."""
    regional: ClassVar[bool] = True
    """False: one list for all regions, read from the home region."""
    usual_seconds: ClassVar[float] = 1.0
    """How long AWS usually takes from create to ready; orders the work before there is a history."""
    patience_seconds: ClassVar[float] = 600.0
    """How long it may take to become ready, or to go."""
    since: ClassVar[str | None] = None
    """Where AWS shows the time of creation (JMESPath)."""
    longest_name: ClassVar[int] = 255
    """Characters that AWS takes for its name, where the id is not the name; a longer one is cut, and told apart by a hash."""
    protection: ClassVar[str | None] = None
    """Where AWS shows that its deletion is locked (JMESPath). `up` deletes or replaces it then only where it is named; `delete`
    lifts the lock first."""
    whole: ClassVar[str | None] = None
    """Where AWS shows the id of what it is a part of (JMESPath): it is protected, and kept, together with that."""
    changes_while_pending: ClassVar[bool] = False
    """It takes changes while it is not ready, and may need them to become so (a group that can not launch what it is told)."""
    made_before_deleted: ClassVar[bool] = False
    """A replacement is made before the old one goes, since others hold on to that until they are changed. The old one's tag
    then names another step, so it is an orphan, which goes last. AWS must take two of the type side by side."""

    finished_by: ClassVar[tuple[str, ...]] = ()
    """Types of steps that refer to it, and without which it does not become ready: whoever is to bring it brings those, too."""
    may_double: ClassVar[bool] = False
    """Asked twice, AWS makes two: neither a name nor a client token keeps it from that."""

    name: str = dataclasses.field(kw_only=False)
    after: tuple[Resource, ...] = dataclasses.field(default=(), kw_only=True)
    """Steps that must be ready first, where no field says so."""
    region: str | None = dataclasses.field(default=None, kw_only=True)
    """Another region than the plan's own."""
    predecessors: tuple[str, ...] = dataclasses.field(default=(), kw_only=True, repr=False)
    """Set by the engine: the ids of this step's dead, which keep a client token from bringing one back."""
    anew: bool = dataclasses.field(default=False, kw_only=True, repr=False)
    """Set by the engine: a person asked for another one by `--replace`, so none of the dead is wanted again."""
    tags: Mapping[str, str] = attr("Tags", factory=dict, norm=as_tags, same=covers)

    attributes: ClassVar[Mapping[str, Attribute]] = {}
    """The fields that are sent or compared, by name; filled in for every type."""

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(frozen=True, eq=False)(cls)
        found = {field.name: field.metadata["attr"] for field in dataclasses.fields(cls) if "attr" in field.metadata}
        cls.attributes = {name: about for name, about in found.items() if name != "tags" or cls.taggable()}

    @property
    def key(self) -> str:
        return f"{type(self).__name__}/{self.name}"

    @classmethod
    def taggable(cls) -> bool:
        """Whether AWS keeps tags on it; if not, `mark` says how it is known."""
        return cls.mark is None

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        """Every resource of this type that may be the plan's, in one bulk read with its pages.

        What only a call per resource shows is read in parallel (`aws.together`).
        """
        raise NotImplementedError

    def create(self, aws: Aws) -> Live | None:
        """Make it in exactly one changing call that carries its tags or mark; `update` brings what this call can not set.

        Returns the document that AWS answered with, if it did, completed by what a new one is known to be: dependents start
        from it at once, and so does what the call could not set.
        """
        raise NotImplementedError

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        """Bring the changed fields to what is wanted, and send nothing else."""
        raise NotImplementedError

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        """Take the next step towards its removal, from its live document alone, so that it serves orphans too.

        Called again with the newest document until it is gone.
        """
        raise NotImplementedError

    @staticmethod
    def state(live: Live) -> State:
        """Where it stands: READY, PENDING, LEAVING, GONE, or broken(why)."""
        return READY

    def adoption(self, aws: Aws) -> str:
        """What a person does to give the plan what stands already in the place of this step, in words. May read."""
        return aws.ownership.adoption(self)

    @classmethod
    def stays(cls, aws: Aws, live: Live) -> str | None:
        """Why it may not be deleted now, and what to do about it, if so. Asked before a teardown deletes anything."""
        return None

    @classmethod
    def expires(cls, live: Live) -> str | None:
        """Why AWS does not delete it when asked, where it goes by itself; None where it can be deleted. It is let go then."""
        return None

    @classmethod
    def came_back(cls, aws: Aws, live: Live) -> Live | None:
        """What somebody else has made again, without a word of whose it is, in place of this one that was just deleted."""
        return None

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        """Who keeps it from being deleted, in words; asked only when a delete has been refused for too long."""
        return ()


def part_of(step: Resource, whole: Any) -> None:
    """Raises `PlanError` where a part of which a whole has exactly one is not named as its whole: by that it is known again."""
    if isinstance(whole, Resource) and whole.name != step.name:
        raise PlanError(f"{step.key} is a part of {whole.key} that can say nowhere whose it is: name it {whole.name!r}, too")


def shown(path: str, live: Live) -> Any:
    """What a live document shows at a JMESPath."""
    return _compiled(path).search(live)


def overrides(kind: type[Resource], method: str) -> bool:
    """Whether a type has a class method of its own in place of the base's."""
    return getattr(kind, method).__func__ is not getattr(Resource, method).__func__


def is_protected(kind: type[Resource], live: Live | None) -> bool:
    """Whether AWS shows that a resource may not be deleted."""
    return kind.protection is not None and live is not None and shown(kind.protection, live) in (True, "true")


@cache
def _compiled(path: str) -> ParsedResult:
    return jmespath.compile(path)


class Need(NamedTuple):
    """What a step waits for before it can start: a value of another step, or its readiness (`path` is None)."""

    step: Referable
    path: str | None


def needs(step: Resource) -> Iterator[Need]:
    """Everything that must be there before the step can start."""
    for name, about in type(step).attributes.items():
        for ref in references(getattr(step, name)):
            yield Need(ref.step, None if about.ready or ref.settled else ref.path)
    for other in step.after:
        yield Need(other, None)


def dependencies(step: Resource) -> set[Referable]:
    """The steps that this one refers to or stands after."""
    return {need.step for need in needs(step)}


def resolve(step: Resource, read: Callable[[Deferred], Any]) -> Resource:
    """A copy of the step in which every reference is the value that `read` gives it."""
    values = {name: fill(getattr(step, name), read) for name in type(step).attributes}
    return dataclasses.replace(step, **values)


def diff(step: Resource, live: Live) -> dict[str, Change]:
    """The fields of a resolved step that its live document does not show.

    None is "not managed"; empty or false is a wish. A field that AWS has never shown is unfinished, and so never replaces.
    """
    changes = {}
    for name, about in type(step).attributes.items():
        wanted = getattr(step, name)
        if about.path is None or wanted is None:
            continue
        have = about.path.search(live)
        if have is not None:
            have = about.norm(have)
        if contains_unknown(wanted):
            changes[name] = Change(have, wanted, about.replace and have is not None)
            continue
        wanted = about.norm(wanted)
        if not wanted if have is None else about.same(wanted, have):
            continue
        if about.same is covers:
            have, wanted = _uncovered(have or {}, wanted)
        changes[name] = Change(have, wanted, about.replace and have is not None)
    return changes


def _uncovered(have: Mapping[Any, Any], wanted: Mapping[Any, Any]) -> tuple[dict[Any, Any], dict[Any, Any]]:
    missing = {key: value for key, value in wanted.items() if key not in have or have[key] != value}
    return {key: have[key] for key in missing if key in have}, missing


def replaces(changes: Changes) -> list[str]:
    """The changed fields that AWS can not change in place."""
    return [name for name, change in changes.items() if change.replaces]
