"""A command that ended without a result: one error, for a person or for a machine."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

from ..errors import ProvisionerError
from ..secret import blank
from .results import advice_of
from .screen import Line, Screen, Span, line


def show_failure(message: str, error: BaseException | None, *, as_json: bool, traces: bool, colour: bool) -> None:
    """Say what went wrong and what to do; with `traces`, also where in our code."""
    if error is not None and not isinstance(error, ProvisionerError):
        message = f"this is a bug in provisioner: {_where(error)}"
        advised: str | None = "please report it, with what the same command prints under --log-level debug"
    else:
        advised = advice_of(error)
    trace = "".join(traceback.format_exception(error)) if traces and error is not None else ""
    if as_json:
        event = {"event": "command failed", "level": "error", "error": message, "advice": advised, "traceback": trace or None}
        print(json.dumps(blank(event)), file=sys.stderr)  # noqa: T201 - the log, which may not be there yet
        return
    Screen(colour=colour).insist([*(line(Span(text, "dim")) for text in trace.splitlines()), *_lines(message, advised)])


def _lines(message: str, advised: str | None) -> list[Line]:
    first, *others = message.splitlines() or [""]
    lines = [line(Span("✗ ", "bad"), first, hang=2), *(line("  ", other, hang=2) for other in others)]
    return [*lines, line(Span("  → ", "strong"), advised, hang=4)] if advised else lines


def _where(error: BaseException) -> str:
    text = f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return text
    here = Path(__file__).parents[1]
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(here)] or frames
    return f"{text} ({Path(ours[-1].filename).name}, line {ours[-1].lineno})"
