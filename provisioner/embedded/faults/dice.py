"""Chance, by a seed: the same for the same calls, whatever other calls come between them."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING

from .races import LOCKS
from .rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..call import Call


class Dice:
    """Says whether something goes wrong with a call, by rules.

    Each throw is drawn from the seed, the kind, the operation and how many throws there were for both. So what happens to
    one operation does not hang on the order in which threads make calls to others.
    """

    def __init__(self, rules: Iterable[Rule], seed: int) -> None:
        self._rules, self._seed = tuple(rules), seed
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._thrown: Counter[tuple[str, str]] = Counter()
        self._used: Counter[Rule] = Counter()
        self._known: set[tuple[Rule, str]] = set()

    def falls_on(self, kind: str, call: Call) -> Rule | None:
        """The rule by which this kind of fault befalls the call, if one does."""
        return next((rule for rule in self._rules if rule.kind == kind and rule.fits(call) and self._befalls(rule, call)), None)

    def throw(self, kind: str, call: Call) -> float:
        """A number from 0 to 1, without 1."""
        about = (kind, str(call))
        self._thrown[about] += 1
        digest = hashlib.sha256(f"{self._seed} {kind} {call} {self._thrown[about]}".encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64

    def _befalls(self, rule: Rule, call: Call) -> bool:
        if rule.share is not None:
            return self.throw(rule.kind, call) < rule.share
        if rule.each:
            about = (rule, words(call))
            known = about in self._known
            self._known.add(about)
            return not known
        self._used[rule] += 1
        return rule.times is None or self._used[rule] <= rule.times

    def for_reads(self, kind: str, call: Call) -> int:
        """In how many answers to this read something is to be shown wrongly."""
        for rule in self._rules:
            if rule.kind == kind and rule.fits(call) and (rule.share is None or self.throw(kind, call) < rule.share):
                return rule.times or 0
        return 0


def words(call: Call) -> str:
    """The call in words that are the same when it is sent again, by the same process or by the next."""
    lock = LOCKS.get(str(call))
    sent = {name: value for name, value in call.parameters.items() if name != lock and "token" not in name.lower()}
    return f"{call.region} {call} {sorted((name, _stable(value)) for name, value in sent.items())}"


def _stable(value: object) -> str:
    # A body is a stream: what it holds does not matter here, since its call names where it goes.
    return str(value) if isinstance(value, str | int | float | bool | list | dict | bytes) else type(value).__name__
