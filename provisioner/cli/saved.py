"""Saved plans: what `plan --save` showed, and the proof that nothing has moved since."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import __version__
from ..errors import Moved, Refused
from ..views.documents import plan_document
from .options import Selection, Target

if TYPE_CHECKING:
    from ..engine.preview import Preview
    from .session import Session

FORMAT = 1
FREE = ("profile", "parallelism")
"""What the command line may choose for a saved plan: it changes nothing in what is done."""


@dataclass(frozen=True)
class Saved:
    """A plan as it was saved."""

    file: Path
    target: Target
    selection: Selection
    account_id: str
    region: str
    digest: str
    actions: dict[str, str]


def write(file: Path, session: Session, selection: Selection, preview: Preview) -> None:
    """Save a plan, with the digest of what it was made from."""
    target = asdict(session.target)
    content = {
        "format": FORMAT,
        "provisioner": __version__,
        "target": {**target, "settings": str(session.target.settings) if session.target.settings else None},
        "selection": asdict(selection),
        "account_id": session.reached.account_id,
        "region": session.reached.region,
        "digest": preview.digest(),
        **plan_document(session.plan.name, session.settings.environment, preview),
    }
    try:
        file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise Refused(f"{file} can not be written: {error.strerror}") from error


def read(file: Path) -> Saved:
    """A saved plan. Raises `Refused` where the file is none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise Refused(f"{file} is of another provisioner ({content['provisioner']}): make it anew with `plan --save`")
        target = {**content["target"], "assignments": tuple(content["target"]["assignments"])}
        settings = target.pop("settings")
        return Saved(
            file,
            Target(**target, settings=Path(settings) if settings else None),
            Selection(**{name: tuple(keys) for name, keys in content["selection"].items()}),
            content["account_id"],
            content["region"],
            content["digest"],
            {action["step"]: action["action"] for action in content["actions"]},
        )
    except OSError as error:
        raise Refused(f"{file} can not be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(f"{file} is no saved plan: make one with `plan --save {file}`") from error


def replayed(saved: Saved, target: Target, selection: Selection) -> tuple[Target, Selection]:
    """The saved target and selection, with what the command line may still choose. Anything else given is a usage error."""
    context = click.get_current_context()
    fixed = {**vars(saved.target), **vars(saved.selection)}
    for name, given in {**vars(target), **vars(selection)}.items():
        source = context.get_parameter_source(name)
        if name in FREE or source is None or source.name != "COMMANDLINE" or given == fixed[name]:
            continue
        shown = {"environment": "ENVIRONMENT", "assignments": "--set"}.get(name, f"--{name}")
        raise click.UsageError(f"{saved.file} fixes {shown}: leave it out", context)
    chosen = {name: getattr(target, name) for name in FREE if getattr(target, name) is not None}
    return replace(saved.target, **chosen), saved.selection


def check(saved: Saved, session: Session, preview: Preview) -> None:
    """Raises `Moved` where what would be done now is not what was saved."""
    here = (session.reached.account_id, session.reached.region)
    if here != (saved.account_id, saved.region):
        raise Moved(
            f"{saved.file} was made for account {saved.account_id} in {saved.region}, and this is {here[0]} in {here[1]}. "
            f"Nothing was changed."
        )
    if preview.digest() == saved.digest:
        return
    now = {action.step: action.kind.value for action in preview.actions}
    moved = [
        f"  {step}: was to {saved.actions.get(step, 'do nothing')}, now to {now.get(step, 'do nothing')}"
        for step in sorted({*saved.actions, *now})
        if saved.actions.get(step, "none") != now.get(step, "none")
    ]
    raise Moved(
        "\n".join(
            [
                f"AWS or the plan has moved since {saved.file} was made; nothing was changed. Make it anew with `plan --save`.",
                *(moved or ["  the same steps, with other changes"]),
            ]
        )
    )
