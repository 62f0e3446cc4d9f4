"""Mends of CloudFront, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import distributions, origin_access_controls

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """CloudFront's mends."""
    distributions.mend()
    return [distributions.mends, origin_access_controls.mends]
