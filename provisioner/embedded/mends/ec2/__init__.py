"""Mends of EC2's network, one file a kind of resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import (
    addresses,
    dry_runs,
    endpoints,
    flow_logs,
    instances,
    launch_templates,
    models,
    nat_gateway_addresses,
    nat_gateways,
    network_acls,
    routes,
    security_groups,
    snapshots,
    subnets,
    tags,
    tokens,
)

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """EC2's mends; a dry run does nothing at all, and a repeated call must not reach the others."""
    models.mend()
    instances.mend()
    # Results pass them from last to first.
    kinds = (
        security_groups,
        tags,
        subnets,
        addresses,
        nat_gateway_addresses,
        nat_gateways,
        routes,
        endpoints,
        flow_logs,
        network_acls,
        launch_templates,
        snapshots,
    )
    return [dry_runs.DryRuns(), tokens.ClientTokens(), *(kind.mends for kind in kinds)]
