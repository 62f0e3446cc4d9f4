"""Values that may be sent to AWS and never shown."""

from __future__ import annotations

import html
import json
import os
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus

HIDDEN = "(secret)"

_known: set[str] = set()


class Secret:
    """A value that prints as `(secret)` wherever it turns up; `reveal` is for the line that sends it.

    Every value is remembered, so that `blank` can also find it where others repeat it (AWS's errors, say).
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        if not value:
            raise ValueError("a secret must not be empty: blanking it would blank everything")
        self._value = value
        _known.update(_spellings(value))

    @classmethod
    def from_environment(cls, variable: str) -> Secret:
        """The secret in an environment variable; `KeyError` where it is not set."""
        return cls(os.environ[variable])

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, _: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __reduce__(self) -> str:
        raise TypeError("a secret is not to be pickled")


def _spellings(value: str) -> set[str]:
    """A value as text, URLs, JSON, XML and base64 hold it: whoever repeats a request may repeat it as it was sent."""
    quoted = quote(value), quote(value, safe=""), quote_plus(value)
    encoded = (encode(value.encode()).decode() for encode in (b64encode, urlsafe_b64encode))
    return {value, *quoted, *encoded, json.dumps(value)[1:-1], html.escape(value)}


def blank(value: Any) -> Any:
    """The value without any known secret in it, however deep."""
    if isinstance(value, str):
        return _blank_text(value)
    if isinstance(value, Mapping):
        return {blank(key): blank(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [blank(item) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    hidden = _blank_text(text)
    return value if hidden == text else hidden


def _blank_text(text: str) -> str:
    for spelling in _longest_first(len(_known)):
        text = text.replace(spelling, HIDDEN)
    return text


@lru_cache(maxsize=1)
def _longest_first(_: int) -> list[str]:
    """All spellings, put in order only when there are more than before.

    Longest first: a secret that is part of another must not leave the other's rest standing.
    """
    return sorted(_known, key=len, reverse=True)


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: blanks every known secret in an event."""
    return {key: blank(value) for key, value in event.items()}
