"""Which process this is, and whether one that said so of itself has died: only its own machine can tell."""

from __future__ import annotations

import os
import socket
from pathlib import Path

_PROC = Path("/proc")


def this_process() -> str:
    """Words that stand for this process alone; empty where the system can not say it: then nobody will tell that it died.

    Linux: the id of the boot, the namespace that ids of processes count in, this one's id, and when it began, since ids are
    given again. With the host's name: clones of a running machine share its boot.
    """
    machine = _machine()
    return f"{machine} {os.getpid()} {_began(os.getpid())}" if machine else ""


def has_died(process: str) -> bool:
    """Whether a process has certainly died, by what `this_process` said in it. False: nobody knows here."""
    machine, _, rest = process.partition(" ")
    pid, _, began = rest.partition(" ")
    if not machine or machine != _machine() or not pid.isdecimal():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    now = _began(int(pid))
    return now is not None and now != began


def _machine() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()}/{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _began(pid: int) -> str | None:
    """When a process began; `died` for one that only its parent still knows of, None where nobody may see it."""
    try:
        # The second field is a name in parentheses, which may hold anything.
        fields = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return "died" if fields[0] in "ZX" else fields[19]
