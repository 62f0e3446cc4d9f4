"""The record of calls: who called what, with which parameters, and how it ended. Secret values are never in it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

    from .call import Call

SECRET = "(secret)"  # noqa: S105 - the word that stands for a secret

# Most models mark what is sensitive; these names are secret in services whose models do not say so.
_SECRET_NAME = re.compile(r"password|secret(string|binary)|authtoken|privatekey|plaintext|credential", re.IGNORECASE)

# A header's values may be what a load balancer knows its callers by, though ELB's model does not say so.
_SECRET_SHAPES = ("HttpHeaderConditionConfig",)


@dataclass(frozen=True)
class Recorded:
    """One call as it is remembered. `outcome` is `ok` or the code of the error."""

    n: int
    time: str
    service: str
    operation: str
    parameters: dict[str, Any]
    region: str
    account: str
    user_agent: str
    outcome: str
    status: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


class CallRecord:
    """The last calls, oldest first; bounded, since a background process may live for days."""

    def __init__(self, limit: int = 50_000) -> None:
        self._recorded: deque[Recorded] = deque(maxlen=limit)
        self.served = 0

    def add(self, call: Call, outcome: str, status: int) -> None:
        self.served += 1
        shape = call.model.input_shape if call.model else None
        parameters = {name: _shown(name, value, _member(shape, name)) for name, value in call.parameters.items()}
        now = datetime.now(UTC).isoformat()
        who = (call.region, call.account, call.user_agent)
        self._recorded.append(Recorded(self.served, now, call.service, call.operation, parameters, *who, outcome, status))

    def clear(self) -> None:
        self._recorded.clear()

    def __iter__(self) -> Iterator[Recorded]:
        return iter(tuple(self._recorded))

    def __len__(self) -> int:
        return len(self._recorded)


def _member(shape: Shape | None, name: str) -> Shape | None:
    members: dict[str, Shape] = getattr(shape, "members", {})
    return members.get(name)


def _shown(name: str, value: Any, shape: Shape | None) -> Any:
    if is_secret(name, shape):
        return SECRET
    if isinstance(value, dict):
        key, inner = getattr(shape, "key", None), getattr(shape, "value", None)
        if key is not None:
            return {str(k): _shown(str(k), v, inner) for k, v in value.items()}
        return {k: _shown(k, v, _member(shape, k)) for k, v in value.items()}
    if isinstance(value, list):
        return [_shown(name, item, getattr(shape, "member", None)) for item in value]
    if isinstance(value, bytes):
        return f"({len(value)} bytes)"
    return value if isinstance(value, str | int | float | bool) else str(value)


def is_secret(name: str, shape: Shape | None) -> bool:
    if getattr(shape, "metadata", {}).get("sensitive") or getattr(shape, "name", "") in _SECRET_SHAPES:
        return True
    return bool(_SECRET_NAME.search(name)) and getattr(shape, "type_name", "string") in ("string", "blob")
