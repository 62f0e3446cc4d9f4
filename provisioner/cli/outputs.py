"""`provisioner outputs`."""

from __future__ import annotations

import click

from .options import Looks, Target, looking, targeting

NOT_THERE = 1


@click.command
@targeting
@click.argument("name", required=False)
@looking("json")
def outputs(target: Target, looks: Looks, name: str | None) -> int:
    """Print the plan's outputs in ENVIRONMENT, or only the one called NAME, as AWS shows them now."""
    from difflib import get_close_matches

    from ..engine.options import Options
    from ..errors import SettingsError
    from ..value import contains_unknown
    from ..views import documents, terminal, values
    from ..views.screen import line
    from .plans import NoEnvironment
    from .session import opened

    try:
        session = opened(target, looks)
    except NoEnvironment as error:
        hint = f"to print the output {target.environment!r}, name its environment first: outputs local {target.environment}"
        raise SettingsError([*error.mistakes, hint] if name is None else error.mistakes) from error
    found = session.run(Options()).outputs()
    if name is not None and name not in found:
        near = get_close_matches(name, found, n=2)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(found) or 'none'}"
        session.screen.insist([line(f"{session.plan.name} has no output {name!r} ({hint})")])
        return NOT_THERE
    chosen = found if name is None else found[name]
    if looks.output == "json":
        click.echo(documents.as_text(values.plain(chosen)))
    elif name is None:
        for text in terminal.output_lines(found):
            click.echo(text)
    elif not contains_unknown(chosen):
        click.echo(terminal.output_text(chosen))
    if contains_unknown(chosen):
        session.screen.say(f"Not all of it is there: `up{target.flags()}` makes it.")
        return NOT_THERE
    return 0
