"""Values that may be sent to AWS and never shown."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from typing import Any

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
        _known.add(value)

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
    # Longest first: a secret that is part of another must not leave the other's rest standing.
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: blanks every known secret in an event."""
    return {key: blank(value) for key, value in event.items()}
