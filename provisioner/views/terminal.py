"""A plan as text for a person: every action, property by property."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ..engine.preview import ActionKind
from ..value import Unknown, contains_unknown, references
from .screen import Line, Span, line
from .values import MISSING, differences, in_order, words

if TYPE_CHECKING:
    from ..engine.preview import Action, Preview
    from ..resource import Resource

SIGNS = {ActionKind.CREATE: "+", ActionKind.UPDATE: "~", ActionKind.REPLACE: "±", ActionKind.DELETE: "-"}
ORDER = (ActionKind.CREATE, ActionKind.UPDATE, ActionKind.REPLACE, ActionKind.DELETE)
WIDEST = 32
"""No column of labels is wider; a longer label pushes what follows it."""


class Heading(NamedTuple):
    """What a text is about: the plan, the environment, and where that is."""

    plan: str
    environment: str
    where: str

    def line(self) -> Line:
        return line(Span(self.plan, "strong"), Span(f" · {self.environment} · {self.where}", "dim"))


def column(labels: Iterable[str], widest: int = WIDEST) -> int:
    """How wide a column of labels is to be."""
    return min(max((len(label) for label in labels), default=0), widest)


def plan_lines(preview: Preview, steps: Sequence[Resource]) -> Iterator[Line]:
    """All that is to be known: the warnings, every action, and the counts."""
    yield from warning_lines(preview.warnings)
    yield from action_lines(preview, steps)
    if preview.anything_to_do:
        yield line()
    yield from summary_lines(preview)


def action_lines(preview: Preview, steps: Sequence[Resource]) -> Iterator[Line]:
    """Every action, property by property; deletions last."""
    special = {step.key: _special(step) for step in steps}
    shown = [action for action in preview.actions if action.kind is not ActionKind.NONE]
    width = column(action.step for action in shown if action.kind in (ActionKind.CREATE, ActionKind.DELETE))
    before: ActionKind | None = None
    for action in sorted(shown, key=lambda one: one.kind is ActionKind.DELETE):
        detailed = action.kind in (ActionKind.UPDATE, ActionKind.REPLACE)
        if before is not None and (detailed or before is not action.kind):
            yield line()
        before = action.kind
        yield from _changed(action) if detailed else (_brief(action, width, special.get(action.step, set())),)


def is_left_out(action: Action) -> bool:
    """Whether it was not chosen, so that nothing is said of its state."""
    return action.kind is ActionKind.NONE and bool(action.reason)


def warning_lines(warnings: Iterable[str]) -> Iterator[Line]:
    """What to know before anything else."""
    for warning in warnings:
        yield line(Span("! ", "warning"), warning, hang=2)
    if warnings:
        yield line()


def refusal_lines(refusals: Sequence[str]) -> Iterator[Line]:
    """Why `up` would not do it."""
    if refusals:
        yield line()
        yield line(Span("`up` refuses this:", "bad"))
        for refusal in refusals:
            yield line("  ", refusal, hang=2)


def summary_lines(preview: Preview) -> Iterator[Line]:
    """The counts, as a sentence."""
    summary = preview.summary()
    left_out = sum(map(is_left_out, preview.actions))
    as_wanted = summary["none"] - left_out
    aside = [f"{as_wanted} as wanted"] * bool(as_wanted) + [f"{left_out} left out"] * bool(left_out)
    if not preview.anything_to_do:
        yield line(Span("Nothing to do", "good"), Span(f": {', '.join(aside)}." if aside else ".", "dim"))
        return
    parts = [Span(f"{summary[kind.value]} to {kind.value}", kind.value) for kind in ORDER if summary[kind.value]]
    spans = [span for part in parts for span in (part, Span(", "))][:-1]
    yield line(*spans, Span(f"; {', '.join(aside)}." if aside else ".", "dim"))


def _brief(action: Action, width: int, special: Collection[str]) -> Line:
    """A creation or deletion, on one line."""
    head = Span(f"  {SIGNS[action.kind]} {action.step:<{width}}  ", action.kind.value)
    if action.kind is ActionKind.CREATE:
        return line(head, *list(_wishes(action, special))[1:], cut=True)
    reason = f"  {action.reason}" if action.reason else ""
    return line(head, action.id or "", Span(reason, "dim"), cut=True)


def _wishes(action: Action, special: Collection[str]) -> Iterator[Span]:
    for name, change in action.changes.items():
        if name in special and not contains_unknown(change.after) and (said := _short(change.after)):
            yield Span("  ")
            yield Span(f"{name} ", "dim")
            yield Span(said)


def _short(value: Any) -> str:
    """A value that tells something in few words, if it does."""
    if isinstance(value, Mapping):
        return ""
    if isinstance(value, list | tuple | set | frozenset):
        items = in_order(value)
        simple = all(isinstance(item, str | int) for item in items) and len(items) <= 3
        return ", ".join(map(words, items)) if simple else f"{len(items)} items"
    return words(value)


def _special(step: Resource) -> set[str]:
    """What tells a new resource from others: the properties that its plan gives and that lead to no other step."""
    given = {field.name: (getattr(step, field.name), field.default) for field in dataclasses.fields(step)}
    return {
        name for name, (value, default) in given.items() if name != "tags" and value is not default and not [*references(value)]
    }


def _changed(action: Action) -> Iterator[Line]:
    """An update or a replacement: what it is, why it is replaced, and every difference."""
    sign = SIGNS[action.kind]
    spans: list[Span | str] = [Span(f"  {sign} {action.step}", action.kind.value), Span(f"  {action.id or ''}", "dim")]
    yield line(*spans)
    if action.kind is ActionKind.REPLACE:
        yield line(Span("      replaced: ", "replace"), action.reason, hang=16)
    yield from difference_lines(action, indent=6)


def difference_lines(action: Action, indent: int) -> Iterator[Line]:
    """Every difference of an action: before → after."""
    found = [(one, change) for name, change in action.changes.items() for one in differences(name, change)]
    width = column(one.path for one, _ in found)
    for one, change in found:
        spans = _before_after(one.before, one.after)
        if change.replaces:
            spans.append(Span("  (replaces)", "replace"))
        if len(one.path) > width:
            yield line(f"{'':<{indent}}{one.path}")
            yield line(f"{'':<{indent + 4}}", *spans, hang=indent + 4)
        else:
            yield line(f"{'':<{indent}}{one.path:<{width}}  ", *spans, hang=indent + width + 2)


def _before_after(before: Any, after: Any) -> list[Span]:
    if after is MISSING:
        return [Span(f"- {words(before)}", "delete")]
    if before is MISSING:
        return [Span("+ ", "create"), _value(after, "create")]
    return [Span(words(before), "delete"), Span(" → ", "dim"), _value(after, "create")]


def _value(value: Any, style: str) -> Span:
    return Span(words(value), "dim" if isinstance(value, Unknown) else style)
