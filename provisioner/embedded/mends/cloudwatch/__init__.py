"""Mends of CloudWatch, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import alarms, dashboards

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """CloudWatch's mends."""
    return [alarms.mends, dashboards.mends]
