"""Commands at a terminal: questions, live progress, Ctrl-C."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from provisioner.embedded.call import Behaviour, Call
from provisioner.embedded.server import Running
from provisioner.engine.preview import Action, ActionKind, Preview
from provisioner.views.progress import Progress
from provisioner.views.screen import Screen

from .conftest import Provisioner, started, writes

SECONDS = 60
CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\r")


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, folder: Path, url: str, *arguments: str, columns: int = 100, **variables: str) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        with pytest.MonkeyPatch.context() as patch:
            for name, value in {"AWS_ENDPOINT_URL": url, "TERM": "xterm-256color", **variables}.items():
                patch.setenv(name, value)
            # These overrule what the terminal itself says of its size; a test runner may have set them.
            patch.delenv("COLUMNS", raising=False)
            patch.delenv("LINES", raising=False)
            streams: dict[str, Any] = {"stdin": slave, "stdout": slave, "stderr": slave}
            self.process = started(*arguments, "--plan", "shop.py", cwd=folder, start_new_session=True, **streams)
        os.close(slave)
        self.raw = ""

    @property
    def text(self) -> str:
        """What was written so far, without colours and movements."""
        return CONTROL.sub("", self.raw)

    def until(self, words: str) -> str:
        """Waits until the terminal has shown the words."""
        until = time.monotonic() + SECONDS
        while words not in self.text:
            assert time.monotonic() < until, f"{words!r} is not in {self.text!r}"
            assert self._read(), f"it ended without {words!r}: {self.text!r}"
        return self.text

    def type(self, text: str) -> None:
        os.write(self._master, text.encode())

    def ended(self) -> int:
        """Waits for the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(SECONDS)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(SECONDS)
        os.close(self._master)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._master], [], [], SECONDS)
        assert ready, f"nothing more was written after {self.text!r}"
        with suppress(OSError):  # Linux's way to say that the other side is closed
            piece = os.read(self._master, 65_536)
            self.raw += piece.decode(errors="replace")
            return bool(piece)
        return False


At = Callable[..., Terminal]


@pytest.fixture
def at_terminal(folder: Path, embedded: Running) -> Iterator[At]:
    terminals: list[Terminal] = []

    def start(*arguments: str, **options: Any) -> Terminal:
        terminals.append(Terminal(folder, embedded.url, *arguments, **options))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


class Holding(Behaviour):
    """AWS, taking its time over one operation."""

    def __init__(self, operation: str) -> None:
        self.operation, self.entered, self.go_on = operation, threading.Event(), threading.Event()

    def before(self, call: Call) -> None:
        if call.operation == self.operation:
            self.entered.set()
            assert self.go_on.wait(SECONDS)


@contextmanager
def holding(embedded: Running, operation: str) -> Iterator[Holding]:
    behaviour = Holding(operation)
    embedded.behaviours.insert(0, behaviour)
    try:
        yield behaviour
    finally:
        behaviour.go_on.set()
        embedded.behaviours.remove(behaviour)


# -- questions


@pytest.mark.parametrize("answer", ["\n", "n\n", "perhaps\n"])
def test_up_asks_and_no_is_the_default(at_terminal: At, embedded: Running, answer: str) -> None:
    terminal = at_terminal("up")
    terminal.until("4 to create.")
    terminal.until(f"Do this in local (embedded AWS at {embedded.url} · us-east-1)? [y/N]")
    terminal.type(answer)
    assert terminal.ended() == 4
    assert terminal.text.endswith("✗ Not confirmed; nothing was changed.\n")
    assert writes(embedded) == []


def test_up_goes_on_at_yes_and_shows_every_finished_step(at_terminal: At) -> None:
    terminal = at_terminal("up")
    terminal.until("[y/N]")
    terminal.type("y\n")
    assert terminal.ended() == 0
    assert re.search(r"✓ Vpc/vpc +created +[0-9.]+ s +[1-4]/4\n", terminal.text)
    assert re.search(r"\n4 done in [0-9.]+ s\.\n\nvpc_id +vpc-", terminal.text)


