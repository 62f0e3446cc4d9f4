"""An embedded AWS in a process of its own, which copies itself as a fork: all that the account holds is in the copy, which
serves at an address of its own.

Its orders come as JSON, one a message, over the socket that is given; it ends when nobody holds the other end any more.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Any

from provisioner.embedded import clock, faults
from provisioner.embedded.application import MOTO
from provisioner.embedded.conduct import Conduct
from provisioner.embedded.faults.injected import Injected
from provisioner.embedded.listening import listen
from provisioner.embedded.server import build
from tests.behaviours import Jealous

from .accounts import MESSAGE
from .deadly import Deadly

if TYPE_CHECKING:
    from provisioner.embedded.call import Behaviour
    from provisioner.embedded.server import Server


class _Account:
    """The server of this process, and the orders it takes."""

    def __init__(self, orders: socket.socket, conduct: Conduct) -> None:
        self.orders, self._conduct = orders, conduct
        self._deadly = Deadly()
        self._faulty: list[Behaviour] = []
        self._injected = Injected()
        self._server: Server
        self._start()

    def _start(self) -> None:
        self._deadly, self._faulty = Deadly(), []
        self._server = build(listen(0), self._conduct, behaviours=[self._deadly, Jealous()])
        threading.Thread(target=self._server.serve_until_stopped, args=(0.01,), daemon=True).start()

    def serve(self) -> None:
        """Take orders until there is nobody to give any."""
        while True:
            message, handles, _, _ = socket.recv_fds(self.orders, MESSAGE, 1)
            if not message:
                return
            order, *arguments = json.loads(message)
            answer = getattr(self, order)(*arguments, *handles)
            self.orders.send(json.dumps(answer).encode())

    def address(self) -> str:
        return self._server.url

    def copy(self, handle: int) -> str:
        """Go on as two. The one that had the orders goes on with them; the copy takes its own over the handle."""
        orders = socket.socket(fileno=handle)
        with MOTO:
            # Nobody is inside a call now, so the copy has the account whole.
            copied = os.fork() == 0
        if copied:
            self._leave_to_the_original()
            self.orders = orders
            self._start()
        else:
            orders.close()
        return self.address()

    def _leave_to_the_original(self) -> None:
        for inherited in (self.orders, self._server.socket, *self._server._open):
            inherited.close()

    def arm(self, at: int, moment: str) -> None:
        self._deadly.arm(at, moment)

    def aim(self, pid: int) -> None:
        self._deadly.aim(pid)

    def arrived(self) -> list[str]:
        return self._deadly.arrived

    def weather(self, rules: list[str], seed: int) -> None:
        self.calm()
        self._faulty = faults.behaviours(rules, seed, self._injected) if rules else []
        self.resume()

    def calm(self) -> None:
        behaviours = self._server.application.behaviours
        with MOTO:
            behaviours[:] = [one for one in behaviours if one not in self._faulty]

    def resume(self) -> None:
        behaviours = self._server.application.behaviours
        with MOTO:
            # Even a call that ends badly has arrived, and may be the one at which somebody dies.
            place = behaviours.index(self._deadly) + 1
            behaviours[place:place] = self._faulty

    def violations(self) -> list[Any]:
        return [one.as_json() for one in self._server.application.checked.violations]


def main() -> None:
    """Be the account of the level and on the socket that the arguments name."""
    conduct, handle = Conduct(sys.argv[1]), int(sys.argv[2])
    # A copy that has ended leaves no trace.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with clock.going(conduct.clock):
        account = _Account(socket.socket(fileno=handle), conduct)
        account._server.warm_up()
        gc.collect()
        gc.freeze()
        account.serve()
    # The threads that serve would wait for their callers.
    os._exit(0)


if __name__ == "__main__":
    main()
