from __future__ import annotations

import dataclasses
import time
from typing import TYPE_CHECKING, ClassVar

import pytest

from provisioner.aws.retry import Meaning
from provisioner.engine.attempts import Movement
from provisioner.engine.clock import Clock
from provisioner.engine.journal import Earlier
from provisioner.engine.options import Options
from provisioner.engine.world import HIDDEN
from provisioner.errors import Ambiguous, Protected
from provisioner.resource import Output, State

from .toy import OWNERSHIP, Sturdy, Toy, Treasure, Workshop, lost, refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from provisioner.aws.account import Aws
    from provisioner.engine.run import Run
    from provisioner.resource import Live


def thing(workshop: Workshop, step: str) -> dict[str, Any]:
    [found] = [t for t in workshop.cloud.things.values() if t["Tags"].get("provisioner:step") == step]
    return found


def test_a_missing_step_is_created_and_completed(workshop: Workshop) -> None:
    assert workshop.up(Toy("a", size=3)) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a", "update a size"]
    assert thing(workshop, "Toy/a")["Size"] == 3


def test_a_second_up_changes_nothing_and_reads_once_a_type(workshop: Workshop) -> None:
    steps = [Toy(f"t{n}", size=2) for n in range(20)]
    workshop.up(*steps)
    workshop.cloud.calls.clear()
    workshop.cloud.reads = 0
    assert set(workshop.up(*steps).values()) == {"none"}
    assert workshop.cloud.calls == []
    assert workshop.cloud.reads == 3  # one for each of the three types


def test_steps_that_wait_share_their_reads(workshop: Workshop) -> None:
    workshop.cloud.pending_for_reads = 4
    workshop.up(*(Toy(f"t{n:02}") for n in range(30)))
    assert workshop.cloud.reads < 30


def test_a_dependent_starts_when_the_id_is_shown_not_when_its_base_is_ready(workshop: Workshop) -> None:
    workshop.cloud.pending_for_reads = 3
    base = Toy("base")
    workshop.up(base, Toy("early", base=base))
    assert workshop.cloud.calls == ["create base", "create early"]
    states = {t["Tags"]["provisioner:step"]: t["state"] for t in workshop.cloud.things.values()}
    assert states == {"Toy/base": "ready", "Toy/early": "ready"}


def test_a_field_that_needs_readiness_waits_for_it(workshop: Workshop) -> None:
    workshop.cloud.pending_for_reads = 5
    base = Toy("base")
    run = workshop.run(base, Toy("late", needs_ready=base))
    seen: list[str] = []
    Toy.cloud.call = lambda what: seen.append(f"{what}: base is {[t['state'] for t in Toy.cloud.things.values()]}")  # type: ignore[method-assign]
    run.up(run.preview())
    assert seen == ["create base: base is []", "create late: base is ['ready']"]


def test_what_was_just_made_may_be_missing_from_the_next_reads(workshop: Workshop) -> None:
    workshop.cloud.hide_new_for_reads = 3
    base = Toy("base")
    assert workshop.up(base, Toy("next", base=base, size=4)) == {"Toy/base": "done", "Toy/next": "done"}
    assert workshop.cloud.calls == ["create base", "create next", "update next size"]


def test_a_lost_answer_is_looked_for_and_not_made_twice(workshop: Workshop) -> None:
    def make_and_lose(what: str) -> None:
        workshop.cloud.calls.append(what)
        if workshop.cloud.calls.count("create a") == 1:
            Toy("a", tags=OWNERSHIP.tags(Toy("a")))._make()
            raise lost()

    workshop.cloud.hide_new_for_reads = 2
    workshop.cloud.call = make_and_lose  # type: ignore[method-assign]
    assert workshop.up(Toy("a")) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a"]
    assert len(workshop.cloud.things) == 1


def test_one_look_that_took_long_does_not_prove_that_nothing_was_made(workshop: Workshop) -> None:
    run = workshop.run(Toy("a"))
    preview = run.preview()
    listed = workshop.cloud.listed
    slow: Iterator[list[dict[str, Any]]] = iter([[]])

    def make_and_lose(what: str) -> None:
        workshop.cloud.calls.append(what)
        if len(workshop.cloud.calls) == 1:
            Toy("a", tags=OWNERSHIP.tags(Toy("a")))._make()
            raise lost()

    def shown_late() -> list[dict[str, Any]]:
        for nothing in slow:
            time.sleep(2 * HIDDEN / workshop.speed)
            return nothing
        return listed()

    workshop.cloud.call, workshop.cloud.listed = make_and_lose, shown_late  # type: ignore[method-assign]
    assert run.up(preview).ok
    assert workshop.cloud.calls == ["create a"]


