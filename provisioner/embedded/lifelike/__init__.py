"""What the real AWS refuses, holds and takes its time for, beyond what each service's mends know: the level `lifelike`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..call import Behaviour


def behaviours() -> list[Behaviour]:
    """All of the level's behaviours, the outermost first."""
    return []
