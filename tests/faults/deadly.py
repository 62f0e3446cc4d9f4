"""A process that calls AWS is killed (SIGKILL) at one of its changing calls."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING

from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.call import Behaviour, HangUp

if TYPE_CHECKING:
    from provisioner.embedded.call import Answer, Call

_SECONDS = 30
"""How long the first call of a process may wait for its number to be told."""


class Deadly(Behaviour):
    """Kills a process at its n-th changing call: when that arrives, or when it has been carried out and is not yet answered.

    The lease of a run is no part of what it changes: DynamoDB's calls come by the clock, and do not count.
    """

    def __init__(self) -> None:
        self.arrived: list[str] = []
        self._at, self._moment = 0, ""
        self._pid = 0
        self._known = threading.Event()

    def arm(self, at: int, moment: str) -> None:
        """Count from now on; at the call number `at` (0: never), kill at that moment: `arrival` or `answer`."""
        self._known.clear()
        self._at, self._moment = at, moment
        self.arrived = []

    def aim(self, pid: int) -> None:
        """The process to kill."""
        self._pid = pid
        self._known.set()

    def before(self, call: Call) -> Answer | None:
        if not _counts(call):
            return None
        self.arrived.append(str(call))
        if self._moment == "arrival" and len(self.arrived) == self._at:
            self._kill()
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        # One call at a time is served, so what was last to arrive is what is answered; what ends without an answer never is.
        if self._moment == "answer" and _counts(call) and self._at and len(self.arrived) >= self._at:
            self._kill()
        return answer

    def _kill(self) -> None:
        assert self._known.wait(_SECONDS)
        os.kill(self._pid, signal.SIGKILL)
        self._at = 0
        raise HangUp


def _counts(call: Call) -> bool:
    return kind_of(call.operation) is not CallKind.READ and call.service != "dynamodb"
