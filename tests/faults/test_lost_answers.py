"""`up` and `teardown` of the financial platform's network, where the answers of their changing calls are lost and calls are
throttled: the same run still ends well, and the account holds the same as if nothing had happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.embedded.faults import behaviours
from provisioner.embedded.faults.injected import Injected
from tests.behaviours import Lossy

from .network import Network, errors, hurry, undisturbed

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from .network import Undisturbed

STRIDES = 8
"""Every answer is lost in one of so many runs, those of calls that are alike in different ones."""


@pytest.fixture(scope="module")
def normal(embedded_server: Running) -> Undisturbed:
    return undisturbed(embedded_server)


@pytest.fixture
def network(normal: Undisturbed, embedded: Running, monkeypatch: pytest.MonkeyPatch) -> Network:
    hurry(monkeypatch)
    return Network(embedded)


@pytest.mark.parametrize("start", range(STRIDES))
def test_up_makes_nothing_twice_when_answers_are_lost(normal: Undisturbed, network: Network, start: int) -> None:
    lossy = Lossy(normal.up[start::STRIDES])
    with network.under(lossy):
        assert errors(network.up()) == {}
    assert sorted(lossy.lost) == normal.up[start::STRIDES]
    assert network.holds() == normal.world
    before = len(network.server.calls)
    assert errors(network.up()) == {}
    assert network.writes(before) == []


@pytest.mark.parametrize("start", range(STRIDES))
def test_teardown_leaves_nothing_when_answers_are_lost(normal: Undisturbed, network: Network, start: int) -> None:
    lossy = Lossy()
    with network.under(lossy):
        assert errors(network.up()) == {}
        lossy.lose.update(normal.teardown[start::STRIDES])
        assert errors(network.teardown()) == {}
    assert sorted(lossy.lost) == normal.teardown[start::STRIDES]
    assert network.holds() == normal.empty


def test_every_answer_may_be_lost_and_what_was_made_be_shown_late(normal: Undisturbed, network: Network) -> None:
    lossy = Lossy(normal.up)
    # A lost create is looked for by lists; all of a key's parts late as well would outlast the engine's patience.
    lists = ("ec2:*", "iam:List*", "kms:ListKeys", "kms:ListAliases", "logs:*")
    rules = [f"{kind} {read} 1" for kind in ("late", "ghost") for read in lists]
    with network.under(lossy, *behaviours(rules, 1, Injected())):
        assert errors(network.up()) == {}
        assert network.holds() == normal.world
        lossy.lose.update(normal.teardown)
        assert errors(network.teardown()) == {}
    assert sorted(lossy.lost) == sorted([*normal.up, *normal.teardown])
    assert network.holds() == normal.empty


@pytest.mark.parametrize("seed", range(3))
def test_every_third_call_may_be_throttled(normal: Undisturbed, network: Network, seed: int) -> None:
    injected = Injected()
    with network.under(*behaviours(["throttle *:* 30%"], seed, injected)):
        assert errors(network.up()) == {}
        assert network.holds() == normal.world
        assert errors(network.teardown()) == {}
    assert network.holds() == normal.empty
    assert injected.counts["throttle"] > 50
