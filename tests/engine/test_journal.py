from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.engine.journal import Journal, durations, unfinished

if TYPE_CHECKING:
    from pathlib import Path


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


def test_only_a_killed_up_is_gone_on_with(tmp_path: Path) -> None:
    assert unfinished(tmp_path, "shop", "dev") is None
    write(tmp_path, "1", {"event": "run started", "command": "up", "attempt": "first"})
    assert unfinished(tmp_path, "shop", "dev") == "first"
    write(tmp_path, "2", {"event": "run started", "command": "up", "attempt": "first"})
    assert unfinished(tmp_path, "shop", "dev") == "first"
    write(tmp_path, "3", {"event": "run started", "command": "up", "attempt": "first"}, {"event": "run finished", "ok": True})
    assert unfinished(tmp_path, "shop", "dev") is None
    write(tmp_path, "4", {"event": "run started", "command": "up", "attempt": "fourth"})
    write(tmp_path, "5", {"event": "run started", "command": "teardown", "attempt": "fifth"})
    assert unfinished(tmp_path, "shop", "dev") is None
