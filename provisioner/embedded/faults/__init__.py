"""What goes wrong between a caller and AWS, and inside it: the level `hostile`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..call import Behaviour
    from .injected import Injected


def behaviours(rules: Sequence[str], seed: int, injected: Injected) -> list[Behaviour]:
    """The faults that the rules name, or all kinds of them at random; the same seed gives the same faults.

    What they do is told to `injected`. Outermost stands what ends calls, so that even what it loses has left its traces.
    """
    from .breaking import Breaking, Expiring
    from .concurrent_writers import ConcurrentWriters
    from .dice import Dice
    from .failing import Failing
    from .lagging import Lagging
    from .rules import MIX, read

    given = read(tuple(rules) or MIX)
    dice = Dice(given, seed)
    return [
        Expiring(given, injected),
        Breaking(dice, injected),
        Failing(dice, injected),
        Lagging(dice, injected),
        ConcurrentWriters(dice, injected),
    ]
