"""What other hands do to the platform: each drift takes or changes something of it that the next `up` must bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import data, network, serving, watching
from .hand import NothingThere

if TYPE_CHECKING:
    from collections.abc import Callable

    from .hand import Hand

    Drift = Callable[[Hand], None]

__all__ = ["DRIFTS", "NothingThere"]

DRIFTS: dict[str, Drift] = {
    function.__name__: function for module in (network, serving, data, watching) for function in module.DRIFTS
}