def test_a_create_that_never_arrived_is_sent_again(workshop: Workshop) -> None:
    workshop.cloud.fail["create a"] = [lost()]
    assert workshop.up(Toy("a")) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a", "create a"]


def test_a_throttled_update_is_sent_again(workshop: Workshop) -> None:
    workshop.cloud.fail["update a size"] = [refused("Throttling", Meaning.THROTTLED, 600) for _ in range(2)]
    assert workshop.up(Toy("a", size=2)) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a", *["update a size"] * 3]


@pytest.mark.parametrize(
    "error", [refused("RequestLimitExceeded", Meaning.THROTTLED, 600), lost()], ids=lambda error: error.code
)
def test_reads_that_fail_for_a_while_are_done_again(workshop: Workshop, error: Exception) -> None:
    # The SDK has tried before us; it gives up early where it had to try often.
    run = workshop.run(Toy("a", size=3))
    workshop.cloud.fail_reads = [error] * 4
    preview = run.preview()
    workshop.cloud.fail_reads = [error] * 2
    assert run.up(preview).ok
    assert workshop.cloud.calls == ["create a", "update a size"]
    run = workshop.run()
    preview = run.preview_teardown()
    workshop.cloud.fail_reads = [error] * 2
    assert run.teardown(preview).ok
    assert (workshop.cloud.things, workshop.cloud.fail_reads) == ({}, [])


def test_a_read_that_is_refused_fails_at_once(workshop: Workshop) -> None:
    run = workshop.run(Toy("a"))
    preview = run.preview()
    workshop.cloud.fail_reads = [refused("UnauthorizedOperation", Meaning.FINAL)] * 9
    assert {key: outcome.outcome for key, outcome in run.up(preview).outcomes.items()} == {"Toy/a": "failed"}
    assert len(workshop.cloud.fail_reads) == 8


def test_what_can_not_pass_fails_at_once_in_awss_words_and_stops_only_what_needs_it(workshop: Workshop) -> None:
    workshop.cloud.fail["create bad"] = [refused("InvalidParameterValue", Meaning.FINAL)]
    bad, good = Toy("bad"), Toy("good")
    run = workshop.run(bad, good, Toy("late", base=bad))
    result = run.up(run.preview())
    assert {key: one.outcome for key, one in result.outcomes.items()} == {
        "Toy/bad": "failed",
        "Toy/good": "done",
        "Toy/late": "not reached",
    }
    assert "InvalidParameterValue: so it is (request req-1)" in str(result.outcomes["Toy/bad"].error)
    assert result.outcomes["Toy/late"].needs == "Toy/bad"
    assert not result.ok
    assert workshop.up(bad, good, Toy("late", base=bad)) == {"Toy/bad": "done", "Toy/good": "none", "Toy/late": "done"}


def test_not_there_yet_is_waited_out_only_while_something_is_young(workshop: Workshop) -> None:
    base = Toy("base")
    workshop.cloud.fail["create next"] = [refused("InvalidToyID.NotFound", Meaning.GONE, 300)] * 2
    assert workshop.up(base, Toy("next", base=base))["Toy/next"] == "done"
    workshop.cloud.fail["create alone"] = [refused("InvalidToyID.NotFound", Meaning.GONE, 300)]
    assert workshop.up(base, Toy("next", base=base), Toy("alone"))["Toy/alone"] == "failed"


def test_a_foreign_thing_under_our_name_is_refused_and_named(workshop: Workshop) -> None:
    workshop.cloud.fail["create a"] = [refused("ToyAlreadyExists", Meaning.EXISTS, 120)] * 99
    run = workshop.run(Toy("a"))
    result = run.up(run.preview())
    assert "something that is not this plan's already stands there" in str(result.outcomes["Toy/a"].error)
    assert workshop.cloud.calls == ["create a"]


def test_what_fails_right_after_it_was_made_is_made_anew_once(workshop: Workshop) -> None:
    workshop.cloud.pending_for_reads = 1
    run = workshop.run(Toy("a"))
    preview = run.preview()
    make = Toy._make
    made: list[str] = []

    def crack(self: Toy) -> Any:
        answer = make(self)
        made.append(answer["Id"])
        if len(made) == 1:
            self.cloud.things[answer["Id"]]["state"] = "broken"
        return answer

    Toy._make = crack  # type: ignore[method-assign]
    try:
        result = run.up(preview)
    finally:
        Toy._make = make  # type: ignore[method-assign]
    assert result.ok
    assert workshop.cloud.calls == ["create a", "delete a", "create a"]
    assert [t["Id"] for t in workshop.cloud.things.values()] == [made[1]]


