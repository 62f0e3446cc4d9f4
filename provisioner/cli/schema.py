"""`provisioner schema`."""

from __future__ import annotations

import json

import click

from .options import DEFAULT_PLAN, Looks, looking


@click.command
@click.option("--plan", default=DEFAULT_PLAN, show_default=True, metavar="PLAN", help="A module, or the path of a .py file.")
@looking()
def schema(plan: str, looks: Looks) -> int:
    """Print the JSON Schema of the plan's settings, for editors that complete and check the environments' files by it.

    Save it beside them; `#:schema settings.schema.json` in a file's first line names it.
    """
    from .. import settings
    from . import plans

    source = plans.find(plan)
    click.echo(json.dumps(settings.schema(source.settings_class, source.name), indent=2))
    return 0
