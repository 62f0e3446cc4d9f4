"""One account through a history of commands, deaths and other hands; and what must hold after each command that ended well."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .commands import KILLED, CommandLine
from .comparing import compare, lasting
from .drifts import DRIFTS, NothingThere
from .drifts.hand import Hand
from .platform import WEATHERS
from .world import holds
from .world.reading import at

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .accounts import Account
    from .commands import Zygote
    from .comparing import World
    from .platform import Death

SETTINGS = {"empty_buckets_on_teardown": "true", "domain": "portal.financial.example", "create_hosted_zone": "true"}
"""What stays the same through a history: a zone that is no longer wanted would have to be deleted by name."""


def flags(settings: Mapping[str, str]) -> list[str]:
    """The environment of all histories with these settings, on the command line."""
    return ["prod", *(word for name, value in {**SETTINGS, **settings}.items() for word in ("--set", f"{name}={value}"))]


class Standing:
    """The undisturbed platform by its settings, each brought up once."""

    def __init__(self, zygote: Zygote, empty: Account, folder: Path) -> None:
        self.zygote, self.empty, self._folder = zygote, empty, folder
        self._stack = ExitStack()
        self._known: dict[tuple[tuple[str, str], ...], tuple[Account, World]] = {}

    def of(self, settings: Mapping[str, str]) -> tuple[Account, World]:
        """An account to copy, and what it holds."""
        key = tuple(sorted(settings.items()))
        if key not in self._known:
            account = self._stack.enter_context(self.empty.copied())
            CommandLine(self.zygote, account, self._folder / str(len(self._known))).must("up", "--yes", *flags(settings))
            self._known[key] = account, holds(account.url)
        return self._known[key]

    def close(self) -> None:
        """Ends all accounts."""
        self._stack.close()


class History:
    """An account, a person's settings, and what has happened."""

    def __init__(self, standing: Standing, folder: Path, settings: Mapping[str, str], *, empty: bool) -> None:
        self._standing, self.settings = standing, dict(settings)
        self.told: list[str] = [f"{'an empty account' if empty else 'undisturbed'}, {dict(settings)}"]
        self.has_begun = not empty
        self._stack = ExitStack()
        origin = standing.empty if empty else standing.of(settings)[0]
        self._account = self._stack.enter_context(origin.copied())
        self._line = CommandLine(standing.zygote, self._account, folder)

    def close(self) -> None:
        """Ends the account."""
        self._stack.close()

    def change(self, settings: Mapping[str, str]) -> None:
        """The person wants something else."""
        self.told.append(f"settings {dict(settings)}")
        self.settings = dict(settings)

    def drift(self, name: str, seed: int) -> None:
        """Another hand does something, where there is something and AWS lets it."""
        with self._account.calm(), at(self._account.url):
            try:
                DRIFTS[name](Hand(seed))
            except (NothingThere, ClientError) as error:
                self.told.append(f"drift {name} {seed}: {type(error).__name__}")
            else:
                self.told.append(f"drift {name} {seed}")

    def weather(self, name: str, seed: int) -> None:
        """From now on things go wrong between commands and AWS, or no longer do."""
        self.told.append(f"weather {name} {seed}")
        self._account.weather(WEATHERS[name], seed)

    def die(self, command: str, death: Death) -> None:
        """A command is killed, if it makes so many changing calls."""
        self.has_begun = True
        status = self._line.run(*self._words(command), kill_at=death.number, moment=death.moment)
        self.told.append(f"{command} {death}: {status}")
        assert status in (KILLED, 0), self._line.said()

    def up(self) -> None:
        """All is as if nothing had happened."""
        self.told.append("up")
        self.has_begun = True
        self._line.must(*self._words("up"))
        with self._account.calm():
            compare(lasting(holds(self._account.url)), lasting(self._standing.of(self.settings)[1]))
            assert self._line.must(*self._words("up")) == []
        assert self._account.violations() == []

    def only(self, step: str) -> None:
        """One step is brought, with what it stands on, and then there is nothing left to do for it."""
        self.told.append(f"up --only {step}")
        self.has_begun = True
        self._line.must(*self._words("up"), "--only", step)
        with self._account.calm():
            assert self._line.must(*self._words("up"), "--only", step) == []

    def teardown(self) -> None:
        """Nothing is left but what AWS keeps for a while, and the database's last snapshots."""
        self.told.append("teardown")
        self.has_begun = False
        self._line.must(*self._words("teardown"))
        with self._account.calm():
            compare(lasting(holds(self._account.url)), {})
            assert self._line.must(*self._words("teardown")) == []

    def _words(self, command: str) -> list[str]:
        unprotected = ["--set", "protect=false"] if command == "teardown" else []
        return [command, "--yes", *flags(self.settings), *unprotected]


@cache
def steps() -> tuple[str, ...]:
    """The steps that the platform has whatever the settings."""
    from plans.financial_platform import Settings, build

    more: Any = {"domain": SETTINGS["domain"], "create_hosted_zone": True}
    return tuple(step.key for step in build(Settings(environment="prod", profile="dev", **more)).steps)
