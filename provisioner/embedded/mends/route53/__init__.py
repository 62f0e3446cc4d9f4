"""Mends of Route 53: hosted zones, and their records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import changes, records, zones

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """Route 53's mends."""
    return [zones.mends, records.mends, changes.mends]
