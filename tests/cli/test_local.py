"""The embedded AWS as the command line starts, finds and stops it: real background processes."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from provisioner.embedded import process
from provisioner.embedded.server import Running

from .conftest import Provisioner, started


@pytest.fixture
def stopped_afterwards(folder: Path) -> Iterator[None]:
    yield
    process.stop(folder / ".provisioner")


@pytest.mark.usefixtures("stopped_afterwards")
def test_the_first_command_starts_an_embedded_aws_that_the_next_ones_find(bare: Provisioner) -> None:
    assert bare("local", "status").code == 1
    up = bare("up", "--yes", "--plan", "shop.py")
    assert up.code == 0
    assert up.err.startswith("Started an embedded AWS at http://127.0.0.1:")
    assert "empty; it ends after 120 minutes without a call.\n" in up.err
    again = bare("plan", "--plan", "shop.py")
    assert again.err.splitlines()[-1] == "Nothing to do: 4 as wanted."
    known = bare("local", "status", "--output", "json").document
    assert set(known) == {"running", "url", "port", "pid", "started", "level", "minute_ms", "injected", "calls", "idle_seconds"}
    assert known["url"] in again.err
    assert bare("local", "start", "--output", "json").document["pid"] == known["pid"]
    assert bare("local", "reset").err == f"The embedded AWS at {known['url']} is empty.\n"
    assert bare("plan", "--plan", "shop.py").err.splitlines()[-1] == "4 to create."
    assert bare("local", "stop").err == "Stopped.\n"
    assert bare("local", "stop").err == "It was not running.\n"
    assert bare("local", "status").err == "It is not running: `up`, or `local start`, starts it.\n"


def test_a_port_that_is_taken_is_said(bare: Provisioner, embedded: Running) -> None:
    ended = bare("local", "start", "--port", str(embedded.port))
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == f"✗ port {embedded.port} of 127.0.0.1 is taken; choose another one, or 0 for any free one\n"


def test_without_one_running_there_is_nothing_to_empty(bare: Provisioner) -> None:
    ended = bare("local", "reset", "--output", "json")
    assert (ended.code, ended.document) == (1, {"running": False})
    assert bare("local", "stop", "--output", "json").document == {"running": False, "stopped": False}


def test_serve_stays_in_the_foreground_and_ends_at_ctrl_c(folder: Path) -> None:
    serving = started("local", "serve", cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert serving.stdout is not None
    with serving.stdout:
        url = json.loads(serving.stdout.readline())["url"]
        assert url.startswith("http://127.0.0.1:")
        serving.send_signal(signal.SIGINT)
        assert serving.wait(30) == 0
    assert not (folder / ".provisioner").exists()


def test_serve_says_that_a_port_is_taken(bare: Provisioner, embedded: Running) -> None:
    assert bare("local", "serve", "--port", str(embedded.port)).code == 1
