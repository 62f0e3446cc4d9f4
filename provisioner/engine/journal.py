"""A run's events on disk: its history, and how long things took. Never needed to be right."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_REMEMBERED = 5
"""How many earlier runs the durations are taken from."""
_YOUNG = timedelta(minutes=5)
"""For how long AWS may not show everywhere what was made."""


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

    def read(self, event: MutableMapping[str, Any]) -> None:
        """The same, for whoever hands out events one by one."""
        self(None, "", event)


def durations(folder: Path, plan: str, environment: str) -> dict[str, float]:
    """Seconds that each step took to be created in the newest of the earlier runs that created it."""
    known: dict[str, float] = {}
    newest_last = sorted(_runs(folder, plan, environment).glob("*.jsonl"))[-_REMEMBERED:]
    for path in newest_last:
        for event in _events(path):
            if event.get("event") == "step done" and event.get("action") in ("create", "replace"):
                known[str(event["step"])] = float(event["seconds"])
    return known


@dataclass(frozen=True)
class Earlier:
    """What earlier runs tell the next one, which AWS may not show it yet.

    `attempt`: the one that was killed, whose client tokens go on. `uncertain`: steps that it may have made.
    `recent`: those that were made a moment ago; `unseen`: those that may have been. `going`: those whose deletion a teardown
    began that was killed. `fading`: those of which that happened, or that were deleted, a moment ago.
    """

    attempt: str | None = None
    uncertain: frozenset[str] = frozenset()
    recent: frozenset[str] = frozenset()
    unseen: frozenset[str] = frozenset()
    going: frozenset[str] = frozenset()
    fading: frozenset[str] = frozenset()

    def told(self) -> dict[str, list[str]]:
        """What the next run tells the one after it, should it be killed: part of its event "run started"."""
        return {"uncertain": sorted(self.uncertain), "going": sorted(self.going)}


def earlier(folder: Path, plan: str, environment: str, now: datetime) -> Earlier:
    """What the latest runs tell."""
    runs = [_events(path) for path in sorted(_runs(folder, plan, environment).glob("*.jsonl"))[-_REMEMBERED:]]
    since = (now - _YOUNG).isoformat()
    recent, fading = _lately([event for events in runs for event in events], since)
    started = next((event for event in (runs[-1] if runs else ()) if event.get("event") == "run started"), {})
    ended = any(event.get("event") == "run finished" for event in (runs[-1] if runs else ()))
    if ended or not started:
        return Earlier(recent=recent, fading=fading)
    if started["command"] == "teardown":
        return Earlier(recent=recent, going=_going(started, runs[-1]), fading=fading)
    uncertain = _uncertain(started, runs[-1])
    lately = any(str(event.get("timestamp", "")) >= since for event in runs[-1])
    return Earlier(str(started["attempt"]), uncertain, recent, unseen=uncertain if lately else frozenset(), fading=fading)


def _uncertain(started: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Steps whose making was under way, in that run or in one before it that was killed, too."""
    uncertain = set(started.get("uncertain") or ())
    for event in events:
        if event.get("event") == "step creating":
            uncertain.add(str(event["step"]))
        elif event.get("event") in ("step created", "step done"):
            uncertain.discard(str(event["step"]))
    return frozenset(uncertain)


def _going(started: Mapping[str, Any], events: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    begun = {str(event["step"]) for event in events if event.get("event") == "step started" and event.get("action") == "delete"}
    return frozenset(begun | set(started.get("going") or ()))


def _lately(events: Iterable[Mapping[str, Any]], since: str) -> tuple[frozenset[str], frozenset[str]]:
    """What was made since then and still stands, and what was deleted, or was going to be."""
    made, deleted = set(), set()
    for event in events:
        if str(event.get("timestamp", "")) < since:
            continue
        step = str(event.get("step", ""))
        if event.get("event") == "step created":
            made.add(step)
            deleted.discard(step)
        elif event.get("event") == "step deleted" or (event.get("event"), event.get("action")) == ("step started", "delete"):
            made.discard(step)
            deleted.add(step)
        elif event.get("event") == "step failed":
            deleted.discard(step)
    return frozenset(made), frozenset(deleted)


def _events(path: Path) -> list[Mapping[str, Any]]:
    return [_event(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _event(line: str) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        # A run that was killed while it wrote leaves half a line.
        return {}
    return event if isinstance(event, dict) else {}


def _runs(folder: Path, plan: str, environment: str) -> Path:
    return folder / "runs" / f"{plan}-{environment}"
