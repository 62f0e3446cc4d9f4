"""The flags that commands share, each group handed to the command as one value."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import click

Command = TypeVar("Command", bound=Callable[..., Any])

DEFAULT_PLAN = "plans.financial_platform"


@dataclass(frozen=True)
class Target:
    """Which plan, in which environment, and how AWS is reached."""

    environment: str = "local"
    plan: str = DEFAULT_PLAN
    settings: Path | None = None
    assignments: tuple[str, ...] = ()
    profile: str | None = None
    region: str | None = None
    parallelism: int = 32

    def flags(self) -> str:
        """What one would type to mean the same environment again."""
        words = [] if self.environment == "local" else [self.environment]
        words += ["--plan", self.plan] if self.plan != DEFAULT_PLAN else []
        words += ["--settings", str(self.settings)] if self.settings else []
        words += [word for assignment in self.assignments for word in ("--set", assignment)]
        words += ["--profile", self.profile] if self.profile else []
        words += ["--region", self.region] if self.region else []
        return "".join(f" {shlex.quote(word)}" for word in words)


@dataclass(frozen=True)
class Selection:
    """Which steps, and what is allowed to happen to them."""

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    replace: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looks:
    """How a command talks."""

    output: str = "text"
    log_level: str = "info"
    log_format: str = "console"
    no_color: bool = False
    quiet: bool = False

    @property
    def debug(self) -> bool:
        return self.log_level == "debug"


@dataclass
class Invocation:
    """What is known of the command that runs, for whoever has to report on it."""

    looks: Looks = Looks()


_QUIET = click.option("--quiet", is_flag=True, help="Say nothing but errors and questions, and what goes to stdout.")
_NO_COLOR = click.option("--no-color", is_flag=True, help="No colours; so does NO_COLOR in the environment.")
_LOG_FORMAT = click.option(
    "--log-format",
    type=click.Choice(["console", "json"]),
    default="console",
    show_default=True,
    help="json: everything on stderr is one JSON object a line.",
)
_LOG_LEVEL = click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
    help="debug: every event, and tracebacks.",
)

_ENVIRONMENT = click.argument("environment", default="local")
_PLAN = click.option(
    "--plan", default=DEFAULT_PLAN, show_default=True, metavar="PLAN", help="A module, or the path of a .py file."
)
_SETTINGS = click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The environment's settings, instead of environments/ENVIRONMENT.toml beside the plan.",
)
_SET = click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help="Override one setting (repeatable).")
_PROFILE = click.option("--profile", metavar="NAME", help="The profile of the AWS credentials.")
_REGION = click.option("--region", metavar="REGION", help="The AWS region.")
_PARALLELISM = click.option(
    "--parallelism", type=click.IntRange(1), default=32, show_default=True, metavar="N", help="Calls in flight."
)


def looking(*outputs: str) -> Callable[[Command], Command]:
    """Adds the flags of `Looks`; `outputs` are the formats that the command has beside text."""
    options = [_QUIET, _NO_COLOR, _LOG_FORMAT, _LOG_LEVEL]
    if outputs:
        choice = click.Choice(["text", *outputs])
        about = "What goes to stdout; people's text goes to stderr."
        options.append(click.option("--output", type=choice, default="text", show_default=True, help=about))
    return lambda command: _with(options, _gathered(Looks, "looks", command, _remember))


def targeting(command: Command) -> Command:
    """Adds the environment and the flags of `Target`."""
    options = [_ENVIRONMENT, _PLAN, _SETTINGS, _SET, _PROFILE, _REGION, _PARALLELISM]
    return _with(options, _gathered(Target, "target", command))


def choosing(*names: str) -> Callable[[Command], Command]:
    """Adds the flags of `Selection` that the command has."""
    helps = {
        "only": "Only this step, with what it depends on (repeatable).",
        "exclude": "Not this step, nor what depends on it (repeatable).",
        "replace": "Delete this step's resource and make it anew (repeatable).",
        "keep": "Spare this step, with its parts and all that they need (repeatable).",
        "delete": "This resource, which holds data and left the plan, may be deleted (repeatable).",
    }

    def add(command: Command) -> Command:
        options = [click.option(f"--{name}", multiple=True, metavar="STEP", help=helps[name]) for name in names]
        return _with(options, _gathered(Selection, "selection", command))

    return add


def _with(options: list[Callable[[Any], Any]], command: Command) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def _gathered(kind: type[Any], name: str, command: Command, use: Callable[[Any], None] = lambda _: None) -> Command:
    """The command, given one value of `kind` under `name` instead of all its fields."""

    @functools.wraps(command)
    def gathered(*args: Any, **given: Any) -> Any:
        value = kind(**{field.name: given.pop(field.name) for field in fields(kind) if field.name in given})
        use(value)
        return command(*args, **given, **{name: value})

    return cast("Command", gathered)


def _remember(looks: Looks) -> None:
    invocation = click.get_current_context().find_object(Invocation)
    if invocation is not None:
        invocation.looks = looks


def wants_colour(looks: Looks) -> bool:
    """Whether colours are allowed; https://no-color.org: any value but none counts."""
    return not looks.no_color and not os.environ.get("NO_COLOR")
