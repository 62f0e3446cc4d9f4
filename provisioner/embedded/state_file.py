"""The file by which a background process is found again: where it listens, which process it is, and its token.

The file is a hint, never the truth: a process id and a port may belong to somebody else by now. Only an answer with the
same token counts.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Entry:
    """What the state file says."""

    url: str
    pid: int
    port: int
    started: str
    token: str


def write(path: Path, entry: Entry) -> None:
    """Writes the file in one step, readable by its owner alone."""
    new = path.with_suffix(".new")
    new.touch(mode=0o600)
    new.write_text(json.dumps(asdict(entry), indent=2))
    new.replace(path)


def read(path: Path) -> Entry | None:
    """The entry, or None where there is no file or not a whole one."""
    with suppress(OSError, ValueError, TypeError):
        return Entry(**json.loads(path.read_text()))
    return None


def remove(path: Path, token: str) -> None:
    """Removes the file if it is still this server's."""
    entry = read(path)
    if entry and entry.token == token:
        path.unlink(missing_ok=True)
