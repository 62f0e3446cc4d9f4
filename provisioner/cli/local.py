"""`provisioner local`: the embedded AWS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import Looks, looking

if TYPE_CHECKING:
    from ..embedded.process import Running

NOT_THERE = 1
YEAR = 365 * 24 * 60.0
"""Minutes. Who started it in the foreground ends it there."""

port_option = click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any free one.")
level_option = click.option(
    "--level",
    type=click.Choice(["plain", "lifelike", "hostile"]),
    default="plain",
    show_default=True,
    help="plain: answers at once; lifelike: takes its time and has its limits, as AWS does; hostile: fails, too.",
)


@click.group
def local() -> None:
    """The embedded AWS: in the background for `local`, in the foreground for tests and other tools."""


@local.command
@port_option
@level_option
@click.option(
    "--idle-minutes",
    type=click.FloatRange(0, min_open=True),
    default=120,
    show_default=True,
    metavar="N",
    help="It ends by itself after so long without a call.",
)
@looking("json")
def start(looks: Looks, port: int, level: str, idle_minutes: float) -> int:
    """Start it in the background, or find it there."""
    from . import endpoint
    from .session import screen_for

    running = endpoint.start(idle_minutes, screen_for(looks), port, level)
    _tell(looks, _described(running), f"Running at {running.url} (process {running.pid}, since {running.started[:19]} UTC).")
    return 0


@local.command
@looking("json")
def stop(looks: Looks) -> int:
    """Stop it. What was in it is gone."""
    from ..embedded import process
    from .endpoint import STATE

    was_running = process.stop(STATE)
    _tell(looks, {"running": False, "stopped": was_running}, "Stopped." if was_running else "It was not running.")
    return 0


@local.command
@looking("json")
def status(looks: Looks) -> int:
    """Say whether it runs, where, and how much it was called."""
    from ..embedded import process
    from .endpoint import STATE

    running = process.find(STATE)
    if running is None:
        _tell(looks, {"running": False}, "It is not running: `up`, or `local start`, starts it.")
        return NOT_THERE
    more = _ask(running, "GET", "status")
    known = {**_described(running), "level": more["level"], "calls": more["calls"], "idle_seconds": more["idle_seconds"]}
    idle = round(known["idle_seconds"] / 60)
    about = f"level {known['level']}, {known['calls']} calls, idle for {idle} minutes"
    _tell(looks, known, f"Running at {running.url} (process {running.pid}, since {running.started[:19]} UTC; {about}).")
    return 0


@local.command
@looking("json")
def reset(looks: Looks) -> int:
    """Empty it: every resource is gone, and no call is remembered."""
    from ..embedded import process
    from .endpoint import STATE

    running = process.find(STATE)
    if running is None:
        _tell(looks, {"running": False}, "It is not running, so there is nothing to empty.")
        return NOT_THERE
    _ask(running, "POST", "reset")
    _tell(looks, _described(running), f"The embedded AWS at {running.url} is empty.")
    return 0


@local.command
@port_option
@level_option
def serve(port: int, level: str) -> int:
    """Run another one in the foreground, until Ctrl-C.

    It knows nothing of the one in the background. Its address goes to stdout as JSON.
    """
    from ..embedded.__main__ import main
    from ..errors import EmbeddedError

    try:
        return main(["--port", str(port), "--level", level, "--idle-minutes", str(YEAR)])
    except ValueError as error:
        raise EmbeddedError(str(error)) from error


def _described(running: Running) -> dict[str, Any]:
    return {"running": True, "url": running.url, "port": running.port, "pid": running.pid, "started": running.started}


def _tell(looks: Looks, document: dict[str, Any], text: str) -> None:
    from ..views.documents import as_text
    from .session import screen_for

    if looks.output == "json":
        click.echo(as_text(document))
    else:
        screen_for(looks).say(text)


def _ask(running: Running, method: str, route: str) -> dict[str, Any]:
    import http.client
    import json

    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    try:
        connection.request(method, f"/provisioner/{route}")
        return dict(json.loads(connection.getresponse().read()))
    finally:
        connection.close()
