"""Questions to the person at the terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..errors import Interrupted, Refused
from ..views.screen import line

if TYPE_CHECKING:
    from ..views.screen import Screen


def ask(screen: Screen, question: str, wanted: tuple[str, ...], otherwise: str) -> None:
    """Goes on only where the answer is one of the wanted. Raises `Refused`: asked or not, nothing was changed by then."""
    if not sys.stdin.isatty():
        raise Refused(f"{otherwise} Nothing was changed.")
    screen.insist([line()])
    try:
        answer = click.prompt(question, default="", show_default=False, prompt_suffix=" ", err=True)
    except (click.Abort, KeyboardInterrupt) as error:
        raise Interrupted("interrupted; nothing was changed") from error
    if answer.strip() not in wanted:
        raise Refused("Not confirmed; nothing was changed.")
