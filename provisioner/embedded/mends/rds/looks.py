"""What takes RDS minutes takes so many looks at it here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LOOKS = 2
_RESTING = ("available", "stopped")


def begin(resource: Any, status: str, at_end: Callable[[], None] = lambda: None, *, then: str = "available") -> None:
    """Something is under way with a cluster or an instance, and shows as its status; `then` is the one that follows."""
    resource.under_way, resource.looks_left, resource.at_end, resource.afterwards = status, LOOKS, at_end, then


def look(resource: Any) -> None:
    """One more look; what is under way ends after enough of them."""
    if own_status(resource) in _RESTING:
        return
    resource.looks_left -= 1
    if resource.looks_left < 0:
        resource.under_way = resource.afterwards
        resource.at_end()


def own_status(resource: Any) -> str:
    """The status of a cluster, or of an instance by itself."""
    return str(getattr(resource, "under_way", "available"))


def status_of(instance: Any) -> str:
    """The status of an instance: one of a cluster stops and starts with that."""
    cluster = getattr(instance, "cluster", None)
    with_it = own_status(cluster) if cluster is not None else ""
    return with_it if with_it in ("stopping", "stopped", "starting") else own_status(instance)
