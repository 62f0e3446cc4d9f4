from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provisioner.engine.clock import Clock
from provisioner.engine.schedule import Call, Pause, Schedule, Shared

if TYPE_CHECKING:
    from collections.abc import Generator


def schedule(parallelism: int = 8, *, fail_fast: bool = False) -> Schedule:
    return Schedule(Clock(1000.0), parallelism, fail_fast=fail_fast)


def test_a_task_is_sent_the_answers_of_its_calls() -> None:
    seen = []

    def task() -> Generator[Any, Any, None]:
        seen.append((yield Call(lambda: 20)))
        seen.append((yield Call(lambda: 22)))

    s = schedule()
    s.add("a", task())
    assert s.run()["a"].outcome == "done"
    assert seen == [20, 22]


def test_an_error_of_a_call_is_raised_in_its_task() -> None:
    def task() -> Generator[Any, Any, None]:
        with pytest.raises(ZeroDivisionError):
            yield Call(lambda: 1 // 0)
        yield Call(lambda: 2 // 0)

    s = schedule()
    s.add("a", task())
    ending = s.run()["a"]
    assert ending.outcome == "failed"
    assert isinstance(ending.error, ZeroDivisionError)


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_every_task_starts_after_all_it_waits_for(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 25))
    waits = {n: data.draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set() for n in range(count)}
    failing = data.draw(st.sets(st.integers(0, count - 1), max_size=3))
    finished: list[int] = []
    s = schedule(data.draw(st.integers(1, 5)))

    def task(n: int) -> Generator[Any, Any, None]:
        assert waits[n] <= set(finished)
        yield Call(lambda: None)
        if n in failing:
            raise RuntimeError(n)
        finished.append(n)
        s.fire(n)

    for n in range(count):
        s.add(n, task(n), waits_for=waits[n])
    endings = s.run()
    reached: set[int] = set()
    for n in range(count):
        if waits[n] <= reached - failing:
            reached.add(n)
    assert {n for n, e in endings.items() if e.outcome == "failed"} == reached & failing
    assert {n for n, e in endings.items() if e.outcome == "done"} == reached - failing
    assert {n for n, e in endings.items() if e.outcome == "not reached"} == set(range(count)) - reached


def test_the_heaviest_goes_first_when_not_all_can() -> None:
    order: list[str] = []
    s = schedule(1)

    def task(name: str) -> Generator[Any, Any, None]:
        yield Call(lambda: order.append(name))

    for name, weight in (("light", 1.0), ("heavy", 9.0), ("middle", 5.0)):
        s.add(name, task(name), weight=weight)
    s.run()
    assert order == ["heavy", "middle", "light"]


def test_no_more_calls_are_under_way_than_allowed() -> None:
    lock, now, most = threading.Lock(), 0, 0
    s = schedule(3)
    gate = threading.Barrier(3)

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        gate.wait(5)
        with lock:
            now -= 1

    def task() -> Generator[Any, Any, None]:
        yield Call(work)

    for n in range(9):
        s.add(n, task())
    assert {e.outcome for e in s.run().values()} == {"done"}
    assert most == 3


def test_pauses_hold_no_place() -> None:
    s = schedule(1)
    order: list[str] = []

    def waiter() -> Generator[Any, Any, None]:
        yield Pause(50)
        order.append("woke")

    def worker() -> Generator[Any, Any, None]:
        yield Call(lambda: order.append("worked"))

    for n in range(100):
        s.add(f"waiter-{n}", waiter())
    s.add("worker", worker())
    s.run()
    assert order == ["worked", *["woke"] * 100]


def test_one_read_serves_all_who_asked_before_it_began_and_another_those_after() -> None:
    clock = Clock(1000.0)
    s = Schedule(clock, 8)
    reads = 0
    started, release = threading.Event(), threading.Event()

    def read() -> int:
        nonlocal reads
        reads += 1
        started.set()
        release.wait(5)
        return reads

    answers: list[int] = []

    def early() -> Generator[Any, Any, None]:
        answers.append((yield Shared("vpcs", read, clock.now())))

    def late() -> Generator[Any, Any, None]:
        yield Call(lambda: started.wait(5))
        since = clock.now()
        yield Call(release.set)
        answers.append((yield Shared("vpcs", read, since)))

    for n in range(5):
        s.add(f"early-{n}", early())
    for n in range(5):
        s.add(f"late-{n}", late())
    s.run()
    assert sorted(answers) == [1] * 5 + [2] * 5


def test_a_read_that_fails_fails_for_all_who_wait_for_it() -> None:
    s = schedule()

    def task() -> Generator[Any, Any, None]:
        yield Shared("x", lambda: 1 // 0, s._clock.now())

    s.add("a", task())
    s.add("b", task())
    assert [type(e.error) for e in s.run().values()] == [ZeroDivisionError] * 2


def test_an_interrupt_lets_calls_finish_and_starts_none() -> None:
    s = schedule(2)
    finished: list[str] = []

    def task(name: str) -> Generator[Any, Any, None]:
        def work() -> None:
            s.interrupt()
            finished.append(name)

        yield Call(work)
        yield Call(lambda: finished.append(f"{name} again"))

    s.add("a", task("a"))
    s.add("b", task("b"), waits_for=["never"])
    endings = s.run()
    assert finished == ["a"]
    assert {key: e.outcome for key, e in endings.items()} == {"a": "interrupted", "b": "not reached"}
    assert endings["b"].missing == ("never",)


def test_an_interrupt_ends_pauses() -> None:
    s = Schedule(Clock(1.0), 2)

    def sleeper() -> Generator[Any, Any, None]:
        yield Pause(3600)

    def stopper() -> Generator[Any, Any, None]:
        yield Call(s.interrupt)

    s.add("sleeper", sleeper())
    s.add("stopper", stopper())
    assert s.run()["sleeper"].outcome == "interrupted"


def test_no_thread_is_left_behind() -> None:
    s = schedule(4)

    def task() -> Generator[Any, Any, None]:
        yield Call(lambda: None)

    for n in range(10):
        s.add(n, task())
    s.run()
    for thread in s._threads:
        thread.join(5)
    assert not any(thread.is_alive() for thread in s._threads)
