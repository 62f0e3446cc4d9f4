"""provisioner's commands, each in a process of its own, and killed where a test wants it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .accounts import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .accounts import Account

KILLED = -9


class Zygote:
    """The process whose forks the commands are: everything is imported once."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self._answer() == {"ready": True}

    def run(self, argv: tuple[str, ...], folder: Path, account: Account) -> int:
        """The exit code of a command, or minus the signal that ended it."""
        order = {"argv": argv, "folder": str(folder), "environment": {"AWS_ENDPOINT_URL": account.url}, "output": str(folder)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        account.aim(self._answer()["pid"])
        return int(self._answer()["status"])

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())


@contextmanager
def zygote() -> Iterator[Zygote]:
    """A process to make commands from."""
    command = [sys.executable, "-m", "tests.faults.zygote"]
    environment = {**os.environ, "NO_COLOR": "1"}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
        yield Zygote(process)


class CommandLine:
    """A person at one machine: a folder to work in, and an account."""

    def __init__(self, zygote: Zygote, account: Account, folder: Path) -> None:
        self._zygote, self.account, self._folder = zygote, account, folder
        folder.mkdir(parents=True, exist_ok=True)

    def run(self, *argv: str, kill_at: int = 0, moment: str = "") -> int:
        """The exit code of a command; it is killed at its changing call of this number, at its `arrival` or its `answer`."""
        self.account.arm(kill_at, moment)
        return self._zygote.run(argv, self._folder, self.account)

    def must(self, *argv: str) -> list[str]:
        """The changing calls of a command that does what it should."""
        status = self.run(*argv)
        assert status == 0, f"{argv} ended with {status}\n{self.said()}"
        return self.account.changing_calls()

    def said(self) -> str:
        """What the last command wrote to a person."""
        return (self._folder / "stderr").read_text()
