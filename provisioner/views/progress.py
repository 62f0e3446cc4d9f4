"""A run as it goes: on a terminal what runs now and how long it will take, elsewhere a line for every finished step."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .screen import Line, Screen, Span, line, styled
from .terminal import column
from .values import duration, whole

if TYPE_CHECKING:
    from rich.console import ConsoleRenderable
    from rich.live import Live

    from ..engine.preview import Preview
    from .estimate import Estimate
    from .log import Event

WIDEST = 48
ROWS = 12
"""How many running steps are shown at most."""
BRIEF = 100
"""Characters of an error while the run goes on; its whole text stands at the end."""
DONE = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted", "none": "ready"}
DOING = {"create": "creating", "update": "updating", "replace": "replacing", "delete": "deleting"}
STOPPING = "Stopping: what is under way finishes. Ctrl-C again leaves at once."


@dataclass
class _Running:
    action: str
    began: float
    on: str = ""


class Progress:
    """Reads the events of a run and shows where it stands."""

    def __init__(self, screen: Screen, preview: Preview, estimate: Estimate | None) -> None:
        self._screen, self._estimate = screen, estimate
        self._kinds = {action.step: action.kind.value for action in preview.actions}
        self._total = sum(kind != "none" for kind in self._kinds.values())
        self._width = column((step for step, kind in self._kinds.items() if kind != "none"), WIDEST)
        self._running: dict[str, _Running] = {}
        self._done: set[str] = set()
        self._began = time.monotonic()
        self._stopping = self._has_written = False
        self._live: Live | None = None
        # The terminal is drawn by a thread of its own; a signal may arrive while this one holds the lock.
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        if self._screen.is_terminal and not self._screen.silent:
            from rich.live import Live

            options: dict[str, Any] = {"transient": True, "redirect_stdout": False, "redirect_stderr": False}
            self._live = Live(console=self._screen.console, get_renderable=self._drawing, refresh_per_second=4, **options)
            self._live.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def stopping(self) -> None:
        """The run was asked to stop. Called by a signal's handler, which may write to no stream that is being written to."""
        self._stopping = True
        if self._live is None and not self._screen.silent:
            os.write(self._screen.fileno(), f"{STOPPING}\n".encode())

    def read(self, event: Event) -> None:
        """One event of the run."""
        with self._lock:
            finished = self._noted(event)
        # Not inside the lock: whoever draws holds the terminal's own, and waits for this one.
        if finished is not None:
            self._write(finished)

    def _noted(self, event: Event) -> Line | None:
        """Keeps what an event tells; the line that is to be written for it, if one is."""
        step = str(event.get("step", ""))
        match event["event"]:
            case "step started":
                self._running.setdefault(step, _Running(str(event["action"]), time.monotonic())).on = ""
            case "step waiting":
                if step in self._running:
                    self._running[step].on = str(event["on"])
            case "call retried":
                if step in self._running:
                    self._running[step].on = f"{event['service']}: {event['code']}, again in {duration(event['seconds'])}"
            case "step done":
                return self._finished(step, str(event["action"]), float(event["seconds"]))
            case "step failed":
                return self._failed(step, str(event["error"]))
        return None

    def _finished(self, step: str, action: str, seconds: float) -> Line:
        self._running.pop(step, None)
        is_half = action == "delete" and self._kinds.get(step) == "replace"
        if not is_half and self._kinds.get(step) != "none":
            self._done.add(step)
        verb = DONE.get(action, action)
        row = [Span("✓ ", "good"), Span(f"{step:<{self._width}}  {verb:<8}"), Span(f"  {duration(seconds):>9}", "dim")]
        return line(*row, Span(f"  {len(self._done)}/{self._total}", "dim"))

    def _failed(self, step: str, error: str) -> Line:
        self._running.pop(step, None)
        said = error.partition("\n")[0].removeprefix(f"{step}: ")
        return line(Span(f"✗ {step:<{self._width}}  failed  ", "bad"), shorten(said, BRIEF, placeholder=" …"), cut=True)

    def _write(self, finished: Line) -> None:
        self._screen.write([finished] if self._has_written else [line(), finished])
        self._has_written = True

    # -- the terminal

    def _drawing(self) -> ConsoleRenderable:
        from rich.console import Group

        with self._lock:
            rows = self._rows()
        width = self._screen.console.width
        texts = [styled(row) for row in rows]
        for text in texts:
            text.truncate(width, overflow="ellipsis")
        return Group(*texts)

    def _rows(self) -> list[Line]:
        now = time.monotonic()
        room = max(min(ROWS, self._screen.console.height - 6), 1)
        oldest_first = sorted(self._running.items(), key=lambda item: item[1].began)
        rows = [line()] + [self._row(step, one, now) for step, one in oldest_first[:room]]
        if len(oldest_first) > room:
            rows.append(line(Span(f"  … and {len(oldest_first) - room} more", "dim")))
        return [*rows, self._bar(now), *([line(Span(f"  {STOPPING}", "warning"))] if self._stopping else [])]

    def _row(self, step: str, one: _Running, now: float) -> Line:
        verb = DOING.get(one.action, "waiting")
        style = one.action if one.action in DOING else "dim"
        head = [Span(f"  {step:<{self._width}}  "), Span(f"{verb:<9}", style), Span(f"  {whole(now - one.began):>8}", "dim")]
        return line(*head, Span(f"  {one.on}" if one.on else "", "dim"))

    def _bar(self, now: float) -> Line:
        length = 24
        full = round(length * len(self._done) / self._total) if self._total else length
        spans = [Span("  "), Span("━" * full, "good"), Span("━" * (length - full), "dim")]
        spans.append(Span(f"  {len(self._done)}/{self._total}"))
        spans.append(Span(f"  {whole(now - self._began)}{self._left(now)}", "dim"))
        return line(*spans)

    def _left(self, now: float) -> str:
        if self._stopping or self._estimate is None:
            return ""
        elapsed: Mapping[str, float] = {step: now - one.began for step, one in self._running.items()}
        left = self._estimate.seconds_left(elapsed, self._done)
        return f", about {whole(left)} left" if left >= 1 else ""
