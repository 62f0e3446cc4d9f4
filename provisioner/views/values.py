"""How a value reads, and what exactly differs between two: key by key, item by item."""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from ..secret import HIDDEN, Secret, blank
from ..value import Unknown

if TYPE_CHECKING:
    from ..resource import Change


class Missing:
    """What stands where a key or an item is not there at all."""

    def __repr__(self) -> str:
        return "(none)"


MISSING = Missing()


class Difference(NamedTuple):
    """One thing that differs: where in the property, from what, to what."""

    path: str
    before: Any
    after: Any


def words(value: Any) -> str:
    """A value as a person reads it, on one line."""
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, Unknown | Missing):
        return repr(value)
    if value is None:
        return repr(MISSING)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # Blanked before it is escaped: a secret would not be found in its escaped form.
        text = str(blank(value))
        return text if text and text == text.strip() and text.isprintable() else json.dumps(text, ensure_ascii=False)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{words(key)}: {words(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return words({name: item for name, item in value._asdict().items() if item is not None})
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(words(item) for item in in_order(value)) + "]"
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return str(value)


def in_order(values: Any) -> list[Any]:
    """The items of a list, or of a set in an order that is always the same."""
    return sorted(values, key=str) if isinstance(values, set | frozenset) else list(values)


def differences(name: str, change: Change) -> Iterator[Difference]:
    """What differs in a property, mappings and lists taken apart, what is the same left out."""
    yield from _apart(name, MISSING if change.before is None else change.before, change.after)


def _apart(path: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(after, Mapping) and (isinstance(before, Mapping) or before is MISSING) and after:
        old = before if isinstance(before, Mapping) else {}
        for key in [*after, *(key for key in old if key not in after)]:
            if (had := old.get(key, MISSING)) != (wanted := after.get(key, MISSING)):
                yield from _apart(f"{path}.{words(key)}", had, wanted)
    elif _is_list(before) and _is_list(after):
        yield from _items(path, in_order(before), in_order(after))
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before + after:
        yield from _lines(path, before, after)
    else:
        yield Difference(path, before, after)


def _items(path: str, before: list[Any], after: list[Any]) -> Iterator[Difference]:
    gone = [item for item in before if item not in after]
    new = [item for item in after if item not in before]
    if gone and len(gone) == len(new) and all(isinstance(item, Mapping) for item in [*gone, *new]):
        # As many new as gone: the same items, changed. Pairs in order read better than two whole documents.
        for old, wanted in zip(gone, new, strict=True):
            yield from _apart(f"{path}[{after.index(wanted)}]", old, wanted)
    elif not gone and not new:
        yield Difference(path, before, after)
    else:
        yield from (Difference(path, item, MISSING) for item in gone)
        yield from (Difference(path, MISSING, item) for item in new)


def _lines(path: str, before: str, after: str) -> Iterator[Difference]:
    for text in difflib.ndiff(before.splitlines(), after.splitlines()):
        if text.startswith("- "):
            yield Difference(path, text[2:], MISSING)
        elif text.startswith("+ "):
            yield Difference(path, MISSING, text[2:])


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | set | frozenset)


def moment(text: str | None) -> dt.datetime | None:
    """A time as AWS shows it: ISO 8601, or milliseconds since 1970 (CloudWatch Logs)."""
    if not text:
        return None
    try:
        found = dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC) if text.isdigit() else dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)


def plain(value: Any) -> Any:
    """A value for JSON: what is unknown or secret says so, and nothing in it is a known secret."""
    if isinstance(value, Secret):
        return {"secret": True}
    if isinstance(value, Unknown):
        return {"unknown": True}
    if isinstance(value, Mapping):
        return {str(blank(str(key))): plain(item) for key, item in value.items()}
    if _is_list(value):
        return [plain(item) for item in in_order(value)]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    return blank(str(value))


def duration(seconds: float) -> str:
    """Seconds as a person says them: `0.04 s`, `2.5 s`, `12 s`, `3:05 min`, `1:02:03 h`."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 10 else whole(seconds)


def whole(seconds: float) -> str:
    """The same in whole seconds: for what changes while one looks at it."""
    count = round(seconds)
    if count < 60:
        return f"{count} s"
    if count < 3600:
        return f"{count // 60}:{count % 60:02} min"
    return f"{count // 3600}:{count // 60 % 60:02}:{count % 60:02} h"
