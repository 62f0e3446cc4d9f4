"""One plan on an embedded AWS of its own, and what is to be true of it."""

from __future__ import annotations

import random
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog

from ..aws.account import Aws
from ..aws.ownership import Ownership
from ..aws.retry import CallKind, kind_of
from ..engine.clock import Clock
from ..engine.journal import Earlier, Journal, earlier
from ..engine.options import Options
from ..engine.run import Run
from ..views import log
from .dying import Crash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from ..embedded.conduct import Conduct
    from ..embedded.server import Running
    from ..engine.preview import Action, Preview
    from ..engine.run import Result
    from ..plan import Plan
    from .dying import MortalConnection

ENVIRONMENT, ACCOUNT = "test", "123456789012"
_SPEED = 60.0


class Trial:
    """One plan on an embedded AWS of its own. Every method raises `AssertionError` where the plan does not do what it should.

    `aws` gives boto3 clients by service name, for what your test wants to see or to change behind the plan's back.
    """

    def __init__(self, plan: Plan, server: Running, connection: MortalConnection, conduct: Conduct, journals: Path) -> None:
        """`journals` is a folder for what each run tells the next one."""
        self.plan = plan
        self._server, self._connection, self._conduct, self._journals = server, connection, conduct, journals
        self._runs = 0
        self._data = {step.key for step in plan.steps if type(step).data}

    def aws(self, service: str, region: str = "") -> Any:
        """A boto3 client of the embedded AWS."""
        return self._connection.client(service, region or self._region, once=False)

    # -- the life of a plan

    def up(self) -> dict[str, Any]:
        """`up`, which must succeed; the plan's outputs."""
        run = self._run()
        preview = run.preview()
        with self._noted(run, "up"):
            result = run.up(preview)
        self._succeeded(result, "up")
        return run.outputs()

    def unchanged(self) -> None:
        """Another preview finds nothing to do, and another `up` changes nothing. Nothing is made to go wrong meanwhile."""
        with self._server.calm():
            left = {action.step: _said(action) for action in self.preview().actions if action.kind != "none"}
            assert left == {}, self._words(f"there is still something to do: {left}")
            sent = self._writes_of(self.up)
        assert sent == [], self._words(f"a second up changed something: {sent}")

    def repairs(self, drift: Callable[[], object] | None = None) -> None:
        """What another hand did is seen by a preview, and put right by `up`.

        `drift` is that hand's work, with clients of `aws`. Without one, every step that holds no data is deleted behind the
        plan's back, with what holds on to it, one after the other.
        """
        if drift is not None:
            drift()
            self._repair("what your drift did")
            return
        for step in self.plan.steps:
            if step.key not in self._data and self._delete_behind_its_back(step.key):
                self._repair(f"the deletion of {step.key}")

    def survives_crashes(self, sample: int | None = 4, seed: int = 1) -> None:
        """`up`, killed at one of its changing calls and run again, ends as if nothing had happened; and so does `teardown`.

        `sample` of the calls are drawn with the seed, and each is killed before AWS gets it or before its answer comes; None:
        all of them, both ways.
        """
        self.teardown()
        calls = len(self._writes_of(self.up))
        for number, answered in _deaths(calls, sample, seed):
            self.teardown()
            self.crash(number, answered=answered)
            self.up()
            self.unchanged()
        removals = len(self._writes_of(self.teardown))
        for number, answered in _deaths(removals, sample, seed):
            self.up()
            self.crash(number, answered=answered, teardown=True)
            self.teardown()
        self.up()

    def crash(self, number: int, *, answered: bool = False, teardown: bool = False) -> None:
        """Starts an `up` (or a teardown) and kills it at its changing call of this number, before it is sent; or, `answered`,
        when AWS has carried it out. The run may be over before: then nothing is killed."""
        run = self._run(lifting=True)
        preview = run.preview_teardown() if teardown else run.preview()
        command = "teardown" if teardown else "up"
        with suppress(Crash), self._noted(run, command), self._connection.dying(number, answered=answered):
            (run.teardown if teardown else run.up)(preview)

    def teardown(self) -> None:
        """`teardown`, which must succeed and leave nothing of the plan."""
        run = self._run(lifting=True)
        preview = run.preview_teardown()
        with self._noted(run, "teardown"):
            result = run.teardown(preview)
        self._succeeded(result, "teardown")
        assert result.remaining == (), self._words(f"teardown left {', '.join(result.remaining)}")

    def lives_its_life(self) -> None:
        """All of the above: up, no change, drift, crashes, teardown."""
        self.up()
        self.unchanged()
        self.repairs()
        self.survives_crashes()
        self.teardown()

    def preview(self) -> Preview:
        """What `up` would do now."""
        return self._run().preview()

    # -- behind it

    @property
    def _region(self) -> str:
        return str(self._connection.region)

    def _run(self, *, only: tuple[str, ...] = (), lifting: bool = False) -> Run:
        ownership = Ownership(self.plan.name, ENVIRONMENT, ACCOUNT, self.plan.prefix, self.plan.tags)
        aws = Aws(self._connection, ownership, self._region)
        options = Options(only=only, lift_protection=lifting)
        # Nothing else can be in an account of its own: to read that, too, would cost most of the time.
        kinds = sorted({type(step) for step in self.plan.steps}, key=lambda kind: kind.__name__)
        return Run(
            self.plan,
            aws,
            types=kinds,
            clock=Clock(_SPEED),
            parallelism=16,
            durations={},
            options=options,
            earlier=self._earlier(),
        )

    @contextmanager
    def _noted(self, run: Run, command: str) -> Iterator[None]:
        """What a run that dies within it has done is known to the next one, as it is on the command line."""
        self._runs += 1
        name = f"{self._runs:06}"
        journal = Journal(self._journals, name, self.plan.name, ENVIRONMENT)
        before = structlog.get_config()
        log.configure([journal.read], name)
        try:
            log.log.info("run started", command=command, attempt=run.aws.attempt, **run.earlier.told())
            yield
            log.log.info("run finished")
        finally:
            structlog.configure(**before)

    def _earlier(self) -> Earlier:
        return earlier(self._journals, self.plan.name, ENVIRONMENT, datetime.now(UTC))

    def _delete_behind_its_back(self, key: str) -> bool:
        run = self._run(only=(key,), lifting=True)
        preview = run.preview_teardown()
        if not preview.actions or preview.refusals or any(action.step in self._data for action in preview.actions):
            return False
        # Noted as a run's own, or the next ones would look for some time for what was made so lately.
        with self._noted(run, "teardown"):
            result = run.teardown(preview)
        self._succeeded(result, f"the deletion of {key}")
        return True

    def _repair(self, what: str) -> None:
        with self._server.calm():
            assert self.preview().anything_to_do, self._words(f"a preview does not see {what}")
        self.up()
        self.unchanged()

    def _writes(self) -> list[str]:
        return [str(call) for call in self._server.calls if kind_of(call.operation) is not CallKind.READ]

    def _writes_of(self, work: Callable[[], object]) -> list[str]:
        before = len(self._writes())
        work()
        return self._writes()[before:]

    def _succeeded(self, result: Result, what: str) -> None:
        wrong = {
            key: str(one.error or one.outcome) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")
        }
        assert wrong == {}, self._words(f"{what} failed: {wrong}")

    def _words(self, words: str) -> str:
        seed = f", seed {self._conduct.seed}" if self._conduct.seed is not None else ""
        return f"{self.plan.name} (level {self._conduct.level}{seed}): {words}"


def _said(action: Action) -> str:
    return f"{action.kind} {', '.join(action.changes)}".strip()


def _deaths(calls: int, sample: int | None, seed: int) -> Sequence[tuple[int, bool]]:
    """At which changing calls to kill, and whether AWS has carried the call out by then."""
    every = [(number, answered) for number in range(calls) for answered in (False, True)]
    if sample is None:
        return every
    return sorted(random.Random(seed).sample(every, min(sample, len(every))))  # noqa: S311 - nothing is kept secret by it
