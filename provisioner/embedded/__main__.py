"""The embedded AWS as a process of its own: `python -m provisioner.embedded --port 4566`."""

from __future__ import annotations

import argparse
import errno
import json
import logging
import os
import secrets
import signal
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from . import state_file
from .clock import MINUTE_MS
from .conduct import LEVELS, Conduct

if TYPE_CHECKING:
    from .server import Server


def main(arguments: list[str] | None = None) -> int:
    """Serves until it is told to stop or nobody has called for long enough."""
    options = _options(arguments)
    report = options.detach_and_report
    if report is not None and os.fork():
        # The one that started us waits for this process only; the server goes on as nobody's child.
        return 0
    if report is not None:
        os.setsid()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    try:
        return _serve(options)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        _tell(report, {"taken": options.port})
        logging.getLogger("provisioner.embedded").error("port %s of 127.0.0.1 is taken", options.port)
        return 1


def _serve(options: argparse.Namespace) -> int:
    from .listening import listen

    # First the port, so that a taken one is known before moto is imported.
    listening = listen(options.port)
    from . import clock
    from .server import build

    token = secrets.token_hex(16)
    server = build(listening, _conduct(options), token=token)
    entry = state_file.Entry(server.url, os.getpid(), server.port, datetime.now(UTC).isoformat(), token)
    if options.state_file:
        state_file.write(options.state_file, entry)
    signal.signal(signal.SIGTERM, lambda *_: server.stop_soon())
    signal.signal(signal.SIGINT, lambda *_: server.stop_soon())
    _tell(options.detach_and_report, {"url": server.url})
    threading.Thread(target=server.warm_up, daemon=True).start()
    threading.Thread(target=_stop_when_idle, args=(server, options.idle_minutes * 60), daemon=True).start()
    with clock.going(server.conduct.clock):
        server.serve_until_stopped(poll_interval=0.1)
    if options.state_file:
        state_file.remove(options.state_file, token)
    return 0


def _conduct(options: argparse.Namespace) -> Conduct:
    return Conduct(options.level, options.minute_ms, options.seed, tuple(options.fault))


def _stop_when_idle(server: Server, seconds: float) -> None:
    never = threading.Event()
    while (left := seconds - server.control.idle_seconds()) > 0:
        never.wait(left)
    server.stop_soon()


def _tell(report: int | None, message: dict[str, object]) -> None:
    if report is None:
        print(json.dumps(message), flush=True)  # noqa: T201 - whoever runs this in the foreground wants to know the URL
        return
    with os.fdopen(report, "w") as stream:
        stream.write(json.dumps(message) + "\n")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m provisioner.embedded", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for any free one")
    parser.add_argument("--idle-minutes", type=float, default=120, help="ends after so many minutes without a call")
    parser.add_argument("--level", default="plain", help=f"one of {', '.join(LEVELS)}")
    parser.add_argument("--minute-ms", type=float, default=MINUTE_MS, help="milliseconds that one of AWS's minutes takes")
    parser.add_argument("--seed", type=int, help="the seed of the faults of the level hostile; without one it is drawn")
    parser.add_argument("--fault", action="append", default=[], help="a rule for the level hostile (repeatable)")
    parser.add_argument("--state-file", type=Path, help="where to write address, process id and token")
    parser.add_argument("--detach-and-report", type=int, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
