"""`provisioner teardown`."""

from __future__ import annotations

import click

from .options import Looks, Selection, Target, choosing, looking, targeting


@click.command
@click.option("--yes", is_flag=True, help="Do not ask for the environment's name.")
@click.option("--fail-fast", is_flag=True, help="Start nothing new after a first failure.")
@choosing("only", "keep")
@targeting
@looking("json")
def teardown(target: Target, selection: Selection, looks: Looks, *, yes: bool, fail_fast: bool) -> int:
    """Delete everything that the plan made in ENVIRONMENT, and wait until it is gone.

    What is deleted is what carries the plan's mark in AWS, whether or not the plan still lists it. `--only` deletes a step with
    what holds on to it; `--keep` spares a step with its parts and all that they need. While `protect` is true, or AWS shows
    anything of it protected from deletion, nothing is deleted: `--set protect=false` lifts that.
    """
    from ..errors import Protected
    from . import applying
    from .session import opened, options_for, preview_of_teardown

    session = opened(target, looks)
    environment = session.settings.environment
    lifting = f"To delete it all the same: teardown{target.flags()} --set protect=false"
    if session.settings.protect:
        raise Protected(f"{session.plan.name} in {environment} is protected (protect = true). Nothing was changed. {lifting}")
    lock = session.lock()
    lock.look()
    lift = any(text.partition("=")[0].strip() == "protect" for text in target.assignments)
    run = session.run(options_for(selection, fail_fast=fail_fast, lift_protection=lift))
    preview = preview_of_teardown(run, selection)
    applying.show_plan(session, preview)
    if preview.refusals:
        hint = () if lift else (lifting,)
        raise Protected("\n".join((*preview.refusals, *hint)))
    if preview.anything_to_do and not yes:
        applying.confirm_teardown(session)
    with applying.alone(lock, run, preview, lambda: preview_of_teardown(run, selection)) as preview:
        result = applying.apply(session, run, preview, "teardown", run.teardown)
    applying.report_teardown(session, preview, result, run.living())
    return applying.exit_code(result, lock)
