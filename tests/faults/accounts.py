"""Accounts of an embedded AWS, each in a process of its own, and copies of them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parents[2]
MESSAGE = 1 << 20
"""No order and no answer has more bytes."""


class Account:
    """One account; it lives until it is closed, or this process ends."""

    def __init__(self, orders: socket.socket) -> None:
        self._orders = orders
        self.url = str(self._ask("address"))

    @contextmanager
    def copied(self) -> Iterator[Account]:
        """Another account that holds all that this one does."""
        mine, others = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with others:
            socket.send_fds(self._orders, [json.dumps(["copy"]).encode()], [others.fileno()])
            assert json.loads(self._orders.recv(MESSAGE)) == self.url
        # The copy tells its own address without being asked, as the answer to the order that it has from its original.
        with mine:
            mine.recv(MESSAGE)
            yield Account(mine)

    def arm(self, at: int = 0, moment: str = "") -> None:
        """Count changing calls from now on; kill at the one of this number."""
        self._ask("arm", at, moment)

    def aim(self, pid: int) -> None:
        """Whom to kill."""
        self._ask("aim", pid)

    def changing_calls(self) -> list[str]:
        """Those that have arrived since it was armed."""
        return list(self._ask("arrived"))

    def weather(self, rules: Sequence[str], seed: int) -> None:
        """From now on things go wrong by these rules, which are in place of those before them; by none, nothing does."""
        self._ask("weather", list(rules), seed)

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Within it nothing goes wrong: for a look at what has come of it."""
        self._ask("calm")
        try:
            yield
        finally:
            self._ask("resume")

    def violations(self) -> list[Any]:
        """Requests that break their service model."""
        return list(self._ask("violations"))

    def _ask(self, *order: Any) -> Any:
        self._orders.send(json.dumps(order).encode())
        return json.loads(self._orders.recv(MESSAGE))


@contextmanager
def empty_account(level: str) -> Iterator[Account]:
    """An account in a new process, at a level of strictness."""
    mine, others = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with others:
        command = [sys.executable, "-m", "tests.faults.account_process", level, str(others.fileno())]
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[others.fileno()]):
            others.close()
            # Closed before the process is waited for: it ends with that.
            with mine:
                yield Account(mine)
