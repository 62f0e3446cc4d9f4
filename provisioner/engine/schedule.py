"""Runs tasks that depend on each other: event-driven, longest way first, without a barrier and without a thread that waits.

A task is a generator. It yields what it wants next (`Call`, `Shared`, `Pause`) and is sent the answer. All tasks run in the
thread that calls `Schedule.run`; only the work of calls runs in others. So tasks need no lock, and waiting costs nothing.
"""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Hashable

    from .clock import Clock


class Call(NamedTuple):
    """Do the work in a thread; its result is the answer."""

    work: Callable[[], Any]


class Shared(NamedTuple):
    """A read that serves all who ask for the same `key`: any answer to a read begun at `since` or later will do."""

    key: Hashable
    work: Callable[[], Any]
    since: float


class Pause(NamedTuple):
    """Go on after some seconds of the clock."""

    seconds: float


@dataclass(eq=False)
class Ending:
    """How a task ended: `done`, `failed`, `interrupted`, or `not reached`: then `missing` are the signals that never came."""

    outcome: str
    seconds: float = 0.0
    error: BaseException | None = None
    missing: Collection[Hashable] = ()


@dataclass(eq=False)
class _Node:
    key: Hashable
    task: Generator[Any, Any, Any]
    weight: float
    missing: set[Hashable]
    started: float | None = None


@dataclass(eq=False)
class _SharedCall:
    work: Callable[[], Any]
    waiting: list[_Node] = field(default_factory=list)
    later: list[_Node] = field(default_factory=list)
    queued: bool = False
    began: float | None = None
    answered: float | None = None
    answer: Any = None


class _Job(NamedTuple):
    work: Callable[[], Any]
    origin: _Node | _SharedCall


