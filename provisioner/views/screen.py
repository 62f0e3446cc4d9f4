"""Where text for people goes: stderr, with colours and to its width on a terminal, plain and whole elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple, TextIO

from ..secret import blank

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


class Span(NamedTuple):
    """A piece of a line, and how it looks (a key of `STYLES`)."""

    text: str
    style: str = ""


class Line(NamedTuple):
    """A line of text. Where it is too long it goes on `hang` columns from the left, or is `cut`."""

    spans: tuple[Span, ...] = ()
    hang: int = 0
    cut: bool = False

    def __str__(self) -> str:
        return "".join(span.text for span in self.spans).rstrip()


STYLES = {
    "create": "green",
    "update": "yellow",
    "replace": "magenta",
    "delete": "red",
    "good": "green",
    "bad": "bold red",
    "warning": "yellow",
    "strong": "bold",
    "dim": "dim",
}


def line(*spans: Span | str, hang: int = 0, cut: bool = False) -> Line:
    """A line of spans; a bare string is a span without a style."""
    return Line(tuple(Span(span) if isinstance(span, str) else span for span in spans), hang, cut)


class Screen:
    """A stream for people. Nothing is written to it that holds a known secret."""

    def __init__(self, *, colour: bool = True, silent: bool = False, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._colour, self.silent = colour, silent
        self.is_terminal = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """The terminal as rich sees it; rich is imported only for one."""
        if self._console is None:
            from rich.console import Console
            from rich.theme import Theme

            self._console = Console(
                file=self._stream,
                theme=Theme(STYLES),
                no_color=not self._colour,
                highlight=False,
                force_terminal=True,
            )
        return self._console

    def fileno(self) -> int:
        """The stream's file descriptor."""
        return self._stream.fileno()

    def write(self, lines: Iterable[Line]) -> None:
        """Print lines, unless people want to hear only of errors."""
        if not self.silent:
            self.insist(lines)

    def say(self, *spans: Span | str) -> None:
        """Print one line."""
        self.write([line(*spans)])

    def insist(self, lines: Iterable[Line]) -> None:
        """Print lines that nobody may miss."""
        for one in lines:
            shown = one._replace(spans=tuple(span._replace(text=str(blank(span.text))) for span in one.spans))
            # Who no longer listens must not stop a run.
            with suppress(OSError):
                if self.is_terminal:
                    self._print(shown)
                else:
                    print(shown, file=self._stream, flush=True)

    def _print(self, one: Line) -> None:
        text = styled(one)
        text.rstrip()
        if one.cut:
            text.truncate(self.console.width, overflow="ellipsis")
        if not one.hang or text.cell_len <= self.console.width:
            self.console.print(text, soft_wrap=True)
            return
        label, rest = text.divide([one.hang])
        for part in rest.wrap(self.console, max(self.console.width - one.hang, 20)):
            part.rstrip()
            self.console.print(label + part, soft_wrap=True)
            label = type(text)(" " * one.hang)


def styled(one: Line) -> Text:
    """The line as rich prints it."""
    from rich.text import Text

    return Text.assemble(*((span.text, span.style) if span.style else span.text for span in one.spans))
