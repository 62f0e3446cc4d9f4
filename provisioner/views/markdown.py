"""A plan as Markdown for a pull request: the counts at once, the details behind a fold, never longer than a comment may be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..secret import blank
from .terminal import Heading, action_lines, summary_lines

if TYPE_CHECKING:
    from ..engine.preview import Preview
    from ..resource import Resource

LONGEST = 60_000
"""Characters; GitHub takes 65,536 a comment, and some are for what is around it."""

SIGNS = {"+": "+", "-": "-", "~": "!", "±": "! ±"}
"""Ours, and those that GitHub colours."""


def plan_text(heading: Heading, preview: Preview, steps: Sequence[Resource]) -> str:
    """The whole comment. Its first line never changes, so that the next run can find it and replace it."""
    details = [_diff(str(line)) for line in action_lines(preview, steps)]
    summary = " ".join(str(line) for line in summary_lines(preview))
    head = [
        f"<!-- provisioner {heading.plan} {heading.environment} -->",
        f"### `{heading.plan}` in `{heading.environment}`: {summary}",
        "",
        f"{heading.where}",
        *(f"\n> **Warning:** {warning}" for warning in preview.warnings),
        *(f"\n> **`up` refuses this:** {refusal}" for refusal in preview.refusals),
    ]
    fold = ["", "<details><summary>Every change</summary>", "", "```diff", *_fitting(details), "```", "", "</details>"]
    return str(blank("\n".join(head + (fold if preview.anything_to_do else []))))


def _diff(text: str) -> str:
    """A line in the colours of a diff, which go by the first character of a line."""
    for sign, colour in SIGNS.items():
        if text.startswith(f"  {sign} "):
            text = colour + text.removeprefix(f"  {sign}")
    return text.replace("```", "`` `")


def _fitting(lines: list[str]) -> list[str]:
    room = LONGEST
    for number, text in enumerate(lines):
        room -= len(text) + 1
        if room < 0:
            return [*lines[:number], f"  … and {len(lines) - number} lines more: run `plan` to see them"]
    return lines
