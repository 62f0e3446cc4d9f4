"""The state of every resource as text for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ..engine.preview import ActionKind
from .screen import Line, Span, line
from .terminal import column, difference_lines, is_left_out, warning_lines
from .values import moment

if TYPE_CHECKING:
    from ..engine.preview import Action, Preview
    from ..plan import Plan


class Verdict(NamedTuple):
    """What is said of a resource, and how it looks."""

    sign: str
    word: str
    style: str


def status_lines(preview: Preview, plan: Plan) -> Iterator[Line]:
    """A line for every resource, with what differs below it; orphans last; then the counts."""
    yield from warning_lines(preview.warnings)
    listed = {step.key for step in plan.steps}
    actions = [action for action in preview.actions if not is_left_out(action)]
    verdicts = {action.step: verdict(action, listed) for action in actions}
    width = column(verdicts)
    when = max((len(since(action.since)) for action in actions), default=0)
    said = max((len(one.word) for one in verdicts.values()), default=0)
    for action in actions:
        one = verdicts[action.step]
        yield line(
            Span(f"  {one.sign} ", one.style),
            f"{action.step:<{width}}  ",
            Span(f"{one.word:<{said}}  ", one.style),
            Span(f"{since(action.since):<{when}}  {(action.id or '') if action.live else ''}", "dim"),
            cut=True,
        )
        if one.word == "drifted":
            yield from difference_lines(action, indent=6)
    yield line()
    yield _counts(verdicts.values())


def _counts(verdicts: Iterable[Verdict]) -> Line:
    spans: list[Span | str] = []
    for one, count in Counter(verdicts).items():
        spans += [Span(f"{count} {one.word}", one.style), ", "]
    return line(*(spans[:-1] or ["The plan has no steps."]))


def verdict(action: Action, listed: set[str]) -> Verdict:
    """The one word on a resource."""
    state = action.state.name if action.state is not None else ""
    if action.step not in listed:
        return Verdict("-", "orphan", "delete")
    if action.live is None:
        return Verdict("+", "missing", "create")
    if state == "broken":
        return Verdict("✗", "broken", "bad")
    if state != "ready":
        return Verdict("…", state or "unknown", "warning")
    if action.kind in (ActionKind.UPDATE, ActionKind.REPLACE):
        return Verdict("~", "drifted", "update")
    return Verdict("✓", "ready", "good")


def since(text: str | None) -> str:
    """The day of a time as AWS shows it, in UTC; its JSON has the moment."""
    found = moment(text)
    return f"{found:%Y-%m-%d}" if found else text or ""
