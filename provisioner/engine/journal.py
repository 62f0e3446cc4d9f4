"""A run's events on disk: its history, and how long things took. Never needed to be right."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

_REMEMBERED = 5
"""How many earlier runs the durations are taken from."""


class Journal:
    """A structlog processor that appends every event as a line of JSON. Place it after redaction."""

    def __init__(self, folder: Path, run_id: str, plan: str, environment: str) -> None:
        runs = _runs(folder, plan, environment)
        runs.mkdir(parents=True, exist_ok=True)
        self.path = runs / f"{run_id}.jsonl"

    def __call__(self, _: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(event), default=str) + "\n")
        return event


def durations(folder: Path, plan: str, environment: str) -> dict[str, float]:
    """Seconds that each step took to be created in the newest of the earlier runs that created it."""
    known: dict[str, float] = {}
    newest_last = sorted(_runs(folder, plan, environment).glob("*.jsonl"))[-_REMEMBERED:]
    for path in newest_last:
        for line in path.read_text(encoding="utf-8").splitlines():
            event = _event(line)
            if event.get("event") == "step done" and event.get("action") in ("create", "replace"):
                known[str(event["step"])] = float(event["seconds"])
    return known


def unfinished(folder: Path, plan: str, environment: str) -> str | None:
    """The attempt to go on with, if the latest run was an `up` that was killed: the first run of that attempt."""
    for path in sorted(_runs(folder, plan, environment).glob("*.jsonl"))[-1:]:
        events = [_event(line) for line in path.read_text(encoding="utf-8").splitlines()]
        started = next((event for event in events if event.get("event") == "run started"), {})
        ended = any(event.get("event") == "run finished" for event in events)
        if started.get("command") == "up" and not ended:
            return str(started.get("attempt") or path.stem)
    return None


def _event(line: str) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        # A run that was killed while it wrote leaves half a line.
        return {}
    return event if isinstance(event, dict) else {}


def _runs(folder: Path, plan: str, environment: str) -> Path:
    return folder / "runs" / f"{plan}-{environment}"
