"""Where a cluster or an instance stands in its life, by RDS's words for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...resource import LEAVING, PENDING, READY, State, broken

if TYPE_CHECKING:
    from ...resource import Live

_FAILED = frozenset(
    {
        "cloning-failed",
        "failed",
        "inaccessible-encryption-credentials",
        "incompatible-create",
        "incompatible-credentials",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "insufficient-capacity",
        "migration-failed",
        "restore-error",
        "storage-full",
    }
)
# It is nobody's failure, and nothing passes by itself.
_ASLEEP = {
    "stopped": "it is stopped: start it, or AWS does after seven days",
    "inaccessible-encryption-credentials-recoverable": "its key can not be used: enable the key, then start it",
}


def state_of(live: Live, status: str, *, reboot: bool) -> State:
    """The state for a status. `reboot`: parameters of it count only after one."""
    if status == "deleting":
        return LEAVING
    if status in _FAILED:
        return broken(f"RDS calls it {status}")
    if status in _ASLEEP:
        return State(READY.name, _ASLEEP[status])
    # An instance whose storage is optimized can be used and changed as ever.
    if status not in ("available", "storage-optimization") or live.get("PendingModifiedValues"):
        return PENDING
    return State(READY.name, "some parameters count only once it has been rebooted") if reboot else READY
