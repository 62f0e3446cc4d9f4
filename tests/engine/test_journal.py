from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.engine.journal import Earlier, Journal, durations, earlier

if TYPE_CHECKING:
    from pathlib import Path


NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)


def write(folder: Path, run_id: str, *events: dict[str, Any]) -> Path:
    journal = Journal(folder, run_id, "shop", "dev")
    for event in events:
        assert journal(None, "", event) == event
    return journal.path


def test_durations_are_those_of_the_newest_runs_that_created(tmp_path: Path) -> None:
    write(tmp_path, "1", {"event": "step done", "step": "Vpc/a", "action": "create", "seconds": 9.0})
    write(tmp_path, "2", {"event": "step done", "step": "Vpc/a", "action": "create", "seconds": 3.0})
    write(tmp_path, "3", {"event": "step done", "step": "Vpc/a", "action": "update", "seconds": 0.1})
    write(tmp_path, "4", {"event": "step failed", "step": "Vpc/b", "action": "create"})
    assert durations(tmp_path, "shop", "dev") == {"Vpc/a": 3.0}
    assert durations(tmp_path, "shop", "prod") == {}


def test_half_a_line_of_a_killed_run_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, "1", {"event": "step done", "step": "Vpc/a", "action": "create", "seconds": 2.0})
    with path.open("a") as file:
        file.write('{"event": "step do')
    assert durations(tmp_path, "shop", "dev") == {"Vpc/a": 2.0}
    assert json.loads(path.read_text().splitlines()[0])["step"] == "Vpc/a"


def told(folder: Path) -> Earlier:
    return earlier(folder, "shop", "dev", NOW)


def test_only_a_killed_up_is_gone_on_with(tmp_path: Path) -> None:
    assert told(tmp_path) == Earlier()
    write(tmp_path, "1", {"event": "run started", "command": "up", "attempt": "first"})
    assert told(tmp_path) == Earlier("first")
    write(tmp_path, "2", {"event": "run started", "command": "up", "attempt": "first"})
    assert told(tmp_path) == Earlier("first")
    write(tmp_path, "3", {"event": "run started", "command": "up", "attempt": "first"}, {"event": "run finished", "ok": True})
    assert told(tmp_path) == Earlier()
    write(tmp_path, "4", {"event": "run started", "command": "up", "attempt": "fourth"})
    write(tmp_path, "5", {"event": "run started", "command": "teardown", "attempt": "fifth"})
    assert told(tmp_path) == Earlier()


def test_what_a_killed_teardown_began_to_delete_is_going(tmp_path: Path) -> None:
    deleting = {"event": "step started", "step": "LogGroup/a", "action": "delete"}
    write(tmp_path, "1", {"event": "run started", "command": "teardown", "going": ["LogGroup/b"]}, deleting)
    assert told(tmp_path) == Earlier(going=frozenset({"LogGroup/a", "LogGroup/b"}))
    write(tmp_path, "2", {"event": "run started", "command": "teardown"}, deleting, {"event": "run finished"})
    assert told(tmp_path) == Earlier()


def test_what_a_killed_run_was_making_is_uncertain_until_it_is_seen(tmp_path: Path) -> None:
    started = {"event": "run started", "command": "up", "attempt": "first"}
    making = [{"event": "step creating", "step": step} for step in ("Vpc/a", "Vpc/b", "Vpc/c")]
    write(tmp_path, "1", started, *making, {"event": "step created", "step": "Vpc/b"})
    assert told(tmp_path) == Earlier("first", frozenset({"Vpc/a", "Vpc/c"}))
    # The next one is killed before it comes to either.
    seen = {"event": "step done", "step": "Vpc/c"}
    write(tmp_path, "2", {**started, "uncertain": ["Vpc/a", "Vpc/c"]}, seen)
    assert told(tmp_path) == Earlier("first", frozenset({"Vpc/a"}))


def test_what_was_made_a_moment_ago_is_recent_unless_it_was_deleted_since(tmp_path: Path) -> None:
    def made(step: str, minutes_ago: int, event: str = "step created") -> dict[str, str]:
        return {"event": event, "step": step, "timestamp": (NOW - timedelta(minutes=minutes_ago)).isoformat()}

    write(tmp_path, "1", made("Vpc/old", 9), made("Vpc/a", 4), made("Vpc/b", 4))
    write(tmp_path, "2", made("Vpc/b", 2, "step deleted"), made("Vpc/c", 1))
    assert told(tmp_path) == Earlier(recent=frozenset({"Vpc/a", "Vpc/c"}), fading=frozenset({"Vpc/b"}))


def test_what_was_going_to_be_deleted_a_moment_ago_is_fading_unless_that_failed(tmp_path: Path) -> None:
    def event(name: str, step: str, minutes_ago: int = 1, **more: str) -> dict[str, str]:
        return {"event": name, "step": step, "timestamp": (NOW - timedelta(minutes=minutes_ago)).isoformat(), **more}

    def deleting(step: str, minutes_ago: int = 1) -> dict[str, str]:
        return event("step started", step, minutes_ago, action="delete")

    write(tmp_path, "1", deleting("Vpc/old", 9), deleting("Vpc/a"), deleting("Vpc/b"), deleting("Vpc/c"))
    write(tmp_path, "2", event("step failed", "Vpc/b"), event("step started", "Vpc/c", action="create"))
    write(tmp_path, "3", event("step created", "Vpc/c"))
    assert told(tmp_path) == Earlier(recent=frozenset({"Vpc/c"}), fading=frozenset({"Vpc/a"}))


@pytest.mark.parametrize(("minutes_ago", "unseen"), [(4, {"Vpc/a"}), (6, set())])
def test_what_a_killed_run_was_making_a_moment_ago_may_be_unseen(tmp_path: Path, minutes_ago: int, unseen: set[str]) -> None:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    started = {"event": "run started", "command": "up", "attempt": "first", "timestamp": at}
    write(tmp_path, "1", started, {"event": "step creating", "step": "Vpc/a", "timestamp": at})
    assert told(tmp_path) == Earlier("first", frozenset({"Vpc/a"}), unseen=frozenset(unseen))
