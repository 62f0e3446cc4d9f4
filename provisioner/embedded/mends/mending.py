"""The frame of a mend: functions for single operations of one service, gathered into one behaviour."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from moto.backends import get_backend
from moto.core.exceptions import ServiceException

from ..call import Answer, Behaviour, Call, Refused, Result

First = Callable[[Call, Any], Result | None]
Then = Callable[[Call, Any, Result], Result | None]

_EVERY = "*"


class Mends(Behaviour):
    """The mends of one service.

    A function under `first` sees a call before moto does: it may answer (a result), refuse (raise `Refused`) or let pass
    (None). A function under `then` sees the result of a call that succeeded, and may give another one (None: as it is).
    Without operations, `first` is for all of them.
    Both get moto's backend of the call's account and region: what a mend must remember it keeps there, as attributes of
    moto's own objects where it can, so it lives and dies with them and with moto's reset.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._first: dict[str, list[First]] = {}
        self._then: dict[str, list[Then]] = {}

    def first(self, *operations: str) -> Callable[[First], First]:
        def register(function: First) -> First:
            for operation in operations or (_EVERY,):
                self._first.setdefault(operation, []).append(function)
            return function

        return register

    def then(self, *operations: str) -> Callable[[Then], Then]:
        def register(function: Then) -> Then:
            for operation in operations:
                self._then.setdefault(operation, []).append(function)
            return function

        return register

    def before(self, call: Call) -> Answer | None:
        if call.service != self.service:
            return None
        for function in (*self._first.get(_EVERY, ()), *self._first.get(call.operation, ())):
            result = _in_moto(function, call, backend(call))
            if result is not None:
                return Answer.of(result)
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        functions = self._then.get(call.operation) if call.service == self.service else None
        if not functions or answer.error:
            return answer
        for function in functions:
            assert isinstance(answer.content, dict)
            result = _in_moto(function, call, backend(call), answer.content)
            if result is not None:
                answer = Answer.of(result)
        return answer


def backend(call: Call, service: str = "") -> Any:
    """Moto's state for the call's account and region; global services have one for the whole partition."""
    name = service or call.service
    if name == "lambda":
        # Functions that run without Docker are kept apart.
        return import_module("moto.awslambda.utils").get_backend(call.account, call.region)
    regions: Any = get_backend(name)[call.account]  # type: ignore[call-overload]
    return regions[call.region if call.region in regions else "aws"]


def kept(holder: Any, name: str) -> dict[str, Any]:
    """A dictionary that lives as long as a backend or an object of moto does."""
    found: dict[str, Any] = vars(holder).setdefault(f"_kept_{name}", {})
    return found


def _in_moto(function: Callable[..., Result | None], *arguments: Any) -> Result | None:
    """Runs a mend; what moto's models raise inside it is AWS's error, as it would be in a call."""
    try:
        return function(*arguments)
    except ServiceException as error:
        raise Refused(str(error.code), str(error.message)) from error
