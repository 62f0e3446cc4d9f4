"""A cloud in a dictionary, and a resource type that lives in it: for tests of the engine, in milliseconds."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from typing import TYPE_CHECKING, Any, ClassVar, cast

from provisioner import Plan
from provisioner.aws.account import Aws
from provisioner.aws.ownership import Ownership
from provisioner.aws.retry import Meaning
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.errors import CallFailed
from provisioner.resource import GONE, LEAVING, PENDING, READY, Id, Output, Resource, State, Value, attr, broken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from provisioner.aws.client import Connection
    from provisioner.engine.journal import Earlier
    from provisioner.resource import Changes, Live

OWNERSHIP = Ownership(plan="toys", environment="test", account_id="123456789012", prefix="toys", plan_tags={})


class Cloud:
    """What lives, what was called in which order, and how it misbehaves."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.reads = 0
        self.hide_new_for_reads = 0
        self.pending_for_reads = 0
        self.fail: dict[str, list[Exception]] = {}
        self.fail_reads: list[Exception] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def call(self, what: str) -> None:
        with self._lock:
            self.calls.append(what)
        failures = self.fail.get(what)
        if failures:
            raise failures.pop(0)

    def next_id(self) -> str:
        return f"toy-{next(self._ids):04}"

    def listed(self) -> list[dict[str, Any]]:
        self.reads += 1
        if self.fail_reads:
            raise self.fail_reads.pop(0)
        shown = []
        for thing in self.things.values():
            thing["reads"] += 1
            if thing["state"] == "pending" and thing["reads"] > self.pending_for_reads:
                thing["state"] = "ready"
            if thing["reads"] > self.hide_new_for_reads:
                shown.append({key: value for key, value in thing.items() if key != "reads"})
        return shown


class Toy(Resource):
    """Everything that an engine can meet."""

    cloud: ClassVar[Cloud]

    size: Value[int] = attr("Size", default=1)
    colour: str = attr("Colour", default="red", replace=True)
    friend: Id[Toy | None] = attr("Friend", default=None)
    base: Id[Toy | None] = attr("Base", default=None, replace=True)
    needs_ready: Id[Toy | None] = attr("NeedsReady", default=None, ready=True)

    id = Output("Id")
    version = Output("Version", settled=True)

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        return [thing for thing in cls.cloud.listed() if thing["Kind"] == cls.__name__]

    def create(self, aws: Aws) -> Live | None:
        self.cloud.call(f"create {self.name}")
        return self._make()

    def _make(self) -> Live:
        made: dict[str, Any] = {"Id": self.cloud.next_id(), "Kind": type(self).__name__, "Tags": dict(self.tags), "Size": 1}
        made["Version"] = 1
        made |= {"Colour": self.colour, "Base": self.base, "NeedsReady": self.needs_ready, "reads": 0}
        made["state"] = "pending" if self.cloud.pending_for_reads else "ready"
        self.cloud.things[made["Id"]] = made
        return {key: value for key, value in made.items() if key != "reads"}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        self.cloud.call(f"update {self.name} {','.join(sorted(changed))}")
        thing = self.cloud.things[live["Id"]]
        thing |= {"Size": self.size, "Friend": self.friend, "NeedsReady": self.needs_ready}
        thing["Tags"] = {**thing["Tags"], **self.tags}
        thing["Version"] += 1

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        name = live["Tags"]["provisioner:step"].partition("/")[2]
        cls.cloud.call(f"delete {name}")
        # A friend holds nothing, as a route does not hold the gateway that it leads to.
        holders = [t for t in cls.cloud.things.values() if live["Id"] in (t.get("Base"), t.get("NeedsReady"))]
        if any(holder["Id"] != live["Id"] for holder in holders):
            raise refused("DependencyViolation", Meaning.BUSY, 600)
        cls.cloud.things.pop(live["Id"], None)

    @staticmethod
    def state(live: Live) -> State:
        states = {"ready": READY, "pending": PENDING, "leaving": LEAVING, "gone": GONE, "broken": broken("it cracked")}
        return states[live["state"]]

    @classmethod
    def stays(cls, aws: Aws, live: Live) -> str | None:
        return live.get("Stays")

    @classmethod
    def holders(cls, aws: Aws, live: Live) -> Sequence[str]:
        return [f"{thing['Id']}, which is somebody else's" for thing in cls.cloud.things.values() if not thing["Tags"]]


class Treasure(Toy):
    """A toy that holds data."""

    data = True


class Twin(Toy):
    """A toy of which two may stand side by side."""

    made_before_deleted = True
    protection = "Locked"


class Sturdy(Toy):
    """A toy that takes changes while it is not ready."""

    changes_while_pending = True


def refused(code: str, meaning: Meaning, patience: float = 0.0) -> CallFailed:
    return CallFailed("toys", "Call", code, "so it is", "req-1", meaning, patience)


def lost() -> CallFailed:
    return refused("ConnectionClosedError", Meaning.LOST, 120)


@dataclasses.dataclass
class Workshop:
    """A fresh cloud, and runs of plans in it on a clock that hurries."""

    cloud: Cloud
    speed: float = 2000.0

    def run(
        self,
        *steps: Resource,
        options: Options | None = None,
        outputs: Mapping[str, Any] | None = None,
        parallelism: int = 8,
        earlier: Earlier | None = None,
    ) -> Run:
        aws = Aws(cast("Connection", None), OWNERSHIP, "us-east-1")
        plan = Plan("toys", *steps, outputs=outputs)
        return Run(
            plan,
            aws,
            types=[Toy, Treasure, Twin],
            clock=Clock(self.speed),
            parallelism=parallelism,
            durations={},
            options=options or Options(),
            earlier=earlier,
        )

    def up(self, *steps: Resource, options: Options | None = None) -> dict[str, str]:
        run = self.run(*steps, options=options)
        result = run.up(run.preview())
        return {key: outcome.outcome for key, outcome in result.outcomes.items()}

    def kinds(self, *steps: Resource, options: Options | None = None) -> dict[str, str]:
        return {action.step: str(action.kind) for action in self.run(*steps, options=options).preview().actions}

    def teardown(self, options: Options | None = None) -> Any:
        run = self.run(options=options)
        return run.teardown(run.preview_teardown())
