"""Calls that fail on their way: lost answers, broken connections, 500 and 503, throttles, partial failures, old credentials."""

from __future__ import annotations

from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ..call import Answer, Behaviour, HangUp
from . import words as said
from .batches import BATCHES
from .dice import words
from .rules import EXPIRE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..call import Call
    from .dice import Dice
    from .injected import Injected
    from .rules import Rule

_MOST_IN_A_ROW = 3


class Breaking(Behaviour):
    """Ends or refuses calls as the dice fall. Put it outermost, so that an answer is lost after all else is done.

    What is drawn by its share befalls one and the same call three times in a row at most, so a client that tries again gets
    through; a share of 100% knows no such bound.
    """

    def __init__(self, dice: Dice, injected: Injected) -> None:
        self._dice, self._injected = dice, injected
        self._in_a_row: Counter[str] = Counter()

    def forget(self) -> None:
        self._in_a_row.clear()
        # The dice are thrown for the others, too, and begin anew once.
        self._dice.forget()

    def before(self, call: Call) -> Answer | None:
        kind = self._befalling(call, ("reset", "error", "throttle", *(["partial"] if str(call) in BATCHES else [])))
        if kind == "reset":
            raise HangUp
        if kind == "throttle":
            raise said.too_many(call)
        if kind == "error":
            raise said.internal(call) if self._dice.throw("status", call) < 0.5 else said.unavailable(call)
        return Answer.of(BATCHES[str(call)](call.parameters)) if kind == "partial" else None

    def after(self, call: Call, answer: Answer) -> Answer:
        kind = None if answer.error else self._befalling(call, ("lost", "error-after"))
        if kind == "lost":
            raise HangUp
        if kind == "error-after":
            raise said.internal(call)
        self._in_a_row.pop(words(call), None)
        return answer

    def _befalling(self, call: Call, kinds: Sequence[str]) -> str | None:
        about = words(call)
        for kind in kinds:
            rule = self._dice.falls_on(kind, call)
            if rule is not None and (not rule.is_drawn or self._in_a_row[about] < _MOST_IN_A_ROW):
                self._in_a_row[about] += 1
                self._injected.add(kind, call)
                return kind
        return None


class Expiring(Behaviour):
    """An access key lasts for so many calls; after those, whoever comes with it is told that his credentials have expired."""

    def __init__(self, rules: Sequence[Rule], injected: Injected) -> None:
        self._rules = [rule for rule in rules if rule.kind == EXPIRE]
        self._injected = injected
        self._calls: Counter[str] = Counter()

    def forget(self) -> None:
        self._calls.clear()

    def before(self, call: Call) -> Answer | None:
        key = call.access_key
        lasts = min((rule.times or 0 for rule in self._rules if fnmatchcase(key, rule.service)), default=None)
        if lasts is None:
            return None
        self._calls[key] += 1
        if self._calls[key] <= lasts:
            return None
        self._injected.add(EXPIRE, call)
        raise said.expired(call)
