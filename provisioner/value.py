"""Values that are not there yet when a plan is written: another step's id, a fact that AWS knows, text made of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, NoReturn, TypeVar, overload

if TYPE_CHECKING:
    from .aws.account import Aws

S = TypeVar("S")
T = TypeVar("T")


@dataclasses.dataclass(frozen=True)
class Unknown:
    """A value that exists only once another step has run; seen in previews only, and no call accepts it."""

    source: str

    def __repr__(self) -> str:
        return f"(known after {self.source})"


class Deferred:
    """A value to be read later. It can not be printed, added or formatted: `map` and `text` build values from it."""

    def map(self, make: Callable[[Any], Any]) -> Deferred:
        """What `make` returns for the value, once there is one."""
        return Mapped((self,), make)

    def _refuse(self) -> NoReturn:
        raise TypeError(f"{self!r} is not known yet: build values from it with .map(...) or text(...)")

    def __str__(self) -> str:
        self._refuse()

    def __format__(self, _: str) -> str:
        self._refuse()

    def __bool__(self) -> bool:
        self._refuse()


@dataclasses.dataclass(frozen=True, eq=False)
class Ref(Deferred):
    """A value to be read from another step's live document."""

    step: Referable
    path: str
    settled: bool = False
    """It changes with its step: known only when that is as wanted."""

    def __repr__(self) -> str:
        return f"{self.step.key}[{self.path}]"


@dataclasses.dataclass(frozen=True, eq=False)
class Fact(Deferred):
    """Something that AWS knows without any step: zones, an image, the account. Read once a run, before the preview."""

    about: str
    read: Callable[[Aws], Any]

    def __repr__(self) -> str:
        return f"Fact({self.about})"


@dataclasses.dataclass(frozen=True, eq=False)
class Mapped(Deferred):
    """A value made of others."""

    sources: tuple[Any, ...]
    make: Callable[..., Any]

    def __repr__(self) -> str:
        return f"a value of {', '.join(map(repr, self.sources))}"


ACCOUNT_ID = Fact("the account's id", lambda aws: aws.account_id)
REGION = Fact("the plan's region", lambda aws: aws.region)
PARTITION = Fact("the partition", lambda aws: aws.partition)
CALLER = Fact("who runs this", lambda aws: aws.caller)
"""The ARN of the user, or of the role behind the session, whose credentials these are."""


def text(template: str, *values: Any) -> Deferred:
    """`str.format` for values that are not known yet: `text("{}/*", bucket.arn)`. A step stands for its id."""
    return Mapped(values, template.format)


class Referable:
    """What a value can stand for by its id: a step."""

    id: ClassVar[Output]

    @property
    def key(self) -> str:
        """The step's name in plans, tags and reports: its type and its name."""
        raise NotImplementedError


class Output:
    """Class attribute that names a value which other steps may use: `arn = Output("Arn")`.

    `settled`: it changes when its step is changed (a template's latest version), so who uses it waits until that is done.
    """

    def __init__(self, path: str, *, settled: bool = False) -> None:
        self.path, self.settled = path, settled

    @overload
    def __get__(self, step: None, owner: Any) -> Output: ...
    @overload
    def __get__(self, step: Referable, owner: Any) -> Ref: ...
    def __get__(self, step: Referable | None, owner: Any) -> Output | Ref:
        return self if step is None else Ref(step, self.path, self.settled)


if TYPE_CHECKING:

    class Id(Generic[S]):
        """A field that is given a step (or an id) and, inside the type's methods, holds the id."""

        @overload
        def __get__(self, instance: None, owner: Any) -> Id[S]: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> str: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: S | Deferred | str) -> None: ...

    class Ids(Generic[S]):
        """A field that is given steps (or ids) and, inside the type's methods, holds the ids."""

        @overload
        def __get__(self, instance: None, owner: Any) -> Ids[S]: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> Sequence[str]: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: Sequence[S | Deferred | str] | Deferred) -> None: ...

    class Value(Generic[T]):
        """A field that may be given a deferred value and, inside the type's methods, holds the value."""

        @overload
        def __get__(self, instance: None, owner: Any) -> Value[T]: ...
        @overload
        def __get__(self, instance: object, owner: Any) -> T: ...
        def __get__(self, instance: Any, owner: Any) -> Any: ...
        def __set__(self, instance: Any, value: T | Deferred) -> None: ...

else:
    # Annotations only: the types above tell mypy what a field takes and what it gives; at run time a field is a plain value.
    Id = dict
    Ids = dict
    Value = dict


def references(value: Any) -> Iterator[Ref]:
    """Every value of another step that this one is made of, however deep. A step stands for its id."""
    for source in _sources(value):
        if isinstance(source, Ref):
            yield source


def facts(value: Any) -> Iterator[Fact]:
    """Every fact that a value is made of, however deep."""
    for source in _sources(value):
        if isinstance(source, Fact):
            yield source


def _sources(value: Any) -> Iterator[Deferred]:
    if isinstance(value, Ref | Fact):
        yield value
    elif isinstance(value, Mapped):
        for source in value.sources:
            yield from _sources(source)
    elif isinstance(value, Referable):
        yield value.id
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _sources(key)
            yield from _sources(item)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _sources(item)


def fill(value: Any, read: Callable[[Deferred], Any]) -> Any:
    """The value with every deferred part replaced by what `read` gives for it. What is made of an unknown is unknown."""
    if isinstance(value, Ref | Fact):
        return read(value)
    if isinstance(value, Mapped):
        return _made(value, [fill(source, read) for source in value.sources])
    if isinstance(value, Referable):
        return read(value.id)
    if isinstance(value, Mapping):
        return {fill(key, read): fill(item, read) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(fill(item, read) for item in value))
    if isinstance(value, list | tuple | set | frozenset):
        return type(value)(fill(item, read) for item in value)
    return value


def _made(value: Mapped, sources: list[Any]) -> Any:
    for source in sources:
        if isinstance(source, Unknown):
            return source
    return Unknown(repr(value)) if contains_unknown(sources) else value.make(*sources)


def contains_unknown(value: Any) -> bool:
    """Whether any part of a value is unknown."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Mapping):
        return any(contains_unknown(key) or contains_unknown(item) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return any(contains_unknown(item) for item in value)
    return False