class Schedule:
    """At most `parallelism` calls are under way at a time; among those that could be, the heaviest task's goes first."""

    def __init__(self, clock: Clock, parallelism: int, *, fail_fast: bool = False) -> None:
        self._clock, self._parallelism, self._fail_fast = clock, parallelism, fail_fast
        self._nodes: dict[Hashable, _Node] = {}
        self._waiting_for: dict[Hashable, list[_Node]] = {}
        self._fired: set[Hashable] = set()
        self._runnable: deque[tuple[_Node, Any, BaseException | None]] = deque()
        self._jobs: list[tuple[float, int, _Job]] = []
        self._timers: list[tuple[float, int, _Node]] = []
        self._shared: dict[Hashable, _SharedCall] = {}
        self._number = itertools.count()
        self._in_flight = 0
        self._threads: list[Thread] = []
        self._work: SimpleQueue[_Job | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[_Job, Any, BaseException | None] | None] = SimpleQueue()
        self._stopping = False
        self.endings: dict[Hashable, Ending] = {}

    def add(
        self, key: Hashable, task: Generator[Any, Any, Any], *, waits_for: Collection[Hashable] = (), weight: float = 0.0
    ) -> None:
        """A task, which starts when all signals that it waits for have been fired."""
        node = _Node(key, task, weight, set(waits_for) - self._fired)
        self._nodes[key] = node
        for signal in node.missing:
            self._waiting_for.setdefault(signal, []).append(node)
        if not node.missing:
            self._runnable.append((node, None, None))

    def fire(self, signal: Hashable) -> None:
        """Something that tasks wait for is there."""
        if signal in self._fired:
            return
        self._fired.add(signal)
        for node in self._waiting_for.pop(signal, ()):
            node.missing.discard(signal)
            if not node.missing:
                self._runnable.append((node, None, None))

    def interrupt(self) -> None:
        """Start nothing more; calls in flight finish. May be called from a signal handler."""
        self._stopping = True
        self._results.put(None)

    def run(self) -> dict[Hashable, Ending]:
        """Run until nothing can go on. Every task has an ending then."""
        try:
            while True:
                self._advance()
                self._dispatch()
                if not self._in_flight and (self._stopping or not self._timers):
                    break
                self._wait()
        finally:
            for _ in self._threads:
                self._work.put(None)
        self._close()
        return self.endings

    # -- one turn

    def _advance(self) -> None:
        while self._runnable:
            self._step(*self._runnable.popleft())

    def _step(self, node: _Node, answer: Any, error: BaseException | None) -> None:
        if node.started is None:
            if self._stopping:
                return
            node.started = self._clock.now()
        try:
            wish = node.task.throw(error) if error is not None else node.task.send(answer)
        except StopIteration:
            self._end(node, "done")
        except Exception as failure:  # noqa: BLE001 - whatever a task raises is its ending, and stops only what depends on it
            self._end(node, "failed", failure)
        else:
            self._grant(node, wish)

    def _grant(self, node: _Node, wish: Call | Shared | Pause) -> None:
        if self._stopping:
            self._end(node, "interrupted")
        elif isinstance(wish, Call):
            self._queue(node.weight, _Job(wish.work, node))
        elif isinstance(wish, Shared):
            self._share(node, wish)
        else:
            heapq.heappush(self._timers, (self._clock.now() + wish.seconds, next(self._number), node))

    def _share(self, node: _Node, wish: Shared) -> None:
        shared = self._shared.setdefault(wish.key, _SharedCall(wish.work))
        if shared.answered is not None and shared.answered >= wish.since:
            self._runnable.append((node, shared.answer, None))
        elif shared.queued or (shared.began is not None and shared.began >= wish.since):
            shared.waiting.append(node)
        elif shared.began is not None:
            shared.later.append(node)
        else:
            shared.waiting.append(node)
            shared.queued = True
            self._queue(node.weight, _Job(shared.work, shared))

    def _queue(self, weight: float, job: _Job) -> None:
        heapq.heappush(self._jobs, (-weight, next(self._number), job))

    def _dispatch(self) -> None:
        if self._stopping:
            self._jobs.clear()
        while self._jobs and self._in_flight < self._parallelism:
            job = heapq.heappop(self._jobs)[2]
            if isinstance(job.origin, _SharedCall):
                job.origin.queued, job.origin.began = False, self._clock.now()
            self._in_flight += 1
            if self._in_flight > len(self._threads):
                self._hire()
            self._work.put(job)

    def _wait(self) -> None:
        try:
            self._take(self._results.get(timeout=self._until_timer()))
            while True:
                self._take(self._results.get_nowait())
        except Empty:
            pass
        while self._timers and self._timers[0][0] <= self._clock.now():
            self._runnable.append((heapq.heappop(self._timers)[2], None, None))

    def _until_timer(self) -> float | None:
        if not self._timers or self._stopping:
            return None
        return max(0.0, self._clock.real(self._timers[0][0] - self._clock.now()))

    def _take(self, result: tuple[_Job, Any, BaseException | None] | None) -> None:
        if result is None:
            return
        self._in_flight -= 1
        job, answer, error = result
        if isinstance(job.origin, _Node):
            self._runnable.append((job.origin, answer, error))
            return
        shared = job.origin
        began, shared.began = shared.began, None
        if error is None:
            shared.answered, shared.answer = began, answer
        self._runnable.extend((node, answer, error) for node in shared.waiting)
        shared.waiting, shared.later = shared.later, []
        if shared.waiting:
            shared.queued = True
            self._queue(max(node.weight for node in shared.waiting), _Job(shared.work, shared))

    # -- endings

    def _end(self, node: _Node, outcome: str, error: BaseException | None = None) -> None:
        if outcome == "interrupted":
            node.task.close()
        seconds = self._clock.now() - (node.started or 0.0) if node.started is not None else 0.0
        self.endings[node.key] = Ending(outcome, self._clock.real(seconds), error)
        if outcome == "failed" and self._fail_fast:
            self._stopping = True

    def _close(self) -> None:
        for key, node in self._nodes.items():
            if key in self.endings:
                continue
            if node.started is not None:
                self._end(node, "interrupted")
            else:
                node.task.close()
                self.endings[key] = Ending("not reached", missing=tuple(node.missing))

    # -- threads

    def _hire(self) -> None:
        # Daemons: a second Ctrl-C must not wait for a call that hangs.
        thread = Thread(target=self._serve, name=f"call-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        while (job := self._work.get()) is not None:
            try:
                self._results.put((job, job.work(), None))
            except BaseException as error:  # noqa: BLE001 - it belongs to the task that asked
                self._results.put((job, None, error))
