"""What is known of living things, where one read shows less of them than the one before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from provisioner.aws.account import Aws
from provisioner.engine.snapshot import Snapshot

from .toy import OWNERSHIP, Toy

if TYPE_CHECKING:
    from provisioner.aws.client import Connection

STEP = Toy("a")
THING: dict[str, Any] = {"Id": "toy-1", "state": "ready"}


@pytest.fixture
def snapshot() -> Snapshot:
    return Snapshot(Aws(cast("Connection", None), OWNERSHIP, "us-east-1"))


def see(snapshot: Snapshot, **shown: Any) -> Any:
    """The version that is known after a read."""
    snapshot.keep(snapshot.place(Toy, None), [(STEP.key, {"Id": "toy-1", "state": "ready", **shown})])
    return snapshot.value(STEP.version)


def test_what_was_shown_once_stays_known(snapshot: Snapshot) -> None:
    assert see(snapshot) is None
    assert see(snapshot, Version=3) == 3
    assert see(snapshot) == 3
    assert see(snapshot, Version=4) == 4
    snapshot.keep(snapshot.place(Toy, None), [])
    assert snapshot.value(STEP.version) == 4


def test_what_was_shown_of_another_one_is_not_known_of_this(snapshot: Snapshot) -> None:
    see(snapshot, Version=3)
    snapshot.keep(snapshot.place(Toy, None), [])
    snapshot.bury(STEP.key, Toy, THING)
    assert snapshot.value(STEP.version) is None
    snapshot.born(STEP, {"Id": "toy-2", "Version": 5})
    assert snapshot.value(STEP.version) == 5
    snapshot.born(STEP, {"Id": "toy-3"})
    assert snapshot.value(STEP.version) is None


def test_what_has_gone_down_is_known_only_as_it_is_shown_again(snapshot: Snapshot) -> None:
    see(snapshot, Version=3)
    snapshot.forget_born()
    assert see(snapshot) is None
