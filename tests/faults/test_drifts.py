"""What other hands did to the whole platform is brought back by the next `up`: nothing lacks, nothing is doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .commands import CommandLine
from .comparing import compare
from .drifts import DRIFTS
from .drifts.hand import Hand
from .platform import SEED, UP
from .world import holds
from .world.reading import at

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Undisturbed

pytestmark = pytest.mark.xdist_group("whole platform")


def test_many_drifts_at_once_are_brought_back(undisturbed: Undisturbed, tmp_path: Path) -> None:
    with undisturbed.standing.copied() as account:
        hand = Hand(int(SEED))
        with at(account.url):
            for drift in DRIFTS.values():
                drift(hand)
        line = CommandLine(undisturbed.zygote, account, tmp_path)
        assert line.must(*UP) != []
        compare(holds(account.url), undisturbed.world)
        assert line.must(*UP) == []


@pytest.mark.matrix
@pytest.mark.parametrize("name", DRIFTS)
def test_each_drift_is_one_and_is_brought_back(undisturbed: Undisturbed, tmp_path: Path, name: str) -> None:
    with undisturbed.standing.copied() as account:
        with at(account.url):
            DRIFTS[name](Hand(int(SEED)))
        assert holds(account.url) != undisturbed.world
        line = CommandLine(undisturbed.zygote, account, tmp_path)
        line.must(*UP)
        compare(holds(account.url), undisturbed.world)
        assert line.must(*UP) == []
