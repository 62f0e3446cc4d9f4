"""Mends of Elastic Load Balancing v2, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import attributes, listeners, load_balancers, models, rules, tags, target_groups

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """Elastic Load Balancing's mends."""
    models.mend()
    kinds = (tags, load_balancers, attributes, target_groups, listeners, rules)
    return [kind.mends for kind in kinds]
