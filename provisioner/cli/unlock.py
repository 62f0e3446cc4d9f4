"""`provisioner unlock`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import Looks, Target, looking, targeting

if TYPE_CHECKING:
    from ..aws.lease import Record
    from .session import Session

STILL_HELD = 1


@click.command
@click.option("--yes", is_flag=True, help="Do not ask.")
@targeting
@looking("json")
def unlock(target: Target, looks: Looks, *, yes: bool) -> int:
    """Show which run holds the lock of ENVIRONMENT, ask, and lift it.

    A dead run's lock ends by itself some two minutes after its death, and at once for who runs again on the same machine. A run
    that is alive after all changes nothing any more once its lock was lifted.
    """
    from ..engine.lock import told
    from ..views.screen import line
    from .session import opened

    session = opened(target, looks)
    lock = session.lock()
    record = lock.read()
    if record.holder is None:
        _tell(session, record, f"Nobody holds the lock on {lock.name}.", lifted=False)
        return 0
    session.screen.insist([line(f"The lock on {lock.name} is"), *(line("  ", text) for text in told(record, record.holder))])
    if not yes:
        _confirm(session, lock.name)
    if not lock.lift(record):
        words = f"{lock.name} is still locked: its run has just said that it lives. Stop it, or give --yes."
        _tell(session, record, words, lifted=False)
        return STILL_HELD
    _tell(session, record, f"The lock on {lock.name} is lifted.", lifted=True)
    return 0


def _confirm(session: Session, name: str) -> None:
    from ..errors import ProvisionerError, Refused
    from .ask import ask

    try:
        ask(session.screen, f"Lift the lock on {name}? [y/N]", ("y", "yes"), "There is no terminal to ask at: give --yes.")
    except Refused as refused:
        raise ProvisionerError(str(refused)) from refused


def _tell(session: Session, record: Record, text: str, *, lifted: bool) -> None:
    from ..views.documents import as_text

    if session.looks.output == "json":
        click.echo(as_text(_document(session, record, lifted=lifted)))
    else:
        session.screen.say(text)


def _document(session: Session, record: Record, *, lifted: bool) -> dict[str, Any]:
    holder = None
    if record.holder is not None:
        one = record.holder
        holder = {"run": one.run, "who": one.who, "host": one.host, "pid": one.pid, "since": one.since, "until": record.expires}
    return {"plan": session.plan.name, "environment": session.settings.environment, "holder": holder, "lifted": lifted}
