"""The states of clusters and instances: what is under way with them shows as their status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...clock import Delay
from .. import under_way

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...call import Call

# AWS: what is told to change is `available` for some seconds more.
_GHOST = 10
_SEEN_BY = {"cluster": ("rds:DescribeDBClusters",), "db": ("rds:DescribeDBInstances",)}


def begin(
    call: Call,
    resource: Any,
    status: str,
    seconds: float,
    at_end: Callable[[], None] = lambda: None,
    *,
    then: str = "available",
) -> None:
    """Something is under way with a cluster or an instance, and shows as its status; `then` is the one that follows."""
    resource.under_way, resource.afterwards = status, then
    # What an earlier change has to bring is brought in the end, whatever came between.
    resource.to_bring = [*getattr(resource, "to_bring", ()), at_end]
    # A cluster that starts is seen in its instances, too.
    kinds = ("cluster", "db") if status == "starting" else (_kind(resource),)
    seen_by = tuple(operation for kind in kinds for operation in _SEEN_BY[kind])
    under_way.begin(call, resource.arn, Delay(seconds), lambda: _end(resource), seen_by=seen_by)


def begin_to_change(call: Call, resource: Any, seconds: float, bring: Callable[[], None]) -> None:
    """What is told to a cluster or an instance is brought in a while; it shows as `modifying` some seconds late."""
    resource.to_bring = [*getattr(resource, "to_bring", ()), bring]
    modifies = lambda: begin(call, resource, "modifying", seconds)  # noqa: E731 - the name is for the reader
    under_way.begin(call, resource.arn, Delay(_GHOST, looks=0), modifies, seen_by=_SEEN_BY[_kind(resource)])


def end_as(call: Call, resource: Any, status: str) -> None:
    """What is under way ends in another status than it would have."""
    resource.afterwards = status
    under_way.end_otherwise(call, resource.arn, lambda: _end(resource))


def _end(resource: Any) -> None:
    resource.under_way = resource.afterwards
    to_bring, resource.to_bring = resource.to_bring, []
    for bring in to_bring:
        bring()


def _kind(resource: Any) -> str:
    return str(resource.arn).split(":")[5]


def own_status(resource: Any) -> str:
    """The status of a cluster, or of an instance by itself."""
    return str(getattr(resource, "under_way", "available"))


def status_of(instance: Any) -> str:
    """The status of an instance: one of a cluster stops and starts with that."""
    cluster = getattr(instance, "cluster", None)
    with_it = own_status(cluster) if cluster is not None else ""
    return with_it if with_it in ("stopping", "stopped", "starting") else own_status(instance)
