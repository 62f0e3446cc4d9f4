"""The measurements, each a function that returns rows of the table."""

from __future__ import annotations

import gc
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

from provisioner import Plan
from provisioner.aws.account import Aws
from provisioner.aws.client import Connection
from provisioner.aws.ownership import Ownership
from provisioner.embedded import process
from provisioner.embedded.server import running
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.engine.schedule import Call, Schedule
from provisioner.resources import every_type
from provisioner.resources.ec2.subnet import Subnet
from provisioner.resources.ec2.vpc import Vpc

from .rows import Row

if TYPE_CHECKING:
    from collections.abc import Generator


REGION = "us-east-1"
LATENCY = 0.060


# -- start-up


def help_page() -> list[Row]:
    """CPU of `--help`, and of an interpreter that does nothing."""
    command = statistics.median(_cpu_of("-m", "provisioner", "--help") for _ in range(9))
    bare = statistics.median(_cpu_of("-c", "pass") for _ in range(9))
    imported = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "provisioner", "--help"], capture_output=True, text=True, check=True
    ).stderr
    heavy = [name for name in ("boto3", "botocore", "moto", "pydantic", "rich") if f" {name}\n" in imported]
    return [
        Row(
            "`--help`: CPU",
            f"{command * 1000:.0f} ms; of boto3, botocore, moto, pydantic, rich imports {', '.join(heavy) or 'none'}",
            f"bare interpreter {bare * 1000:.0f} ms",
            f"{command / bare:.1f}",
        )
    ]


