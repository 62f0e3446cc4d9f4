"""What was made to go wrong, so that a test can count it and a person look it up."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..call import Call

_MOST = 10_000


class Fault(NamedTuple):
    """The n-th fault, of which kind, and the call that it befell."""

    n: int
    kind: str
    call: str
    region: str


class Injected:
    """The faults so far, the last ones one by one."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._faults: deque[Fault] = deque(maxlen=_MOST)

    def add(self, kind: str, call: Call) -> None:
        self.counts[kind] += 1
        self._faults.append(Fault(self.counts.total(), kind, str(call), call.region))

    def forget(self) -> None:
        self.counts.clear()
        self._faults.clear()

    def as_json(self) -> list[dict[str, Any]]:
        return [fault._asdict() for fault in self]

    def __iter__(self) -> Iterator[Fault]:
        return iter(tuple(self._faults))
