"""Mends of Secrets Manager: secrets, their versions and labels, and rotation, which is left to whoever runs the function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import keys, rotation, secrets, shown, versions

if TYPE_CHECKING:
    from ...call import Behaviour


def mends() -> list[Behaviour]:
    """Secrets Manager's mends."""
    return [keys.mends, secrets.mends, versions.mends, rotation.mends, shown.mends]
