"""`provisioner plan`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import Looks, Selection, Target, choosing, looking, targeting

CHANGES = 2


@click.command
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Write the plan, for `up --saved FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where there is something to do.")
@choosing("only", "exclude", "replace", "delete")
@targeting
@looking("json", "markdown")
def plan(target: Target, selection: Selection, looks: Looks, save: Path | None, *, detailed_exitcode: bool) -> int:
    """Show what `up` would do in ENVIRONMENT, property by property. Changes nothing."""
    from ..views import documents, markdown, terminal
    from ..views.screen import line
    from . import saved
    from .session import opened, options_for, preview_of

    session = opened(target, looks)
    preview = preview_of(session.run(options_for(selection)), selection)
    if looks.output == "json":
        click.echo(documents.as_text(documents.plan_document(session.plan.name, session.settings.environment, preview)))
    elif looks.output == "markdown":
        click.echo(markdown.plan_text(session.heading, preview, session.plan.steps))
    else:
        session.screen.write([session.heading.line(), line()])
        session.screen.write(terminal.plan_lines(preview, session.plan.steps))
        session.screen.write(terminal.refusal_lines(preview.refusals))
    if save is not None:
        saved.write(save, session, selection, preview)
        session.screen.say(f"Saved to {save}. To do exactly this: up --saved {save}")
    return CHANGES if detailed_exitcode and preview.anything_to_do else 0
