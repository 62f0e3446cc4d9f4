"""What costs nothing: help, and mistakes in how a command is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provisioner import __version__
from provisioner.cli.main import COMMANDS

from .conftest import ROOT, Provisioner

COSTLY = {"boto3", "botocore", "moto", "pydantic", "rich", "structlog"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["bogus"], *([command, "--help"] for command in COMMANDS)])
def test_help_and_usage_errors_import_nothing_costly(arguments: list[str], tmp_path: Path) -> None:
    program = f"import sys; from provisioner.cli.main import main; main({arguments!r}); print(*sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert COSTLY & {name.partition(".")[0] for name in ended.stdout.split()} == set()


def test_help_lists_the_commands(bare: Provisioner) -> None:
    ended = bare("--help")
    assert (ended.code, ended.err) == (0, "")
    assert all(f"  {command} " in ended.out for command in COMMANDS)


def test_version_says_the_version(bare: Provisioner) -> None:
    assert bare("--version").out == f"provisioner, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["pln"], "there is no command 'pln' (did you mean plan?)"),
        (["frobnicate"], "there is no command 'frobnicate' (there are up, plan, status, outputs, teardown, unlock, "),
        (["up", "--bogus"], "No such option '--bogus'."),
        (["up", "local", "more"], "Got unexpected extra argument (more)"),
        (["up", "--parallelism", "0"], "Invalid value for '--parallelism': 0 is not in the range x>=1."),
        (["up", "--wait", "long"], "Invalid value for '--wait': 'long' is not one of 'all', 'needed', 'none'."),
        (["up", "--output", "markdown"], "Invalid value for '--output': 'markdown' is not one of 'text', 'json'."),
        (["plan", "--log-level", "loud"], "Invalid value for '--log-level'"),
        (["plan", "--log-format", "xml"], "Invalid value for '--log-format'"),
        (["plan", "--yes"], "No such option '--yes'."),
        (["teardown", "--set"], "Option '--set' requires an argument."),
        (["local", "frobnicate"], "No such command 'frobnicate'."),
        (["local", "start", "--port", "x"], "Invalid value for '--port': 'x' is not a valid integer range."),
        (["local", "serve", "--level", "x"], "Invalid value for '--level'"),
    ],
)  # fmt: skip
def test_a_usage_error_exits_with_252_so_that_it_never_reads_as_changes(
    bare: Provisioner, arguments: list[str], said: str
) -> None:
    ended = bare(*arguments)
    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err


def test_without_a_command_help_is_shown_as_a_usage_error(bare: Provisioner) -> None:
    ended = bare()
    assert ended.code == 252
    assert "Commands:" in ended.err


def test_a_bug_of_ours_exits_with_255_and_asks_to_be_reported(bare: Provisioner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("provisioner.cli.plans.find", broken)
    ended = bare("plan")
    assert (ended.code, ended.out) == (255, "")
    assert ended.err.startswith("✗ this is a bug in provisioner: KeyError: 'lost' (")
    assert "please report it, with what the same command prints under --log-level debug" in ended.err
    assert "Traceback" not in ended.err


def test_a_traceback_is_shown_only_at_log_level_debug(bare: Provisioner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr("provisioner.cli.plans.find", broken)
    assert "Traceback (most recent call last):" in bare("plan", "--log-level", "debug").err
