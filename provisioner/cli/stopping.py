"""Ctrl-C and SIGTERM during a run: the first lets calls in flight finish, the second leaves at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

INTERRUPTED = 130
SHOW_CURSOR = b"\x1b[?25h\r\n"


@contextmanager
def stopping(stop: Callable[[], None]) -> Iterator[None]:
    """Within it, the first signal calls `stop`."""
    asked = False

    def asked_to_stop(_: int, __: FrameType | None) -> None:
        nonlocal asked
        if asked:
            leave()
        asked = True
        stop()

    before = {number: signal.signal(number, asked_to_stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def leave() -> None:
    """End the process now, whatever still waits, and leave a terminal that can be typed at."""
    if sys.stderr.isatty():
        os.write(sys.stderr.fileno(), SHOW_CURSOR)
    os._exit(INTERRUPTED)
