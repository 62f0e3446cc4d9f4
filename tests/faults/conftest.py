"""Where runs are killed: accounts in processes of their own, and what undisturbed runs do there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from .accounts import empty_account
from .commands import CommandLine, zygote
from .platform import LEVEL, TEARDOWN, UP
from .world import holds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .accounts import Account
    from .commands import Zygote
    from .comparing import World


@dataclass(frozen=True)
class Undisturbed:
    """What happens to the platform when nothing does: an empty account, one in which it stands, and one that it has left."""

    zygote: Zygote
    empty: Account
    standing: Account
    world: World
    left: World
    making: list[str]
    removing: list[str]


@pytest.fixture(scope="session")
def command_zygote() -> Iterator[Zygote]:
    """What commands are made from."""
    with zygote() as found:
        yield found


@pytest.fixture(scope="session")
def empty() -> Iterator[Account]:
    """An empty account, only to be copied."""
    with empty_account(LEVEL) as found:
        yield found


@pytest.fixture(scope="session")
def undisturbed(command_zygote: Zygote, empty: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    """The platform, brought up and, in a copy of its account, torn down."""
    folder: Path = tmp_path_factory.mktemp("undisturbed")
    with empty.copied() as standing:
        making = CommandLine(command_zygote, standing, folder).must(*UP)
        world = holds(standing.url)
        with standing.copied() as leaving:
            removing = CommandLine(command_zygote, leaving, folder).must(*TEARDOWN)
            left = holds(leaving.url)
        yield Undisturbed(command_zygote, empty, standing, world, left, making, removing)
