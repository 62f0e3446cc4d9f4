"""`provisioner outputs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import Looks, Target, looking, targeting

if TYPE_CHECKING:
    from .session import Session

NOT_THERE = 1


@click.command
@targeting
@click.argument("name", required=False)
@looking("json")
def outputs(target: Target, looks: Looks, name: str | None) -> int:
    """Print the plan's outputs in ENVIRONMENT, or only the one called NAME, as AWS shows them now."""
    from ..engine.options import Options
    from ..value import contains_unknown

    session = _opened(target, looks, name)
    found = session.run(Options()).outputs()
    if name is not None and name not in found:
        return _explain(session, name, list(found))
    chosen = found if name is None else found[name]
    _print(looks, chosen, is_one=name is not None)
    if contains_unknown(chosen):
        session.screen.say(f"Not all of it is there: `up{target.flags()}` makes it.")
        return NOT_THERE
    return 0


def _opened(target: Target, looks: Looks, name: str | None) -> Session:
    from ..errors import SettingsError
    from .plans import NoEnvironment
    from .session import opened

    try:
        return opened(target, looks)
    except NoEnvironment as error:
        hint = f"to print the output {target.environment!r}, name its environment first: outputs local {target.environment}"
        raise SettingsError([*error.mistakes, hint] if name is None else error.mistakes) from error


def _explain(session: Session, name: str, known: list[str]) -> int:
    from difflib import get_close_matches

    from ..views.screen import line

    near = get_close_matches(name, known, n=2)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(known) or 'none'}"
    session.screen.insist([line(f"{session.plan.name} has no output {name!r} ({hint})")])
    return NOT_THERE


def _print(looks: Looks, chosen: Any, *, is_one: bool) -> None:
    from ..value import contains_unknown
    from ..views import documents, results, values

    if looks.output == "json":
        click.echo(documents.as_text(values.plain(chosen)))
    elif not is_one:
        for text in results.output_lines(chosen):
            click.echo(text)
    elif not contains_unknown(chosen):
        click.echo(results.output_text(chosen))
