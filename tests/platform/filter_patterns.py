"""CloudWatch Logs' filter patterns for JSON, as far as the platform writes them: which events do they fit?"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

_TOKENS = re.compile(r'\s*(&&|\|\||[(){}]|!=|<=|>=|[=<>]|NOT EXISTS|\$[.\w]+|"[^"]*"|[\w.*-]+)')
_TESTS = {
    "=": lambda have, given: have is not None and _is(have, given),
    "!=": lambda have, given: have is not None and not _is(have, given),
    "<": lambda have, given: isinstance(have, int | float) and have < float(given),
    "<=": lambda have, given: isinstance(have, int | float) and have <= float(given),
    ">": lambda have, given: isinstance(have, int | float) and have > float(given),
    ">=": lambda have, given: isinstance(have, int | float) and have >= float(given),
}


def fits(pattern: str, event: Any) -> bool:
    """Whether an event, or a line of JSON, fits a pattern."""
    tokens = _TOKENS.findall(pattern)
    assert "".join(tokens) == re.sub(r"\s+(?=[^\"]*(?:\"[^\"]*\"[^\"]*)*$)", "", pattern).replace("NOTEXISTS", "NOT EXISTS")
    assert (tokens[0], tokens[-1]) == ("{", "}")
    found, rest = _any(tokens[1:-1], json.loads(event) if isinstance(event, str) else event)
    assert rest == []
    return found


def _any(tokens: list[str], event: Any) -> tuple[bool, list[str]]:
    found, tokens = _all(tokens, event)
    while tokens[:1] == ["||"]:
        one, tokens = _all(tokens[1:], event)
        found = found or one
    return found, tokens


def _all(tokens: list[str], event: Any) -> tuple[bool, list[str]]:
    found, tokens = _one(tokens, event)
    while tokens[:1] == ["&&"]:
        one, tokens = _one(tokens[1:], event)
        found = found and one
    return found, tokens


def _one(tokens: list[str], event: Any) -> tuple[bool, list[str]]:
    if tokens[0] == "(":
        found, tokens = _any(tokens[1:], event)
        assert tokens[0] == ")"
        return found, tokens[1:]
    field, test = tokens[:2]
    have = event
    for name in field.split(".")[1:]:
        have = have.get(name) if isinstance(have, dict) else None
    if test == "NOT EXISTS":
        return have is None, tokens[2:]
    return _TESTS[test](have, tokens[2].strip('"')), tokens[3:]


def _is(have: Any, given: str) -> bool:
    return fnmatchcase(str(have), given)
