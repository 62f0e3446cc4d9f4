"""Answers that are lost: those of calls that a test names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.call import Behaviour, HangUp

if TYPE_CHECKING:
    from collections.abc import Collection

    from provisioner.embedded.call import Answer, Call

_ID = re.compile(r"\b[a-z]+(?:-[a-z]+)*-[0-9a-f]{8,17}\b|\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


class Lossy(Behaviour):
    """Changing calls are carried out, and then the connection ends without an answer: for each call named in `lose`, once.

    Calls are named in words that are the same in every account (`carried_out`): ids give way to the steps that they stand for.
    Put it first among a server's behaviours, so that its `after` comes last.
    """

    def __init__(self, lose: Collection[str] = ()) -> None:
        self.lose = set(lose)
        self.carried_out: list[str] = []
        self.lost: list[str] = []
        self._steps: dict[str, str] = {}
        self._sent: dict[str, list[str]] = {}

    def after(self, call: Call, answer: Answer) -> Answer:
        if kind_of(call.operation) is CallKind.READ or answer.error:
            return answer
        words = self._words(call)
        self._learn(call, answer)
        if words not in self.carried_out:
            self.carried_out.append(words)
        if words in self.lose:
            self.lose.remove(words)
            self.lost.append(words)
            raise HangUp
        return answer

    def _words(self, call: Call) -> str:
        sent = json.dumps({**call.parameters, "ClientToken": None}, sort_keys=True, default=str)
        words = f"{call} {_ID.sub(lambda found: self._steps.get(found[0], '?'), sent)}"
        # Not every id stands for a step: calls that differ by another one are told apart by their number.
        alike = self._sent.setdefault(words, [])
        if sent not in alike:
            alike.append(sent)
        return f"{words} {alike.index(sent)}"

    def _learn(self, call: Call, answer: Answer) -> None:
        if step := re.search(r'"provisioner:step", "\w+": "(.+?)"', json.dumps(call.parameters, default=str)):
            for found in _ID.findall(json.dumps(answer.content, default=str)):
                self._steps.setdefault(found, f"<{step[1]}>")
