"""An AWS that answers single operations otherwise, for as long as a test says."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from provisioner.embedded.call import Answer, Behaviour, Call, Refused, Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running


class _Otherwise(Behaviour):
    def __init__(self, operation: str, answer: Result | Refused, times: float, only: Callable[[Call], bool]) -> None:
        self._operation, self._answer, self._left, self._only = operation, answer, times, only

    def before(self, call: Call) -> Answer | None:
        if call.operation != self._operation or not self._left or not self._only(call):
            return None
        self._left -= 1
        return Answer.of(self._answer)


@contextmanager
def _standing(server: Running, behaviour: Behaviour) -> Iterator[None]:
    server.behaviours.insert(0, behaviour)
    try:
        yield
    finally:
        server.behaviours.remove(behaviour)


def answering(server: Running, operation: str, answer: Result) -> AbstractContextManager[None]:
    """Answer an operation with this."""
    return _standing(server, _Otherwise(operation, answer, math.inf, lambda call: True))


def refusing(
    server: Running,
    operation: str,
    code: str,
    message: str = "",
    *,
    status: int = 400,
    times: float = math.inf,
    only: Callable[[Call], bool] = lambda call: True,
) -> AbstractContextManager[None]:
    """Refuse an operation, the first `times` times, or only where a call is such."""
    return _standing(server, _Otherwise(operation, Refused(code, message, status), times, only))
