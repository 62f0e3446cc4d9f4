"""Holds each request against its service model: enums, patterns, lengths and ranges, which botocore leaves to AWS.

botocore checks types and required members only, and moto checks hardly anything, so a name that is too long would be found
out by the real AWS alone.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from .call import Answer, Behaviour, Call, Refused
from .record import is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

# Models that say less than AWS accepts: (service, shape) → why it is not held against a request.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("ec2", "InstanceType"): "new types come faster than models",
}

# The code with which a service refuses a value that breaks its model.
_CODES = {
    "ec2": "InvalidParameterValue",
    "s3": "InvalidArgument",
    "cloudfront": "InvalidArgument",
    "logs": "InvalidParameterException",
    "rds": "InvalidParameterValue",
    "sns": "InvalidParameter",
    "cloudwatch": "ValidationError",
    "iam": "ValidationError",
    "elbv2": "ValidationError",
    "autoscaling": "ValidationError",
}


@dataclass(frozen=True)
class Violation:
    """One value that its service model does not allow."""

    service: str
    operation: str
    parameter: str
    rule: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


class ServiceModelCheck(Behaviour):
    """Refuses what the model does not allow, and remembers it, so that a test can fail on it."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def before(self, call: Call) -> Answer | None:
        if call.model is None or call.model.input_shape is None:
            return None
        found = [
            Violation(call.service, call.operation, where, rule)
            for where, rule in _broken(call.service, call.model.input_shape, call.parameters, "")
        ]
        if not found:
            return None
        self.violations.extend(found)
        rules = "; ".join(f"{violation.parameter}: {violation.rule}" for violation in found)
        message = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: {rules}"
        raise Refused(_CODES.get(call.service, "ValidationException"), message)


def _broken(service: str, shape: Shape, value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Each broken rule of a value and of all that is in it: (path, rule)."""
    if value is None or (service, shape.name) in EXCEPTIONS:
        return
    for rule in _own_rules(shape, value):
        shown = "" if is_secret(where.rpartition(".")[2], shape) else f"Value {str(value)[:200]!r} "
        yield where, f"{shown}failed to satisfy constraint: Member must {rule}"
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():  # type: ignore[attr-defined]
            yield from _broken(service, member, value.get(name), f"{where}.{name}" if where else name)
    elif shape.type_name == "list" and isinstance(value, list):
        for index, item in enumerate(value, 1):
            yield from _broken(service, shape.member, item, f"{where}.{index}")  # type: ignore[attr-defined]
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _broken(service, shape.key, key, f"{where}.key")  # type: ignore[attr-defined]
            yield from _broken(service, shape.value, item, f"{where}.{key}")  # type: ignore[attr-defined]


def _own_rules(shape: Shape, value: Any) -> Iterator[str]:
    metadata = shape.metadata
    if isinstance(value, str):
        if (allowed := metadata.get("enum")) and value not in allowed:
            yield f"satisfy enum value set: [{', '.join(allowed)}]"
        if (pattern := metadata.get("pattern")) and not _matches(pattern, value):
            yield f"satisfy regular expression pattern: {pattern}"
    if isinstance(value, str | list | dict | bytes):
        yield from _bounds(metadata, len(value), "have length")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(metadata, value, "have value")


def _bounds(metadata: dict[str, Any], size: float, what: str) -> Iterator[str]:
    least, most = metadata.get("min"), metadata.get("max")
    if least is not None and size < least:
        yield f"{what} greater than or equal to {least}"
    if most is not None and size > most:
        yield f"{what} less than or equal to {most}"


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    if compiled is None:
        return True
    # A pattern without an anchor means the whole value; with one it says itself what it means.
    anchored = pattern.startswith("^") or pattern.endswith("$")
    return bool(compiled.search(value) if anchored else compiled.fullmatch(value))


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None where Python's `re` does not know the dialect (Java's `\\p{...}`)."""
    try:
        return re.compile(pattern)
    except re.error:
        return None