def test_what_referred_to_something_that_failed_refers_to_the_new_one_in_the_end(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Toy("base")
    steps = (base, Toy("early", friend=base), Toy("late", base=base))
    keys = [step.key for step in steps]
    make = Toy._make
    made: list[str] = []

    def crack(self: Toy) -> Live:
        live = make(self)
        if self.name == "base" and not made:
            workshop.cloud.things[live["Id"]]["state"] = "broken"
        made.append(live["Id"])
        return live

    monkeypatch.setattr(Toy, "_make", crack)
    # It is seen to have failed only when others have begun to use it.
    workshop.cloud.hide_new_for_reads = 2
    run = workshop.run(*steps)
    result = run.up(run.preview())
    assert {key: one.outcome for key, one in result.outcomes.items()} == dict.fromkeys(keys, "done")
    new = thing(workshop, "Toy/base")["Id"]
    assert (thing(workshop, "Toy/early")["Friend"], thing(workshop, "Toy/late")["Base"]) == (new, new)
    assert workshop.kinds(*steps) == dict.fromkeys(keys, "none")


def test_what_was_just_made_as_it_is_wanted_may_be_shown_otherwise_for_a_while(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = workshop.cloud.listed

    def stale() -> list[dict[str, Any]]:
        return [{**thing, **({"Colour": "none"} if workshop.cloud.reads < 12 else {})} for thing in listed()]

    monkeypatch.setattr(workshop.cloud, "listed", stale)
    assert workshop.up(Toy("a", size=2)) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a", "update a size"]


def test_a_change_that_aws_does_not_show_in_time_names_the_field(workshop: Workshop) -> None:
    workshop.speed = 50_000.0
    run = workshop.run(Toy("a", size=5))
    preview = run.preview()
    update, Toy.update = Toy.update, lambda self, aws, live, changed: None  # type: ignore[method-assign]
    try:
        result = run.up(preview)
    finally:
        Toy.update = update  # type: ignore[method-assign]
    assert "AWS took the change of size (shows 1, wanted 5) and does not show it" in str(result.outcomes["Toy/a"].error)


def test_a_run_killed_after_any_call_is_finished_by_the_next_without_a_double(workshop: Workshop) -> None:
    base = Toy("base", size=2)
    steps = [base, Toy("left", base=base, size=3), Toy("right", friend=base), Toy("top", needs_ready=base, size=9)]

    class Killed(BaseException):
        pass

    for deadly in range(12):
        workshop.cloud.things.clear()
        calls = 0

        def bomb(what: str, deadly: int = deadly) -> None:
            nonlocal calls
            calls += 1
            if calls > deadly:
                raise Killed

        workshop.cloud.call = bomb  # type: ignore[method-assign]
        # One call at a time: no other thread of the dead run may go on and make something.
        run = workshop.run(*steps, parallelism=1)
        with pytest.raises(Killed) if deadly < 8 else _nothing():
            run.up(run.preview())
        workshop.cloud.call = lambda what: None  # type: ignore[method-assign]
        workshop.up(*steps)
        assert set(workshop.kinds(*steps).values()) == {"none"}
        assert len(workshop.cloud.things) == 4


def _nothing() -> Any:
    import contextlib

    return contextlib.nullcontext()


def test_two_living_things_for_one_step_are_refused_both_named(workshop: Workshop) -> None:
    step = Toy("a", tags=OWNERSHIP.tags(Toy("a")))
    step._make()
    step._make()
    with pytest.raises(Ambiguous, match="Toy/a: toy-0001 and toy-0002 both claim to be it"):
        workshop.run(Toy("a")).preview()


def test_what_holds_data_is_replaced_only_when_named(workshop: Workshop) -> None:
    workshop.up(Treasure("gold", colour="red"))
    workshop.cloud.calls.clear()
    run = workshop.run(Treasure("gold", colour="blue"))
    with pytest.raises(Protected, match="--replace Treasure/gold"):
        run.up(run.preview())
    assert workshop.cloud.calls == []


def test_fail_fast_starts_nothing_more(workshop: Workshop) -> None:
    workshop.cloud.fail["create a"] = [refused("Nope", Meaning.FINAL)]
    first = Toy("a")
    run = workshop.run(first, *[Toy(f"b{n}", after=(first,)) for n in range(3)], options=Options(fail_fast=True))
    result = run.up(run.preview())
    assert result.outcomes["Toy/b0"].outcome == "not reached"
    assert workshop.cloud.calls == ["create a"]


def test_what_the_preview_saw_is_not_made_again_when_a_later_read_lags(workshop: Workshop) -> None:
    """Another step's read may come from where this one is not known: flapping is no reason to make it twice."""
    old, base = Toy("old", size=2), Toy("base")
    workshop.up(old)
    run = workshop.run(old, base, Toy("next", base=base), Toy("uses", friend=old, needs_ready=base))
    preview = run.preview()
    listed, lags = workshop.cloud.listed, [True] * 3

    def lagging() -> list[dict[str, Any]]:
        found = listed()
        return [t for t in found if t["Tags"]["Name"] != "toys-old-test"] if lags and lags.pop() else found

    workshop.cloud.listed = lagging  # type: ignore[method-assign]
    assert run.up(preview).ok
    assert workshop.cloud.calls.count("create old") == 1
    assert thing(workshop, "Toy/uses")["Friend"] == thing(workshop, "Toy/old")["Id"]


def test_what_was_replaced_does_not_come_back_from_a_read_that_lags(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    [ghost] = [dict(t) for t in workshop.cloud.things.values()]
    run = workshop.run(Toy("a", colour="blue"))
    preview = run.preview()
    listed, reads = workshop.cloud.listed, iter(range(100))

    def haunted() -> list[dict[str, Any]]:
        return [*listed(), *([ghost] if next(reads) in (1, 2) else [])]

    workshop.cloud.listed = haunted  # type: ignore[method-assign]
    assert run.up(preview).ok
    [left] = workshop.cloud.things.values()
    assert left["Colour"] == "blue"


@pytest.mark.parametrize(("kind", "changed"), [(Toy, False), (Sturdy, True)])
def test_what_is_not_ready_takes_no_change_except_where_it_may_need_it(
    workshop: Workshop, kind: type[Toy], changed: bool
) -> None:
    workshop.cloud.pending_for_reads = 10**6
    run = workshop.run(kind("a", size=2))
    [outcome] = run.up(run.preview()).outcomes.values()
    assert "is still pending" in str(outcome.error)
    assert ("update a size" in workshop.cloud.calls) is changed


def test_what_never_becomes_ready_tells_why(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.cloud.pending_for_reads = 10**6
    monkeypatch.setattr(Toy, "state", staticmethod(lambda live: State("pending", "out of glue")))
    run = workshop.run(Toy("a"))
    [outcome] = run.up(run.preview()).outcomes.values()
    assert "Toy/a is still pending (out of glue) after 600 seconds" in str(outcome.error)


def test_a_step_that_refers_to_what_was_made_anew_is_read_again_first(workshop: Workshop) -> None:
    """The old one took something along, which no earlier read shows."""
    base = Toy("base", colour="red")
    workshop.run(base, Toy("a", friend=base)).up(workshop.run(base, Toy("a", friend=base)).preview())
    other = Toy("base", colour="blue")
    run = workshop.run(other, Toy("a", friend=other, size=1))
    preview = run.preview()
    for thing in workshop.cloud.things.values():
        if thing["Tags"]["provisioner:step"] == "Toy/a":
            thing["Size"] = 7
    assert run.up(preview).ok
    assert "update a friend,size" in workshop.cloud.calls


class Doubling(Toy):
    may_double = True


@pytest.mark.parametrize("hidden_for_reads", [0, 4])
def test_what_a_killed_run_may_have_made_is_looked_for_while_aws_may_hide_it(workshop: Workshop, hidden_for_reads: int) -> None:
    step = Doubling("a")
    Doubling("a", tags=OWNERSHIP.tags(step))._make()
    workshop.cloud.hide_new_for_reads = hidden_for_reads
    run = workshop.run(step, earlier=Earlier("first", frozenset({step.key})))
    assert run.up(run.preview()).ok
    assert workshop.cloud.calls == []
    assert len(workshop.cloud.things) == 1


def test_what_a_killed_run_may_have_made_is_looked_for_longer_where_its_name_is_taken(workshop: Workshop) -> None:
    step = Toy("a")
    Toy("a", tags=OWNERSHIP.tags(step))._make()
    workshop.cloud.hide_new_for_reads = 10
    workshop.cloud.fail["create a"] = [refused("ToyAlreadyExists", Meaning.EXISTS, 120)] * 99
    assert not run_ok(workshop.run(step))
    assert run_ok(workshop.run(step, earlier=Earlier("first", frozenset({step.key}))))
    assert len(workshop.cloud.things) == 1


@pytest.mark.parametrize("by_the_sdk", [False, True])
def test_what_a_lost_answer_was_about_is_looked_for_longer_where_its_name_is_taken_then(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, *, by_the_sdk: bool
) -> None:
    make, call = Toy._make, workshop.cloud.call

    def make_and_lose(toy: Toy) -> Live:
        make(toy)
        workshop.cloud.hide_new_for_reads = 7 if by_the_sdk else 1_000
        taken = refused("ToyAlreadyExists", Meaning.EXISTS, 600)
        taken.resent = by_the_sdk
        workshop.cloud.fail["create a"] = [taken] * 99
        raise taken if by_the_sdk else lost()

    def calling(what: str) -> None:
        # Seen after more looks than a name that is taken is worth by itself.
        for one in workshop.cloud.things.values():
            one["reads"] = 1_000 - 7
        call(what)

    monkeypatch.setattr(Toy, "_make", make_and_lose)
    monkeypatch.setattr(workshop.cloud, "call", calling)
    workshop.speed = 100.0
    assert workshop.up(Toy("a")) == {"Toy/a": "done"}
    assert len(workshop.cloud.things) == 1


def run_ok(run: Run) -> bool:
    """Whether `up` ends well."""
    return run.up(run.preview()).ok


def test_what_no_killed_run_made_is_made_after_a_look(workshop: Workshop) -> None:
    step = Doubling("a")
    run = workshop.run(step, earlier=Earlier("first", frozenset({step.key})))
    assert run.up(run.preview()).ok
    assert workshop.cloud.calls == ["create a"]


class Named(Toy):
    """A toy whose id is made of its name, so that the next one bears the same."""

    id = Output("Arn")

    def _make(self) -> Live:
        made = {**super()._make(), "Arn": f"arn:aws:toys:us-east-1:1:toy/{OWNERSHIP.name(self)}"}
        self.cloud.things[made["Id"]] = {**made, "reads": 0}
        return made


def test_a_replacement_that_bears_the_old_ones_id_is_found_though_its_answer_was_lost(workshop: Workshop) -> None:
    workshop.up(Named("a"))
    make = workshop.cloud.call

    def make_and_lose(what: str) -> None:
        make(what)
        if what == "create a" and workshop.cloud.calls.count(what) == 2:
            blue = Named("a", colour="blue")
            dataclasses.replace(blue, tags=OWNERSHIP.tags(blue))._make()
            raise lost()

    workshop.cloud.call = make_and_lose  # type: ignore[method-assign]
    assert workshop.up(Named("a", colour="blue")) == {"Named/a": "done"}
    assert workshop.cloud.calls == ["create a", "delete a", "create a"]
    assert len(workshop.cloud.things) == 1


def test_a_service_that_struggles_is_asked_less_often_until_something_moves() -> None:
    movement = Movement(Clock())
    throttled = refused("Throttling", Meaning.THROTTLED, 600)
    assert [movement.retried(throttled) for _ in range(Movement.BUDGET)] == [1.0] * Movement.BUDGET
    assert movement.retried(throttled) > 1.0
    assert movement.retried(refused("DependencyViolation", Meaning.BUSY, 600)) == 1.0
    movement.moved()
    movement.moved()
    assert movement.retried(throttled) == 1.0


class Shy(Toy):
    """A toy that shows its badge only after some looks."""

    badge = Output("Badge")
    looks: ClassVar[int]

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        cls.looks -= 1
        return [{**thing, **({"Badge": "b-1"} if cls.looks < 0 else {})} for thing in super().living(aws)]


@pytest.mark.parametrize("is_there", [False, True])
def test_a_value_that_others_need_is_waited_for_though_all_else_is_as_wanted(workshop: Workshop, *, is_there: bool) -> None:
    shy = Shy("shy")
    Shy.looks = 0
    if is_there:
        workshop.up(shy)
    Shy.looks = 4
    assert workshop.up(shy, Toy("other", friend=shy.badge)) == {"Shy/shy": "done", "Toy/other": "done"}
    assert [thing["Friend"] for thing in workshop.cloud.things.values() if "Friend" in thing] == ["b-1"]


def test_a_value_that_aws_never_shows_keeps_only_those_who_need_it(workshop: Workshop) -> None:
    shy = Shy("shy")
    Shy.looks = 1_000_000
    steps = (shy, Toy("other", friend=shy.badge), Toy("ready", needs_ready=shy))
    assert workshop.up(*steps) == {"Shy/shy": "done", "Toy/other": "not reached", "Toy/ready": "done"}
