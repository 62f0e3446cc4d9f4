"""The command `provisioner`: its subcommands, and the exit code of everything that can go wrong."""

from __future__ import annotations

import os
import signal
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

import click

from .. import __version__
from ..errors import ProvisionerError
from .options import Invocation, wants_colour

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

FAILED, INTERRUPTED, USAGE, BUG = 1, 130, 252, 255

COMMANDS = {
    "up": "Bring AWS to what the plan wants.",
    "plan": "Show what `up` would do; change nothing.",
    "status": "Show every resource: is it there, is it ready, has it drifted.",
    "outputs": "Print the plan's outputs, or one of them.",
    "teardown": "Delete everything that the plan made.",
    "unlock": "Lift the lock that a dead run left.",
    "schema": "Print the JSON Schema of the plan's settings, for editors.",
    "local": "The embedded AWS in the background.",
}


class Commands(click.Group):
    """The subcommands, each imported from the file of its name when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f".{cmd_name}", __package__), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(COMMANDS)}"
            raise click.UsageError(f"there is no command {args[0]!r} ({hint})", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="provisioner")
def provisioner() -> None:
    """Provisions AWS from ordered, idempotent steps in plain Python. No state file: AWS is the state.

    Try it without an account: `up`, then `plan`, `status` and `teardown`. They run the built-in plan on an AWS that lives on
    this machine.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    signal.signal(signal.SIGTERM, _terminated)
    invocation = Invocation()
    try:
        code = provisioner.main(arguments, obj=invocation, standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except (KeyboardInterrupt, click.Abort):
        return _say(invocation, INTERRUPTED, "interrupted")
    except click.ClickException as error:
        error.show()
        return USAGE
    except ProvisionerError as error:
        return _say(invocation, error.exit_code, str(error), error)
    except BrokenPipeError:
        # Whoever read our output has left. What is still buffered must not fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - whatever ends up here is our own mistake, and is to look like one
        return _say(invocation, BUG, "", error)


def _terminated(_: int, __: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _say(invocation: Invocation, code: int, message: str, error: Exception | None = None) -> int:
    from ..views.failure import show_failure

    looks = invocation.looks
    as_json = looks.log_format == "json"
    show_failure(message, error, as_json=as_json, traces=looks.debug, colour=wants_colour(looks))
    return code
