"""Mends of WAF, one file a concern."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import acls, associations, ip_sets, logs, rules

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """WAF's mends."""
    return [acls.mends, rules.mends, associations.mends, logs.mends, ip_sets.mends]