def test_teardown_asks_for_the_environments_name(at_terminal: At, provisioner: Provisioner, embedded: Running) -> None:
    assert provisioner("up", "--yes").code == 0
    before = writes(embedded)
    refused = at_terminal("teardown")
    refused.until("This can not be undone. Type local to delete it all:")
    refused.type("yes\n")
    assert refused.ended() == 4
    assert writes(embedded) == before
    agreed = at_terminal("teardown")
    agreed.until("to delete it all:")
    agreed.type("local\n")
    assert agreed.ended() == 0
    assert agreed.text.endswith("Nothing of shop is left in local.\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_at_the_question_changes_nothing(at_terminal: At, embedded: Running, number: signal.Signals) -> None:
    terminal = at_terminal("up")
    terminal.until("[y/N]")
    terminal.process.send_signal(number)
    assert terminal.ended() == 130
    assert terminal.text.endswith("✗ interrupted; nothing was changed\n")
    assert writes(embedded) == []


# -- live progress


def test_the_terminal_shows_what_runs_and_how_much_is_done(at_terminal: At, embedded: Running) -> None:
    with holding(embedded, "CreateSubnet") as held:
        terminal = at_terminal("up", "--yes")
        assert held.entered.wait(SECONDS)
        terminal.until("  Subnet/public-a       creating ")
        terminal.until("━  0/4  ")
        held.go_on.set()
        assert terminal.ended() == 0


def test_an_estimate_of_the_time_left_comes_from_earlier_runs(at_terminal: At, embedded: Running, folder: Path) -> None:
    runs = folder / ".provisioner/runs/shop-local"
    runs.mkdir(parents=True)
    (runs / "1.jsonl").write_text('{"event": "step done", "step": "Subnet/public-a", "action": "create", "seconds": 600}\n')
    with holding(embedded, "CreateSubnet") as held:
        terminal = at_terminal("up", "--yes")
        assert held.entered.wait(SECONDS)
        assert re.search(r"0/4  [0-9]+ s, about (9:[0-9]{2}|10:0[0-9]) min left", terminal.until(" min left"))
        held.go_on.set()
        assert terminal.ended() == 0


# -- Ctrl-C


def test_the_first_ctrl_c_lets_calls_in_flight_finish_and_a_second_run_goes_on(
    at_terminal: At, provisioner: Provisioner, embedded: Running
) -> None:
    with holding(embedded, "CreateVpc") as held:
        terminal = at_terminal("up", "--yes")
        assert held.entered.wait(SECONDS)
        terminal.until("creating")
        terminal.process.send_signal(signal.SIGINT)
        terminal.until("Stopping: what is under way finishes. Ctrl-C again leaves at once.")
        held.go_on.set()
        assert terminal.ended() == 130
    assert writes(embedded) == ["ec2:CreateVpc"]
    assert "Not begun: Subnet/public-a, Subnet/public-b, InternetGateway/door\n" in terminal.text
    assert terminal.text.endswith("What is done stays. Run the same command again to go on from here.\n")
    assert provisioner("unlock", "--output", "json").document["holder"] is None
    again = provisioner("up", "--yes", "--output", "json")
    assert (again.code, again.document["summary"]["create"]) == (0, 3)


def test_the_second_ctrl_c_leaves_at_once_with_a_terminal_that_can_be_typed_at(at_terminal: At, embedded: Running) -> None:
    with holding(embedded, "CreateVpc") as held:
        terminal = at_terminal("up", "--yes")
        assert held.entered.wait(SECONDS)
        terminal.until("creating")
        terminal.process.send_signal(signal.SIGINT)
        terminal.until("Stopping:")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.ended() == 130
        assert not held.go_on.is_set()
    hidden, shown = terminal.raw.rfind("\x1b[?25l"), terminal.raw.rfind("\x1b[?25h")
    assert 0 <= hidden < shown


def test_without_a_terminal_sigterm_stops_a_run_too(folder: Path, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.url)
    with holding(embedded, "CreateVpc") as held:
        streams: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running = started("up", "--yes", "--output", "json", "--plan", "shop.py", cwd=folder, **streams)
        assert held.entered.wait(SECONDS)
        running.send_signal(signal.SIGTERM)
        assert running.stderr is not None
        lines = iter(running.stderr.readline, b"")
        assert any(line.startswith(b"Stopping: ") for line in lines)
        held.go_on.set()
        out, err = running.communicate(timeout=SECONDS)
    assert running.returncode == 130
    assert b'"interrupted": true' in out
    assert b"Cut short: Vpc/vpc" in err


# -- looks


def test_nothing_is_wider_than_the_terminal(at_terminal: At) -> None:
    terminal = at_terminal("plan", columns=60)
    assert terminal.ended() == 0
    assert max(len(line) for line in terminal.text.splitlines()[2:]) <= 60
    assert re.search(r"\n  \+ Vpc/vpc +cidr_block 10\.20\.0\.0/16  enable_\w*…\n", terminal.text)


@pytest.mark.parametrize(
    ("flags", "variables", "coloured"),
    [([], {}, True), (["--no-color"], {}, False), ([], {"NO_COLOR": "1"}, False), ([], {"TERM": "dumb"}, False)],
)
def test_colours_are_for_terminals_that_want_them(
    at_terminal: At, flags: list[str], variables: dict[str, str], coloured: bool
) -> None:
    terminal = at_terminal("plan", *flags, **variables)
    assert terminal.ended() == 0
    assert ("\x1b[32m" in terminal.raw) is coloured


def progress_of(*events: dict[str, Any]) -> str:
    stream = io.StringIO()
    actions = [Action(step, "Vpc", ActionKind(kind)) for step, kind in (("Vpc/a", "create"), ("Vpc/b", "replace"))]
    with Progress(Screen(stream=stream), Preview(tuple(actions)), None) as progress:
        for event in events:
            progress.read(event)
    return stream.getvalue()


def test_a_replacement_counts_as_one_step_and_shows_both_of_its_halves() -> None:
    assert progress_of(
        {"event": "step started", "step": "Vpc/b", "action": "delete"},
        {"event": "step waiting", "step": "Vpc/b", "on": "AWS to let it go"},
        {"event": "step done", "step": "Vpc/b", "action": "delete", "seconds": 2.04},
        {"event": "step done", "step": "Vpc/b", "action": "replace", "seconds": 61},
        {"event": "call retried", "step": "Vpc/a", "service": "ec2", "code": "Throttling", "seconds": 1.0},
        {"event": "step done", "step": "Vpc/a", "action": "create", "seconds": 0.5},
    ) == (
        "\n"
        "✓ Vpc/b  deleted       2.0 s  0/2\n"
        "✓ Vpc/b  replaced   1:01 min  1/2\n"
        "✓ Vpc/a  created      0.50 s  2/2\n"
    )  # fmt: skip


def test_a_failure_is_said_when_it_happens_in_few_words() -> None:
    error = "Vpc/a: AWS said " + "no " * 60
    shown = progress_of({"event": "step failed", "step": "Vpc/a", "error": error})
    assert shown.startswith("\n✗ Vpc/a  failed  AWS said no no")
    assert shown.endswith(" …\n")
    assert len(shown) < 130


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_who_draws_never_waits_for_who_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    actions = (Action("Vpc/a", "Vpc", ActionKind.CREATE),)
    done = {"event": "step done", "step": "Vpc/a", "action": "create", "seconds": 0.5}
    with Progress(Screen(stream=_Terminal()), Preview(actions), None) as progress:
        live = progress._live
        assert live is not None
        writing = threading.Thread(target=progress.read, args=(done,))
        # Whoever draws holds the terminal's lock.
        with live._lock:
            writing.start()
            while writing.is_alive() and "Vpc/a" not in progress._done:
                writing.join(0.01)
            drawing = threading.Thread(target=progress._drawing, daemon=True)
            drawing.start()
            drawing.join(5)
            assert not drawing.is_alive()
        writing.join()
