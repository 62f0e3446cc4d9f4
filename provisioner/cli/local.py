"""`provisioner local`: the embedded AWS."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from .options import Looks, looking

if TYPE_CHECKING:
    from ..embedded.conduct import Conduct
    from ..embedded.process import Running

Command = TypeVar("Command", bound=Callable[..., Any])

NOT_THERE = 1
YEAR = 365 * 24 * 60.0
"""Minutes. Who started it in the foreground ends it there."""

RULES = "hostile: only this goes wrong (repeatable); see provisioner/embedded/faults/rules.py."

port_option = click.option("--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="Default: any free one.")


def behaving(command: Command) -> Command:
    """Adds the flags of a `Conduct`, and gives the command one; None where none of them was given."""
    options = [
        click.option(
            "--level",
            type=click.Choice(["plain", "lifelike", "hostile"]),
            help="plain: answers at once; lifelike (default): takes its time, as AWS does; hostile: fails, too.",
        ),
        click.option(
            "--minute-ms",
            type=click.FloatRange(0, min_open=True),
            metavar="MS",
            help="How long one of AWS's minutes takes. Default: 50.",
        ),
        click.option(
            "--seed", type=int, metavar="N", help="hostile: what goes wrong is drawn with it; without one it is told."
        ),
        click.option("--fault", "faults", multiple=True, metavar="RULE", help=RULES),
    ]

    @functools.wraps(command)
    def gathered(level: str | None, minute_ms: float | None, seed: int | None, faults: tuple[str, ...], **given: Any) -> Any:
        from ..embedded.clock import MINUTE_MS
        from ..embedded.conduct import Conduct

        if (level, minute_ms, seed, faults) == (None, None, None, ()):
            return command(conduct=None, **given)
        try:
            conduct = Conduct(level or "lifelike", minute_ms or MINUTE_MS, seed, faults)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        return command(conduct=conduct, **given)

    for option in reversed(options):
        gathered = option(gathered)
    return cast("Command", gathered)


@click.group
def local() -> None:
    """The embedded AWS: in the background for `local`, in the foreground for tests and other tools."""


@local.command
@port_option
@behaving
@click.option(
    "--idle-minutes",
    type=click.FloatRange(0, min_open=True),
    default=120,
    show_default=True,
    metavar="N",
    help="It ends by itself after so long without a call.",
)
@looking("json")
def start(looks: Looks, conduct: Conduct | None, port: int, idle_minutes: float) -> int:
    """Start it in the background, or find it there."""
    from . import endpoint
    from .session import screen_for

    running = endpoint.start(idle_minutes, screen_for(looks), conduct, port)
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
    told = ("level", "minute_ms", "seed", "faults", "injected", "calls", "idle_seconds")
    known = {**_described(running), **{name: more[name] for name in told if name in more}}
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
@behaving
def serve(conduct: Conduct | None, port: int) -> int:
    """Run another one in the foreground, until Ctrl-C.

    It knows nothing of the one in the background. Its address goes to stdout as JSON.
    """
    from ..embedded.__main__ import main
    from ..embedded.conduct import Conduct

    conduct = conduct or Conduct("lifelike")
    return main(["--port", str(port), *conduct.arguments(), "--idle-minutes", str(YEAR)])


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
