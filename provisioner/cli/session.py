"""What every command begins with: the settings, the plan, and the AWS that they are for."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

import click

from .. import __version__, settings
from ..aws.account import Aws
from ..aws.lease import Leases
from ..aws.ownership import Ownership
from ..engine.clock import Clock
from ..engine.journal import durations, earlier
from ..engine.lock import RunLock
from ..engine.options import Options
from ..engine.run import Run
from ..errors import PlanError
from ..plan import Plan
from ..resources import every_type
from ..views import log
from ..views.screen import Screen
from ..views.terminal import Heading
from . import plans
from .endpoint import STATE, Reached, reach
from .options import Looks, Selection, Target, wants_colour

if TYPE_CHECKING:
    from ..engine.preview import Preview
    from ..views.log import Reader


@dataclass(frozen=True)
class Session:
    """One command at work on one plan in one environment."""

    target: Target
    looks: Looks
    screen: Screen
    settings: settings.Settings
    plan: Plan
    reached: Reached
    aws: Aws
    run_id: str

    @property
    def heading(self) -> Heading:
        return Heading(self.plan.name, self.settings.environment, self.reached.where)

    @cached_property
    def durations(self) -> dict[str, float]:
        """How long steps took in earlier runs; read once a command."""
        return durations(STATE, self.plan.name, self.settings.environment)

    def run(self, options: Options) -> Run:
        """The engine, given this session's plan and AWS."""
        return Run(
            self.plan,
            self.aws,
            types=every_type(),
            clock=Clock(self.reached.speed),
            parallelism=self.target.parallelism,
            durations=self.durations,
            options=options,
            attempt=self.run_id,
            earlier=earlier(STATE, self.plan.name, self.settings.environment, datetime.now(UTC)),
        )

    def lock(self) -> RunLock:
        """What only one run of this plan and environment holds at a time, in this account and region."""
        program = click.get_current_context().find_root().command_path
        return RunLock(
            Leases(self.reached.connection, self.reached.region),
            f"{self.plan.name}/{self.settings.environment}",
            self.run_id,
            who=lambda: self.aws.sts.get_caller_identity()["Arn"],
            clock=Clock(self.reached.speed),
            advice=f"Wait for it. If it is dead, lift its lock: {program} unlock{self.target.flags()}",
        )

    def listen(self, *readers: Reader) -> None:
        """Send the run's events to the log, and to these."""
        log.configure([_log(self.looks, self.screen), *readers], self.run_id)


def opened(target: Target, looks: Looks) -> Session:
    """A session. Raises a `Refused` where settings, plan or account are not right."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    screen = screen_for(looks)
    log.configure([_log(looks, screen)], run_id)
    source = plans.find(target.plan)
    overrides = [("--set", text) for text in target.assignments]
    if target.region is not None:
        overrides.append(("--region", f"region={target.region}"))
    path = source.settings_file(target.environment, target.settings)
    known = settings.load(source.settings_class, path, target.environment, overrides)
    plan = source.build(known)
    reached = reach(known, target, f"provisioner/{__version__} run/{run_id}", screen)
    click.get_current_context().call_on_close(reached.connection.close)
    ownership = Ownership(plan.name, known.environment, reached.account_id, plan.prefix, plan.tags)
    return Session(target, looks, screen, known, plan, reached, Aws(reached.connection, ownership, reached.region), run_id)


def screen_for(looks: Looks) -> Screen:
    """The screen as the flags want it: with a JSON log nothing else may stand on stderr."""
    return Screen(colour=wants_colour(looks), silent=looks.quiet or looks.log_format == "json")


def _log(looks: Looks, screen: Screen) -> Reader:
    return log.json_lines(looks.log_level) if looks.log_format == "json" else log.console_lines(looks.log_level, screen)


def options_for(selection: Selection, **more: bool | str) -> Options:
    """The engine's options for what was chosen on the command line."""
    return Options(**asdict(selection), **more)  # type: ignore[arg-type]


def preview_of(run: Run, selection: Selection) -> Preview:
    """What `up` would do. Raises `PlanError` where a flag names a step that there is not."""
    listed = [step.key for step in run.plan.steps]
    check_steps("only", selection.only, listed)
    check_steps("replace", selection.replace, listed)
    preview = run.preview()
    known = [*listed, *run.living()]
    check_steps("exclude", selection.exclude, known)
    check_steps("delete", selection.delete, known)
    return preview


def preview_of_teardown(run: Run, selection: Selection) -> Preview:
    """What `teardown` would delete. Raises `PlanError` where a flag names a step that there is not."""
    preview = run.preview_teardown()
    known = [*(step.key for step in run.plan.steps), *run.living()]
    check_steps("only", selection.only, known)
    check_steps("keep", selection.keep, known)
    return preview


def check_steps(flag: str, named: Sequence[str], known: Iterable[str]) -> None:
    """Raises `PlanError` where a flag names steps that there are not."""
    there = sorted(set(known))
    mistakes = []
    for name in named:
        if name not in there:
            near = get_close_matches(name, there, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "`status` lists them"
            mistakes.append(f"--{flag} {name}: there is no such step ({hint})")
    if mistakes:
        raise PlanError("\n".join(mistakes))
