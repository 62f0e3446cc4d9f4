"""Questions to the person at the terminal."""

from __future__ import annotations

import select
import sys
from typing import TYPE_CHECKING

import click

from ..errors import Interrupted, Refused
from ..views.screen import line

if TYPE_CHECKING:
    from ..views.screen import Screen

LOOKS = 0.5
"""Seconds after which a Ctrl-C is noticed that came just before the wait for an answer began."""


def ask(screen: Screen, question: str, wanted: tuple[str, ...], otherwise: str) -> None:
    """Goes on only where the answer is one of the wanted. Raises `Refused` or `Interrupted`; nothing was changed by then."""
    if not sys.stdin.isatty():
        raise Refused(f"{otherwise} Nothing was changed.")
    screen.insist([line()])
    try:
        click.echo(f"{question} ", nl=False, err=True)
        while not select.select([sys.stdin], [], [], LOOKS)[0]:
            pass
        answer = sys.stdin.readline()
    except KeyboardInterrupt as error:
        click.echo(err=True)
        raise Interrupted("interrupted; nothing was changed") from error
    if answer.strip() not in wanted:
        raise Refused("Not confirmed; nothing was changed.")
