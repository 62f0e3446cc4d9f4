"""`provisioner status`."""

from __future__ import annotations

import click

from .options import Looks, Selection, Target, choosing, looking, targeting

CHANGES = 2


@click.command
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 where something is missing, has drifted or is an orphan.")
@choosing("only")
@targeting
@looking("json")
def status(target: Target, selection: Selection, looks: Looks, *, detailed_exitcode: bool) -> int:
    """Show every resource of ENVIRONMENT: is it there, is it ready, has it drifted, since when; and orphans."""
    from ..views import documents, status
    from ..views.screen import line
    from .session import opened, options_for, preview_of

    session = opened(target, looks)
    preview = preview_of(session.run(options_for(selection)), selection)
    document = documents.status_document(session.settings.environment, session.plan, preview)
    if looks.output == "json":
        click.echo(documents.as_text(document))
    else:
        session.screen.write([session.heading.line(), line()])
        session.screen.write(status.status_lines(preview, session.plan))
    return CHANGES if detailed_exitcode and preview.anything_to_do else 0
