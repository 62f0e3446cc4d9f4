"""Mends of RDS, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import clusters, engine_facts, holding, instances, models, parameter_groups, subnet_groups, tags

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """RDS's mends."""
    kinds = (models, tags, subnet_groups, parameter_groups, clusters, instances, engine_facts, holding)
    return [kind.mends for kind in kinds]
