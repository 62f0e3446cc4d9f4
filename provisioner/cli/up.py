"""`provisioner up`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import Looks, Selection, Target, choosing, looking, targeting


@click.command
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--saved",
    "file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Do exactly what `plan --save FILE` showed, or refuse. Does not ask.",
)
@click.option("--fail-fast", is_flag=True, help="Start nothing new after a first failure.")
@click.option(
    "--wait",
    type=click.Choice(["all", "needed", "none"]),
    default="all",
    show_default=True,
    help="Until all is ready, only for what other steps need, or for nothing.",
)
@choosing("only", "exclude", "replace", "delete")
@targeting
@looking("json")
def up(target: Target, selection: Selection, looks: Looks, file: Path | None, wait: str, *, yes: bool, fail_fast: bool) -> int:
    """Bring ENVIRONMENT to what the plan wants: show the plan, ask, apply it in parallel, wait, print the outputs."""
    from ..errors import Protected
    from . import applying, saved
    from .session import opened, options_for, preview_of

    fixed = saved.read(file) if file is not None else None
    if fixed is not None:
        target, selection = saved.replayed(fixed, target, selection)
    session = opened(target, looks)
    lock = session.lock()
    lock.look()
    run = session.run(options_for(selection, fail_fast=fail_fast, wait=wait))
    preview = preview_of(run, selection)
    if fixed is not None:
        saved.check(fixed, session, preview)
    applying.show_plan(session, preview)
    if preview.refusals:
        raise Protected("\n".join(preview.refusals))
    if preview.anything_to_do and not yes and fixed is None:
        applying.confirm_up(session, preview)
    with applying.alone(lock, run, preview, lambda: preview_of(run, selection)) as preview:
        result = applying.apply(session, run, preview, "up", run.up)
    outputs = run.outputs()
    applying.report_up(session, preview, result, outputs)
    return applying.exit_code(result, lock)
