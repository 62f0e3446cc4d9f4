"""Everything that an account holds, in words that are the same for two accounts that hold the same: ids become the names of
what they stand for, and what differs by nature (times, addresses, association ids) is left out. Read with plain boto3."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from . import compute, data, delivery, edge, identity, keys, network, storage, traffic, watching
from .reading import REGION, Reader, at
from .words import told

if TYPE_CHECKING:
    from .reading import Thing

__all__ = ["REGION", "holds", "living"]

_REGIONAL = (
    *(compute.compute, compute.scaling, data.databases, delivery.streams, delivery.functions, keys.keys, keys.secrets),
    *(network.network, traffic.balancers, traffic.certificates, traffic.web_acls, watching.alarms, watching.logs),
    *(watching.topics, watching.trails),
)
_GLOBAL = (edge.distributions, edge.edge_acls, edge.zones, identity.roles, identity.policies, storage.buckets)


def holds(url: str, *regions: str) -> dict[str, list[Any]]:
    """All that lives in the account, by kind, and what AWS keeps of it for a while: keys and secrets that wait for their end.

    Without regions, in the first of all.
    """
    here = [Reader(region) for region in regions or (REGION,)]
    reads = [(read, reader) for read in _REGIONAL for reader in here]
    reads += [(read, Reader(REGION)) for read in _GLOBAL]
    with at(url), ThreadPoolExecutor(8) as pool:
        found = [thing for things in pool.map(lambda work: list(work[0](work[1])), reads) for thing in things]
    return _by_kind(found)


def living(world: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The same without what AWS only keeps for a while."""
    return {kind: things for kind, things in world.items() if not kind.endswith("that waits for its end")}


def _by_kind(things: list[Thing]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {kind: [] for kind in sorted({thing.kind for thing in things})}
    for kind, document in told(things):
        found[kind].append(document)
    return found
