"""What goes wrong, and what comes of it: faults, deaths and histories of the whole platform, and what throttling costs."""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plans.financial_platform import Settings, build
from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.ownership import Ownership
from provisioner.embedded.conduct import Conduct
from provisioner.embedded.server import running
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resources import every_type
from tests.faults.accounts import empty_account
from tests.faults.commands import KILLED, CommandLine, zygote
from tests.faults.comparing import lasting, without_snapshots
from tests.faults.drifts import DRIFTS
from tests.faults.history import History, Standing
from tests.faults.platform import TEARDOWN, UP, Death
from tests.faults.world import holds

from .rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running
    from provisioner.engine.run import Result
    from tests.faults.comparing import World

SEEDS = range(1, 1 + int(os.environ.get("BENCHMARK_SEEDS", "5")))
DEATHS = int(os.environ.get("BENCHMARK_DEATHS", "20"))
HISTORIES = int(os.environ.get("BENCHMARK_HISTORIES", "5"))
SPEED = 20.0


class _Platform:
    """The whole platform as `prod` wants it, on one server, unprotected so that it can go again."""

    def __init__(self, server: Running) -> None:
        self.plan = build(Settings(environment="local", profile="prod", protect=False, empty_buckets_on_teardown=True))
        self._connection = Connection(region="us-east-1", endpoint_url=server.url, made_up_credentials=True)

    def up(self) -> Result:
        run = self._run()
        return run.up(run.preview())

    def teardown(self) -> Result:
        run = self._run()
        return run.teardown(run.preview_teardown())

    def close(self) -> None:
        self._connection.close()

    def _run(self) -> Run:
        ownership = Ownership(self.plan.name, "local", "123456789012", self.plan.prefix, self.plan.tags)
        aws = Aws(self._connection, ownership, "us-east-1")
        options = Options(lift_protection=True)
        return Run(self.plan, aws, types=every_type(), clock=Clock(SPEED), parallelism=32, durations={}, options=options)


def _differences(found: World, wanted: World) -> int:
    """How many objects are lost, doubled or otherwise than they should be."""
    lost = sum((_counted(wanted) - _counted(found)).values())
    return max(lost, sum((_counted(found) - _counted(wanted)).values()))


def _counted(world: World) -> Counter[str]:
    return Counter(f"{kind} {thing}" for kind, things in world.items() for thing in things)


def faults() -> list[Row]:
    """`up`, again and `teardown` at the level hostile, by several seeds; what the account holds beside an undisturbed one."""
    wanted, left = _lived(Conduct("lifelike"))[:2]
    injected: Counter[str] = Counter()
    wrong = failed = 0
    for seed in SEEDS:
        world, rest, bad, counts = _lived(Conduct("hostile", seed=seed))
        wrong += _differences(world, wanted) + _differences(rest, left)
        failed += bad
        injected += counts
    kinds = ", ".join(f"{count} {kind}" for kind, count in injected.most_common())
    return [
        Row(
            f"faults injected into `up`, `up` and `teardown` of the platform, `prod`, seeds 1 to {len(SEEDS)}",
            f"{injected.total()} ({kinds})",
            f"objects lost or doubled: {wrong}; steps that failed: {failed}",
        )
    ]


def _lived(conduct: Conduct) -> tuple[World, World, int, Counter[str]]:
    """What an account holds when the platform is up and when it is gone, how many steps failed, and the faults by kind."""
    with running(conduct=conduct) as server, closing(_Platform(server)) as platform:
        bad = _failed(platform.up()) + _failed(platform.up())
        with server.calm():
            world = lasting(holds(server.url))
        bad += _failed(platform.teardown())
        with server.calm():
            return world, lasting(holds(server.url)), bad, Counter(server.injected.counts)


def _failed(result: Result) -> int:
    return len(result.remaining) + sum(one.outcome not in ("done", "none") for one in result.outcomes.values())