def _cpu_of(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# -- the scheduler alone


def scheduler() -> list[Row]:
    """10,000 steps that do nothing; and sleeping steps against the longest path of their graph."""
    began = time.process_time()
    _graph(10_000, lambda _: 0.0, parallelism=32)
    cpu = time.process_time() - began
    rows = [Row("scheduler: 10,000 steps that do nothing, CPU", f"{cpu:.2f} s")]
    ratios = []
    for seed in range(5):
        generator = random.Random(seed)
        seconds = [generator.uniform(0.01, 0.1) for _ in range(300)]
        # What the graph before left behind must not be swept up while this one runs.
        gc.collect()
        began = time.monotonic()
        longest = _graph(300, seconds.__getitem__, parallelism=300, seed=seed)
        ratios.append((time.monotonic() - began, longest))
    worst = max(ratios, key=lambda pair: pair[0] / pair[1])
    rows.append(
        Row(
            "scheduler: random graph of 300 sleeping steps, worst of 5",
            f"{worst[0]:.3f} s",
            f"its longest path {worst[1]:.3f} s",
            f"{worst[0] / worst[1]:.3f}",
        )
    )
    return rows


def _graph(count: int, seconds: Callable[[int], float], *, parallelism: int, seed: int = 0) -> float:
    """Run a random graph; the length of its longest path."""
    generator = random.Random(seed)
    schedule = Schedule(Clock(), parallelism)
    longest: dict[int, float] = {}

    def task(number: int) -> Generator[Any, Any, None]:
        yield Call(lambda: time.sleep(seconds(number)) if seconds(number) else None)
        schedule.fire(number)

    for number in range(count):
        before = {generator.randrange(number) for _ in range(min(number, 2))}
        longest[number] = seconds(number) + max((longest[other] for other in before), default=0.0)
        schedule.add(number, task(number), waits_for=before)
    schedule.run()
    return max(longest.values())


# -- plan and up, on the embedded AWS


def unchanged_plan() -> list[Row]:
    """The calls of a plan on an unchanged network, small and large."""
    rows = []
    with running() as server:
        for subnets in (6, 60):
            server.reset()
            vpc = Vpc("vpc", cidr_block="10.0.0.0/16")
            zones = [f"{REGION}{letter}" for letter in "abc"]
            steps = [
                Subnet(f"s{n}", vpc=vpc, cidr_block=f"10.0.{n}.0/24", availability_zone=zones[n % 3]) for n in range(subnets)
            ]
            plan = Plan("bench", vpc, *steps)
            _up(server.url, plan)
            run = _run(server.url, plan)
            gc.collect()
            before, began = len(server.calls), time.monotonic()
            preview = run.preview()
            seconds = time.monotonic() - began
            assert not preview.anything_to_do
            rows.append(Row(f"`plan`, unchanged, {subnets} subnets", f"{len(server.calls) - before} calls, {seconds:.2f} s"))
    return rows


def unchanged_network() -> list[Row]:
    """A plan of the financial platform's network, unchanged."""
    return [_unchanged("`plan`, unchanged network of the financial platform", _network())]


def unchanged_platform() -> list[Row]:
    """A plan of all nine modules as `prod` wants them, unchanged."""
    return [_unchanged("`plan`, unchanged, the whole platform, `prod`", _platform())]


def _unchanged(what: str, plan: Plan) -> Row:
    with running() as server:
        _up(server.url, plan)
        run = _run(server.url, plan)
        before, began = len(server.calls), time.monotonic()
        assert not run.preview().anything_to_do
        seconds = time.monotonic() - began
        calls = len(server.calls) - before
    return Row(what, f"{calls} calls, {seconds:.2f} s", f"{len(plan.steps)} steps")


CHAIN = (
    "ListDistributions",
    "ListTagsForResource",
    "CreateVpc",
    "CreateSubnet",
    "CreateNatGateway",
    "DescribeNatGateways",
    "CreateRouteTable",
    "CreateRoute",
    "DescribeRouteTables",
    "AssociateRouteTable",
    "DescribeRouteTables",
)
"""The longest chain of calls of `up`: none of these can begin before the one above it was answered. The first two stand for the
bulk reads: a list, then what only a call per resource shows."""


def slow_calls() -> list[Row]:
    """`up` of the network with 60 ms added to every call, beside the longest chain of calls and one call after another."""
    seconds, calls = _up_with_slow_calls(_network())
    chain = len(CHAIN) * LATENCY
    what = "`up` of the network, 60 ms added to every call"
    beside = f"longest chain, {len(CHAIN)} calls: {chain:.2f} s"
    return [
        Row(what, f"{seconds:.2f} s for {calls} calls", beside, f"{seconds / chain:.2f}"),
        _beside_one_after_another("the same", seconds, calls),
    ]


def slow_calls_of_the_platform() -> list[Row]:
    """The same for all nine modules as `prod` wants them."""
    plan = _platform()
    seconds, calls = _up_with_slow_calls(plan)
    what = f"`up` of the whole platform, `prod`, {len(plan.steps)} steps, 60 ms added to every call"
    return [_beside_one_after_another(what, seconds, calls)]


def _up_with_slow_calls(plan: Plan) -> tuple[float, int]:
    """How long `up` took, and how many calls it made."""
    with TemporaryDirectory() as folder:
        # In a process of its own: here it is the provisioner that is measured, not the emulator beside it.
        url = process.start(Path(folder), idle_minutes=5).url
        try:
            _up(url, plan)  # the emulator imports a service when it is first called
            urlopen(Request(f"{url}/provisioner/reset", method="POST")).close()
            connection = _connection(url, slow=True)
            run = _run(url, plan, connection)
            gc.collect()
            began = time.monotonic()
            assert run.up(run.preview()).ok
            return time.monotonic() - began, sum(connection.counts()[kind] for kind in ("read", "write"))
        finally:
            process.stop(Path(folder))


def _beside_one_after_another(what: str, seconds: float, calls: int) -> Row:
    alone = calls * LATENCY
    beside = f"one call after another: {alone:.2f} s"
    return Row(what, f"{seconds:.2f} s for {calls} calls", beside, f"{seconds / alone:.2f}")


def _platform() -> Plan:
    from plans.financial_platform import Settings, build

    return build(Settings(environment="local", profile="prod"))


def _network() -> Plan:
    from plans.financial_platform.settings import Settings
    from tests.faults.network_plan import build

    return build(Settings(environment="local", region=REGION))


def _connection(url: str, *, slow: bool = False) -> Connection:
    connection = Connection(region=REGION, endpoint_url=url, made_up_credentials=True)
    for service in Aws.__annotations__:
        if service in ("connection", "ownership", "region", "read_only"):
            continue
        for once in (False, True):
            client = connection.client(service.rstrip("_"), REGION, once=once)
            if slow:
                client.meta.events.register("before-send", _wait)
    return connection


def _wait(**_: Any) -> None:
    time.sleep(LATENCY)


def _run(url: str, plan: Plan, connection: Connection | None = None) -> Run:
    ownership = Ownership(plan.name, "local", "123456789012", plan.prefix, plan.tags)
    aws = Aws(connection or _connection(url), ownership, REGION)
    return Run(plan, aws, types=every_type(), clock=Clock(60.0), parallelism=32, durations={}, options=Options())


def _up(url: str, plan: Plan) -> None:
    run = _run(url, plan)
    result = run.up(run.preview())
    assert result.ok, {key: str(one.error) for key, one in result.outcomes.items() if one.error}


ALL: Mapping[str, Callable[[], list[Row]]] = {
    "help": help_page,
    "scheduler": scheduler,
    "plan": unchanged_plan,
    "network": unchanged_network,
    "up": slow_calls,
    "platform plan": unchanged_platform,
    "platform up": slow_calls_of_the_platform,
}
