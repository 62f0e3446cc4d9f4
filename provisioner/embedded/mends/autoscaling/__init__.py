"""Mends of Auto Scaling, one file a kind of thing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import groups, launching, notifications, policies, refreshes, schedules

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """Auto Scaling's mends; a group that is missing or going is refused before all else."""
    launching.mend()
    kinds = (groups, refreshes, policies, schedules, notifications)
    return [kind.mends for kind in kinds]
