"""The one stream of events, and who reads it: the log on stderr, the progress, the journal."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, MutableMapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

import structlog

from ..secret import redact
from .screen import Screen, Span, line

Event = MutableMapping[str, Any]
Reader = Callable[[Event], None]

log = structlog.get_logger("provisioner")


def configure(readers: Sequence[Reader], run_id: str) -> None:
    """Send every event from now on to the readers, with its time and level, and without any known secret."""

    def bind_run(_: Any, __: str, event: Event) -> Event:
        return {**event, "run": run_id}

    def hand_out(_: Any, __: str, event: Event) -> NoReturn:
        for read in readers:
            # A full disk, or a pipe that nobody reads any more, must not stop the run.
            with suppress(OSError):
                read(dict(event))
        raise structlog.DropEvent

    stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
    structlog.configure(processors=[stamp, structlog.processors.add_log_level, bind_run, redact, hand_out])


def json_lines(level: str) -> Reader:
    """One JSON object a line on stderr, for every event of the level or above."""
    least = _number(level)

    def read(event: Event) -> None:
        if _number(event["level"]) >= least:
            print(json.dumps(event, default=str), file=sys.stderr, flush=True)  # noqa: T201 - this is the log

    return read


def console_lines(level: str, screen: Screen) -> Reader:
    """For people, who see the progress anyway: at debug every event, else what is a warning or worse."""
    least = _number(level) if level == "debug" else max(_number(level), logging.WARNING)

    def read(event: Event) -> None:
        number = _number(event["level"])
        if number < least or (event["event"] == "step failed" and level != "debug"):
            return
        details = " ".join(
            f"{name}={value}" for name, value in event.items() if name not in ("event", "level", "timestamp", "run", "step")
        )
        clock = str(event["timestamp"])[11:19]
        style = "dim" if number < logging.WARNING else "warning"
        screen.write([line(Span(f"{clock} {event['event']:<14} {event.get('step', '')} {details}", style), hang=9)])

    return read


def _number(level: str) -> int:
    return int(logging.getLevelNamesMapping()[level.upper()])
