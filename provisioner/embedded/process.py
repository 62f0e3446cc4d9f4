"""The embedded AWS as a background process: start it, find it again, stop it.

It outlives the command that started it, listens on 127.0.0.1 only, and ends by itself when nobody has called it for a while.
Nothing here imports moto, which costs most of a second.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import select
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import state_file
from .conduct import Conduct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .state_file import Entry

STATE, LOCK, LOG = "embedded.json", "embedded.lock", "embedded.log"
START_SECONDS = 60.0
STATUS_SECONDS = 10.0


class NotStarted(Exception):
    """The embedded AWS did not come up; the message says why."""


class PortTaken(NotStarted):
    """Another program listens on the wanted port."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of 127.0.0.1 is taken; choose another one, or 0 for any free one")
        self.port = port


@dataclass(frozen=True)
class Running:
    """A background process that answered. `started` is when it came up; `minute_ms` how fast its clock goes, if it does."""

    url: str
    pid: int
    port: int
    started: str
    level: str
    minute_ms: float | None


def start(folder: Path, *, idle_minutes: float = 120, port: int = 0, conduct: Conduct | None = None) -> Running:
    """The running process of this folder, started if there is none; two that start at once get the same one.

    Without a `conduct`, one that runs may behave as it likes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if running := find(folder):
            if mismatch := _mismatch(running, port, conduct):
                raise NotStarted(f"the embedded AWS already runs {mismatch}")
            return running
        return _start(folder, idle_minutes, port, conduct or Conduct())


def _mismatch(running: Running, port: int, conduct: Conduct | None) -> str:
    if port not in (0, running.port):
        return f"on port {running.port}; stop it to have it on port {port}"
    if conduct and (conduct.level, conduct.clock) != (running.level, running.minute_ms):
        return f"at level {running.level}; stop it to have it at level {conduct.level}"
    return ""


def find(folder: Path) -> Running | None:
    """The process of this folder, if it lives and is the one that the state file means."""
    entry = state_file.read(folder / STATE)
    if entry is None or not _lives(entry.pid):
        return None
    status = _ask(entry, "GET", "status")
    if not status or status.get("token") != entry.token:
        return None
    return Running(entry.url, entry.pid, entry.port, entry.started, status["level"], status["minute_ms"])


def stop(folder: Path) -> bool:
    """Ends the process and waits until its port is free; False if none was running."""
    if not folder.is_dir():
        return False
    with _alone(folder):
        entry = state_file.read(folder / STATE)
        if entry is None or find(folder) is None:
            return False
        _stop_and_wait(entry)
        state_file.remove(folder / STATE, entry.token)
        return True


def _start(folder: Path, idle_minutes: float, port: int, conduct: Conduct) -> Running:
    report, write_end = os.pipe()
    command = [sys.executable, "-m", "provisioner.embedded", "--port", str(port), "--idle-minutes", str(idle_minutes)]
    command += [*conduct.arguments(), "--state-file", str((folder / STATE).absolute())]
    command += ["--detach-and-report", str(write_end)]
    # The child must import the same package whatever the current folder is.
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}
    try:
        with (folder / LOG).open("ab") as log:
            subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[write_end], env=environment, check=True
            )
    except subprocess.CalledProcessError as error:
        os.close(report)
        raise NotStarted(f"the embedded AWS did not start; see {folder / LOG}") from error
    finally:
        os.close(write_end)
    told = _read_report(report)
    if told.get("taken"):
        raise PortTaken(port)
    entry = state_file.read(folder / STATE)
    if not told or entry is None:
        raise NotStarted(f"the embedded AWS did not start; see {folder / LOG}")
    return Running(entry.url, entry.pid, entry.port, entry.started, conduct.level, conduct.clock)


def _read_report(report: int) -> dict[str, Any]:
    """What the child says once it serves or has failed; nothing if it died."""
    with os.fdopen(report, "rb") as stream:
        ready, _, _ = select.select([stream], [], [], START_SECONDS)
        line = stream.readline() if ready else b""
    return dict(json.loads(line)) if line else {}


def _stop_and_wait(entry: Entry) -> None:
    # The answer's connection is kept open: the server closes it when it has let go of the port, so nobody needs to poll.
    connection = http.client.HTTPConnection("127.0.0.1", entry.port, timeout=STATUS_SECONDS)
    try:
        connection.request("POST", "/provisioner/stop")
        connection.getresponse().read()
        if connection.sock:
            connection.sock.recv(1)
    except (OSError, http.client.HTTPException):
        return
    finally:
        connection.close()


def _ask(entry: Entry, method: str, route: str) -> dict[str, Any] | None:
    connection = http.client.HTTPConnection("127.0.0.1", entry.port, timeout=STATUS_SECONDS)
    try:
        connection.request(method, f"/provisioner/{route}")
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return answer if isinstance(answer, dict) else None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return False
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One starts or stops at a time; the lock ends with the process that holds it."""
    with (folder / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
