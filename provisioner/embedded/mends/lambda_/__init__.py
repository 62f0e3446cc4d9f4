"""Mends of Lambda: functions, their code, their policies, and their network interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import code, functions, interfaces, permissions

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """Lambda's mends."""
    return [code.mends, functions.mends, interfaces.mends, permissions.mends]
