"""What AWS refuses in a single call, and its service's model does not say: lengths, characters, ranges and counts."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import jmespath

from ..call import Behaviour, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..call import Answer, Call

    Fits = Callable[[Any], bool]


class Limit(NamedTuple):
    """What every value at a path of some operations' parameters must be; else AWS refuses, in the service's own words.

    `operations` is a regular expression, matched whole; `path` is JMESPath, into one value or a list of them. In the words
    `{value}` stands for the one that is refused.
    """

    service: str
    operations: str
    path: str
    fits: Fits
    code: str
    words: str
    status: int = 400


class Limits(Behaviour):
    """Refuses what breaks a limit. What the service models say is refused before."""

    def __init__(self, limits: Sequence[Limit]) -> None:
        @cache
        def of(service: str, operation: str) -> tuple[Limit, ...]:
            return tuple(one for one in limits if one.service == service and re.fullmatch(one.operations, operation))

        self._of = of

    def before(self, call: Call) -> Answer | None:
        for limit in self._of(call.service, call.operation):
            found = jmespath.search(limit.path, call.parameters)
            for value in found if isinstance(found, list) else [found]:
                if value is not None and not limit.fits(value):
                    raise Refused(limit.code, limit.words.replace("{value}", str(value)), limit.status)
        return None


def matches(pattern: str) -> Fits:
    """Matched whole by a pattern."""
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def at_most(most: float) -> Fits:
    """A number, or as many letters or members, of at most so much."""
    return lambda value: (value if isinstance(value, int | float) else len(value)) <= most


def between(least: float, most: float) -> Fits:
    """A number in these bounds, both allowed."""
    return lambda value: least <= value <= most


def without_white_space(most: int) -> Fits:
    """A document of at most so many characters. AWS: IAM does not count white space."""
    return lambda document: len("".join(document.split())) <= most