def throttled() -> list[Row]:
    """How much longer `up` takes where 10 and 30 of 100 calls are throttled."""
    undisturbed = _seconds(Conduct("lifelike"))
    return [
        Row(
            f"`up` of the whole platform, `prod`, {share} % of all calls throttled",
            f"{seconds:.1f} s",
            f"none throttled: {undisturbed:.1f} s",
            f"{seconds / undisturbed:.2f}",
        )
        for share in (10, 30)
        for seconds in [_seconds(Conduct("hostile", seed=1, faults=(f"throttle *:* {share}%",)))]
    ]


def _seconds(conduct: Conduct) -> float:
    with running(conduct=conduct) as server, closing(_Platform(server)) as platform:
        # The first one imports a service when it is first called.
        assert _failed(platform.up()) == 0
        server.reset()
        began = time.monotonic()
        assert _failed(platform.up()) == 0
        return time.monotonic() - began


def crashes() -> list[Row]:
    """`up` and `teardown` of the platform, killed at points that a seed draws, and run again."""
    rows = []
    with tempfile.TemporaryDirectory() as name, zygote() as process, empty_account("lifelike") as empty:
        folder = Path(name)
        with empty.copied() as standing:
            line = CommandLine(process, standing, folder / "standing")
            making, world = line.must(*UP), holds(standing.url)
            with standing.copied() as going:
                line = CommandLine(process, going, folder / "going")
                removing, left = line.must(*TEARDOWN), holds(going.url)
            for what, command, calls, origin, wanted in (
                ("up", UP, making, empty, world),
                ("teardown", TEARDOWN, removing, standing, left),
            ):
                survived = wrong = 0
                for number, death in enumerate(_deaths(what, len(calls))):
                    with origin.copied() as account:
                        line = CommandLine(process, account, folder / f"{what}-{number}")
                        survived += line.run(*command, kill_at=death.number, moment=death.moment) == KILLED
                        line.must(*command)
                        wrong += _differences(without_snapshots(holds(account.url)), without_snapshots(wanted))
                        wrong += len(line.must(*command))
                told = f"objects lost or doubled: {wrong}"
                rows.append(
                    Row(f"`{what}` of the platform, `prod`, killed at one of its calls, and again", f"{survived} times", told)
                )
    return rows


def _deaths(what: str, calls: int) -> list[Death]:
    every = [Death(number, moment) for number in range(1, calls + 1) for moment in ("arrival", "answer")]
    return random.Random(what).sample(every, DEATHS)


def histories() -> list[Row]:
    """Drifts, deaths, other settings, `up`, `--only` and `teardown` in an order that a seed draws."""
    events: Counter[str] = Counter()
    wrong = 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        process, empty = stack.enter_context(zygote()), stack.enter_context(empty_account("lifelike"))
        standing = stack.enter_context(closing(Standing(process, empty, folder / "standing")))
        for seed in range(HISTORIES):
            with closing(History(standing, folder / str(seed), {"profile": "test"}, empty=False)) as history:
                try:
                    events += Counter(_happens(history, random.Random(seed)))
                except AssertionError:
                    wrong += 1
    told = ", ".join(f"{count} {what}" for what, count in sorted(events.items()))
    what = f"{HISTORIES} random histories of the platform"
    return [Row(what, told, f"that did not end as an undisturbed run does: {wrong}")]


def _happens(history: History, dice: random.Random) -> Iterator[str]:
    for _ in range(4):
        for _ in range(3):
            history.drift(dice.choice(sorted(DRIFTS)), dice.randrange(1000))
            yield "drifts"
        history.die(dice.choice(["up", "teardown"]), Death(dice.randrange(1, 40), dice.choice(["arrival", "answer"])))
        yield "deaths"
        history.up()
        yield "ups"
    history.teardown()
    yield "teardowns"


ALL: dict[str, Any] = {"faults": faults, "throttled": throttled, "crashes": crashes, "histories": histories}
