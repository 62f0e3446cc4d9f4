"""Creations that AWS takes, and that turn out to have failed some time later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..call import Behaviour
from ..mends.failing import fail
from .outcomes import OUTCOMES

if TYPE_CHECKING:
    from ..call import Answer, Call
    from .dice import Dice
    from .injected import Injected


class Failing(Behaviour):
    """Lets what was made fail, as the dice fall; what is drawn by its share, never twice in a row for one operation."""

    def __init__(self, dice: Dice, injected: Injected) -> None:
        self._dice, self._injected = dice, injected
        self.forget()

    def forget(self) -> None:
        self._failed_last: set[str] = set()
        self._decided: set[str] = set()

    def after(self, call: Call, answer: Answer) -> Answer:
        if str(call) not in OUTCOMES or not isinstance(answer.content, dict):
            return answer
        sent = f"{call.region} {call} {call.parameters}"
        if sent in self._decided:
            # The same again, with its token, makes nothing.
            return answer
        self._decided.add(sent)
        rule = self._dice.falls_on("fail", call)
        again = str(call) in self._failed_last
        self._failed_last.discard(str(call))
        if rule is not None and not (rule.is_drawn and again):
            self._failed_last.add(str(call))
            self._injected.add("fail", call)
            fail(call, answer.content)
        return answer
