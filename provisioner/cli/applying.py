"""What `up` and `teardown` share: show the plan, ask, apply it under the eyes of whoever called, and report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from ..engine.journal import Journal
from ..engine.preview import Preview
from ..engine.run import Result, Run
from ..errors import Interrupted, Moved, Refused
from ..views import documents, log, results, terminal
from ..views.estimate import Estimate
from ..views.progress import Progress
from ..views.screen import Line, Span, line
from .ask import ask
from .endpoint import STATE
from .session import Session
from .stopping import stopping

if TYPE_CHECKING:
    from ..engine.lock import RunLock

FAILED = 1


def show_plan(session: Session, preview: Preview) -> None:
    """What is going to be done."""
    session.screen.write([session.heading.line(), line()])
    session.screen.write(terminal.plan_lines(preview, session.plan.steps))
    for action in preview.actions:
        log.log.info("step planned", step=action.step, action=action.kind.value, id=action.id)


def confirm_up(session: Session, preview: Preview) -> None:
    """Ask whether to do it; no is the default."""
    environment = session.settings.environment
    without = f"`up` would change {environment}, and there is no terminal to ask at: give --yes."
    ask(session.screen, f"Do this in {environment} ({session.reached.where})? [y/N]", ("y", "yes"), without)


def confirm_teardown(session: Session) -> None:
    """Ask for the environment's name."""
    environment = session.settings.environment
    without = f"`teardown` would empty {environment}, and there is no terminal to ask at: give --yes."
    ask(session.screen, f"This can not be undone. Type {environment} to delete it all:", (environment,), without)


@contextmanager
def alone(lock: RunLock, run: Run, preview: Preview, look_again: Callable[[], Preview]) -> Iterator[Preview]:
    """Within it no other run is at work: the lock is held where anything may be changed, which what is not ready may be, too.

    It gives the preview. Raises `Moved` where another run came and went since that was made, and left another one to be made.
    """
    if not preview.anything_to_do and all(one.state is None or one.state.name == "ready" for one in preview.actions):
        yield preview
        return
    with lock.held(run.interrupt) as came_between:
        newest = look_again() if came_between else preview
        if newest.digest() != preview.digest():
            raise Moved("another run changed things while this one looked; this one changed nothing. Run again.")
        yield newest


def apply(session: Session, run: Run, preview: Preview, command: str, work: Callable[[Preview], Result]) -> Result:
    """Do the work; its events go to the log, the progress and, where anything is done, the journal."""
    readers: list[log.Reader] = []
    expected = session.durations
    estimate = Estimate(preview, session.plan.steps, expected) if expected or not session.settings.embedded else None
    progress = Progress(session.screen, preview, estimate)
    if preview.anything_to_do:
        readers = [progress.read, *_journal(session)]
    session.listen(*readers)

    def stop() -> None:
        run.interrupt()
        progress.stopping()

    _began(session, run, preview, command)
    with ExitStack() as stack:
        if preview.anything_to_do:
            stack.enter_context(progress)
        stack.enter_context(stopping(stop))
        result = work(preview)
    log.log.info("run finished", ok=result.ok, seconds=round(result.seconds, 3), calls=session.aws.connection.counts())
    return result


def _journal(session: Session) -> list[log.Reader]:
    try:
        return [Journal(STATE, session.run_id, session.plan.name, session.settings.environment).read]
    except OSError as error:
        log.log.warning("no journal", error=str(error))
        return []


def _began(session: Session, run: Run, preview: Preview, command: str) -> None:
    log.log.info(
        "run started",
        command=command,
        plan=session.plan.name,
        environment=session.settings.environment,
        account_id=session.reached.account_id,
        region=session.reached.region,
        steps=len(preview.actions),
        attempt=run.aws.attempt,
        **run.earlier.told(),
    )


def report_up(session: Session, preview: Preview, result: Result, outputs: Mapping[str, Any]) -> None:
    """How it ended; the outputs to stdout, and what to try next."""
    _report(session, preview, result)
    if session.looks.output == "json":
        _print_document(session, preview, result, outputs)
    elif result.ok:
        session.screen.say()
        for text in results.output_lines(outputs):
            click.echo(text)
        session.screen.write(_next_lines(session))


def report_teardown(session: Session, preview: Preview, result: Result, spared: Sequence[str]) -> None:
    """How it ended, and what is left, be it that it was to stay."""
    _report(session, preview, result)
    session.screen.write(results.left_lines(result))
    if result.ok and not result.remaining:
        name, environment = session.plan.name, session.settings.environment
        stays = f"{len(spared)} of {name} stay in {environment}, as you asked: `status` lists them."
        session.screen.say(stays if spared else f"Nothing of {name} is left in {environment}.")
    if session.looks.output == "json":
        _print_document(session, preview, result, {})


def exit_code(result: Result, lock: RunLock) -> int:
    """The exit code of a run. Raises `LeaseLost` where that ended it."""
    if not result.ok:
        lock.check_kept()
    if result.interrupted:
        return Interrupted.exit_code
    refused = [one.error for one in result.outcomes.values() if isinstance(one.error, Refused)]
    if refused and not any(one.outcome == "done" for one in result.outcomes.values()):
        # It was found out late, but before any change.
        return refused[0].exit_code
    return 0 if result.ok and not result.remaining else FAILED


def _report(session: Session, preview: Preview, result: Result) -> None:
    if not preview.anything_to_do:
        return
    # What failed must be seen, however quiet the command was asked to be.
    write = session.screen.write if result.ok or session.looks.log_format == "json" else session.screen.insist
    write([line(), *results.result_lines(preview, result)])


def _print_document(session: Session, preview: Preview, result: Result, outputs: Mapping[str, Any]) -> None:
    calls = session.aws.connection.counts()
    environment = session.settings.environment
    click.echo(documents.as_text(documents.result_document(session.plan.name, environment, preview, result, outputs, calls)))


def _next_lines(session: Session) -> list[Line]:
    program = click.get_current_context().find_root().command_path
    flags = session.target.flags()
    tries = {
        "plan": "what has drifted",
        "status": "what is there",
        "teardown": "delete it all",
    }
    commands = {f"{program} {command}{flags}": about for command, about in tries.items()}
    width = max(len(command) for command in commands)
    lines = [line(f"  {command:<{width}}  ", Span(about, "dim"), hang=width + 4) for command, about in commands.items()]
    return [line(), line(Span("Next", "strong")), *lines]
