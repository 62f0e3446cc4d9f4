from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.call import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.call import Answer, Call
    from provisioner.embedded.server import Running

ROOT = Path(__file__).parents[2]


class Deadly(Behaviour):
    """Kills a process as soon as its n-th changing call has been carried out, before the answer is on its way."""

    def __init__(self) -> None:
        self.pid: int | None = None
        self.left = 0
        self.carried_out: list[str] = []
        self._known = threading.Event()

    def arm(self, after: int | None) -> None:
        """`after` None: nobody dies."""
        self.left = -1 if after is None else after
        self.pid = None
        self.carried_out.clear()
        self._known.clear()

    def aim(self, pid: int) -> None:
        self.pid = pid
        self._known.set()

    def before(self, call: Call) -> Answer | None:
        if kind_of(call.operation) is not CallKind.READ and self.left == 0:
            self._shoot()
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        if kind_of(call.operation) is not CallKind.READ:
            self.carried_out.append(str(call))
            self.left -= 1
            if self.left == 0:
                self._shoot()
        return answer

    def _shoot(self) -> None:
        assert self._known.wait(10)
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            self.pid = None


class CommandLine:
    """provisioner's commands against one embedded AWS, each in a process of its own."""

    def __init__(self, server: Running, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.deadly = Deadly()
        server.behaviours.insert(0, self.deadly)
        environment = {**os.environ, "AWS_ENDPOINT_URL": server.url, "NO_COLOR": "1"}
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.zygote"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {"ready": True}

    def close(self) -> None:
        self.server.behaviours.remove(self.deadly)
        with self._zygote:
            assert self._zygote.stdin is not None
            self._zygote.stdin.close()

    def run(self, *argv: str, killed_after: int | None = None) -> int:
        """The exit code of a command; -9 where it was killed after so many changing calls."""
        self.deadly.arm(killed_after)
        order = {"argv": argv, "folder": str(self.folder), "environment": {}, "output": str(self.folder)}
        assert self._zygote.stdin is not None
        self._zygote.stdin.write(json.dumps(order) + "\n")
        self._zygote.stdin.flush()
        self.deadly.aim(self._answer()["pid"])
        return int(self._answer()["status"])

    @property
    def carried_out(self) -> list[str]:
        """The changing calls of the last command, as AWS carried them out."""
        return list(self.deadly.carried_out)

    def said(self) -> str:
        """What the last command wrote to a person."""
        return (self.folder / "stderr").read_text()

    def _answer(self) -> Any:
        assert self._zygote.stdout is not None
        return json.loads(self._zygote.stdout.readline())


@pytest.fixture(scope="session")
def session_command_line(embedded_server: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    command_line = CommandLine(embedded_server, tmp_path_factory.mktemp("commands"))
    yield command_line
    command_line.close()


@pytest.fixture
def command_line(session_command_line: CommandLine, embedded: Running) -> CommandLine:
    return session_command_line
