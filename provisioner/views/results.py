"""How a run ended as text for a person, and the outputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..aws.behaviour import advice
from ..secret import blank
from .screen import Line, Span, line
from .terminal import column
from .values import duration, in_order, words

if TYPE_CHECKING:
    from ..engine.preview import Preview
    from ..engine.run import Outcome, Result


def result_lines(preview: Preview, result: Result) -> Iterator[Line]:
    """How a run ended: what failed and why, what was not reached, and what to do next."""
    outcomes = [result.outcomes[action.step] for action in preview.actions]
    failed = [one for one in outcomes if one.outcome == "failed"]
    waiting = [one for one in outcomes if one.outcome == "not reached"]
    stopped = [one for one in outcomes if one.outcome == "interrupted"]
    for one in failed:
        yield from failure_lines(one)
    yield from _unfinished(waiting, stopped)
    done = sum(one.outcome == "done" for one in outcomes)
    parts = [f"{done} done"] + [
        f"{len(some)} {word}" for some, word in ((failed, "failed"), (waiting, "not reached"), (stopped, "interrupted")) if some
    ]
    verdict = Span(", ".join(parts), "good" if result.ok else "bad")
    yield line(verdict, Span(f" in {duration(result.seconds)}.", "dim"))
    if not result.ok:
        yield line("What is done stays. Run the same command again to go on from here.")


def _unfinished(waiting: Sequence[Outcome], stopped: Sequence[Outcome]) -> Iterator[Line]:
    """What was not reached, by what it needed; and what was cut short."""
    by_need: dict[str, list[str]] = {}
    for one in waiting:
        by_need.setdefault(one.needs or "", []).append(one.step)
    for need, steps in by_need.items():
        label = f"Not reached for lack of {need}: " if need else "Not begun: "
        yield line(Span(label, "strong"), ", ".join(steps), hang=4)
    if stopped:
        yield line(Span("Cut short: ", "strong"), ", ".join(one.step for one in stopped), hang=4)
    if waiting or stopped:
        yield line()


def failure_lines(outcome: Outcome) -> Iterator[Line]:
    """One step that failed: in AWS's words, what they mean, and what to do."""
    yield line(Span(f"✗ {outcome.step} failed", "bad"))
    for said in str(outcome.error).splitlines():
        yield line("    ", said, hang=4)
    if advised := advice_of(outcome.error):
        yield line(Span("    → ", "strong"), advised, hang=6)
    yield line()


def advice_of(error: BaseException | None) -> str | None:
    """What can be done about an error of AWS's, if anything is known."""
    while error is not None:
        code = getattr(error, "code", None)
        if isinstance(code, str) and (found := advice(code)):
            return found
        error = error.__cause__
    return None


def left_lines(result: Result) -> Iterator[Line]:
    """What a teardown leaves behind."""
    if result.remaining:
        yield line(Span("Still there:", "bad"))
        yield from (line("    ", what) for what in result.remaining)
    if result.left:
        yield line("AWS deletes later:")
        yield from (line("    ", what) for what in result.left)


def output_lines(outputs: Mapping[str, Any]) -> list[str]:
    """Outputs for stdout: a line each, names in a column."""
    width = column(outputs)
    return [f"{name:<{width}}  {output_text(value)}".rstrip() for name, value in outputs.items()]


def output_text(value: Any) -> str:
    """One output's value: as it is, the items of a list side by side."""
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(words(item) for item in in_order(value))
    return str(blank(value)) if isinstance(value, str) else words(value)
