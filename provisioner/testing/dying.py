"""Runs that are killed in the middle, in this process: no call leaves it after that."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..aws.client import Connection
from ..aws.retry import CallKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator


class Crash(BaseException):
    """The end of a run that was killed; no `Exception`, so that nothing of it goes on."""


class MortalConnection(Connection):
    """A connection whose calls can be made to be the last."""

    _left: int | None = None
    _answered = False
    _is_dead = False

    @contextmanager
    def dying(self, number: int, *, answered: bool) -> Iterator[None]:
        """Within it, the changing call of this number (from 0) is not sent any more; or, `answered`, is the last one."""
        self._left, self._answered, self._is_dead = number, answered, False
        try:
            yield
        finally:
            self._left, self._is_dead = None, False

    def _make(self, service: str, region: str, *, once: bool) -> Any:
        client = super()._make(service, region, once=once)
        client.meta.events.register("before-call", self._before)
        client.meta.events.register("after-call", self._after)
        return client

    def _before(self, model: Any, **_: Any) -> None:
        if self._is_dead:
            raise Crash
        if self._left is not None and kind_of(model.name) is not CallKind.READ:
            self._left -= 1
            if self._left < 0 and not self._answered:
                self._die()

    def _after(self, **_: Any) -> None:
        if self._is_dead or (self._left is not None and self._left < 0):
            self._die()

    def _die(self) -> None:
        self._is_dead = True
        raise Crash
