from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import structlog

from provisioner.engine.journal import Earlier
from provisioner.engine.options import Options
from provisioner.engine.remove import Doomed, order
from provisioner.engine.snapshot import Place, Snapshot
from provisioner.errors import Protected
from provisioner.resource import Output, State

from .toy import OWNERSHIP, Toy, Twin, Workshop

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.resource import Live


def chain(workshop: Workshop) -> tuple[Toy, Toy, Toy]:
    bottom = Toy("bottom")
    middle = Toy("middle", base=bottom)
    top = Toy("top", friend=middle)
    workshop.up(bottom, middle, top)
    workshop.cloud.calls.clear()
    return bottom, middle, top


def test_teardown_needs_no_plan_and_goes_by_what_living_things_mention(workshop: Workshop) -> None:
    chain(workshop)
    result = workshop.teardown()
    assert result.ok
    assert workshop.cloud.calls == ["delete top", "delete middle", "delete bottom"]
    assert workshop.cloud.things == {}
    assert result.remaining == ()


def test_a_ring_starts_together_and_retries_do_the_rest() -> None:
    place = Place(Toy, "us-east-1")
    ring = [
        Doomed("Toy/a", place, {"Id": "toy-a", "Friend": "toy-b"}),
        Doomed("Toy/b", place, {"Id": "toy-b", "Friend": "arn:aws:toys:us-east-1:1:toy/toy-a"}),
        Doomed("Toy/c", place, {"Id": "toy-c", "Friend": "toy-a"}),
    ]
    assert order(ring) == {"Toy/a": {"Toy/c"}, "Toy/b": set(), "Toy/c": set()}


def test_what_leads_to_a_domain_name_goes_before_what_bears_it() -> None:
    class Named(Toy):
        domain_name = Output("Domain")

    bears = Doomed("Named/a", Place(Named, "us-east-1"), {"Id": "toy-a", "Domain": "a.example.com"})
    leads = Doomed("Toy/b", Place(Toy, "us-east-1"), {"Id": "toy-b", "LeadsTo": "a.example.com"})
    assert order([bears, leads]) == {"Named/a": {"Toy/b"}, "Toy/b": set()}


def test_of_two_that_bear_one_name_both_are_held_by_who_mentions_it() -> None:
    class Other(Toy):
        pass

    place, another = Place(Toy, "us-east-1"), Place(Other, "us-east-1")
    bearers = [Doomed("Toy/a", place, {"Id": "name"}), Doomed("Other/a", another, {"Id": "name"})]
    holder = Doomed("Toy/b", place, {"Id": "toy-b", "Friend": "name"})
    for doomed in ([*bearers, holder], [holder, *reversed(bearers)]):
        assert order(doomed) == {"Toy/a": {"Toy/b"}, "Other/a": {"Toy/b"}, "Toy/b": set()}
    part = Doomed("Other/a", another, {"Id": "name", "Base": "name"})
    assert order([bearers[0], part]) == {"Toy/a": {"Other/a"}, "Other/a": set()}


def test_tags_hold_nothing() -> None:
    place = Place(Toy, "us-east-1")
    doomed = [Doomed("Toy/a", place, {"Id": "toy-a", "Tags": {"friend": "toy-b"}}), Doomed("Toy/b", place, {"Id": "toy-b"})]
    assert order(doomed) == {"Toy/a": set(), "Toy/b": set()}


def test_a_foreign_holder_is_named_when_patience_ends(workshop: Workshop) -> None:
    bottom, *_ = chain(workshop)
    [base] = [t["Id"] for t in workshop.cloud.things.values() if t["Tags"]["provisioner:step"] == bottom.key]
    workshop.cloud.things["theirs"] = {"Id": "theirs", "Kind": "Toy", "Base": base, "Tags": {}, "state": "ready", "reads": 9}
    workshop.speed = 20_000.0
    result = workshop.teardown()
    assert {key: one.outcome for key, one in result.outcomes.items()} == {
        "Toy/bottom": "failed",
        "Toy/middle": "done",
        "Toy/top": "done",
    }
    assert "is held, for longer than AWS usually takes to let go: theirs, which is somebody else's" in str(
        result.outcomes["Toy/bottom"].error
    )
    assert result.remaining == ("Toy/bottom (Toy)",)


def test_who_holds_it_is_told_while_it_is_waited_for(workshop: Workshop) -> None:
    bottom, *_ = chain(workshop)
    [base] = [t["Id"] for t in workshop.cloud.things.values() if t["Tags"]["provisioner:step"] == bottom.key]
    workshop.cloud.things["theirs"] = {"Id": "theirs", "Kind": "Toy", "Base": base, "Tags": {}, "state": "ready", "reads": 9}
    workshop.speed = 20_000.0
    with structlog.testing.capture_logs() as events:
        workshop.teardown()
    told = [event["on"] for event in events if event["event"] == "step waiting" and event["step"] == bottom.key]
    assert told == ["theirs, which is somebody else's"]


def test_what_aws_does_not_let_go_in_time_names_its_holders(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.up(Toy("a"))
    workshop.cloud.things["theirs"] = {"Id": "theirs", "Kind": "Toy", "Tags": {}, "state": "ready", "reads": 9}
    monkeypatch.setattr(Toy, "delete", classmethod(lambda cls, aws, live: None))
    workshop.speed = 20_000.0
    [failed] = workshop.teardown().outcomes.values()
    assert "is still there (ready) after 600 seconds, held by theirs, which is somebody else's" in str(failed.error)


def test_teardown_of_one_step_takes_what_holds_it_first(workshop: Workshop) -> None:
    chain(workshop)
    workshop.teardown(Options(only=("Toy/middle",)))
    assert workshop.cloud.calls == ["delete top", "delete middle"]


def test_teardown_spares_what_is_kept_and_what_that_stands_on(workshop: Workshop) -> None:
    chain(workshop)
    workshop.teardown(Options(keep=("Toy/middle",)))
    assert workshop.cloud.calls == ["delete top"]


class Part(Toy):
    whole = "Base"


def test_what_is_kept_keeps_its_parts_and_what_the_plan_says_that_they_need(workshop: Workshop) -> None:
    unseen = Toy("unseen")
    whole, apart = Toy("whole"), Toy("apart")
    # AWS does not show what only stands after something.
    part = Part("part", base=whole, after=(unseen,))
    namesake = Toy("namesake")
    steps = (unseen, whole, apart, part, namesake)
    workshop.up(*steps)
    things = {thing["Tags"]["provisioner:step"]: thing for thing in workshop.cloud.things.values()}
    # Things of other types may bear the same name.
    things["Toy/namesake"]["Id"] = things["Toy/whole"]["Id"]
    run = workshop.run(*steps, options=Options(keep=("Toy/whole",)))
    assert {action.step for action in run.preview_teardown().actions} <= {"Toy/apart", "Toy/namesake"}
    assert "Toy/apart" in {action.step for action in run.preview_teardown().actions}


@pytest.mark.parametrize("only", [(), ("Part/part",)])
def test_what_aws_shows_locked_is_refused_with_its_parts_before_anything_is_deleted(
    workshop: Workshop, only: tuple[str, ...]
) -> None:
    whole, apart = Twin("whole"), Toy("apart")
    part = Part("part", base=whole)
    workshop.up(whole, apart, part)
    [locked] = [thing for thing in workshop.cloud.things.values() if thing["Kind"] == "Twin"]
    locked["Locked"] = True
    run = workshop.run(whole, apart, part, options=Options(only=only))
    refusals = run.preview_teardown().refusals
    assert refusals[0] == "Part/part: is a part of Twin/whole, which is protected from deletion in AWS"
    assert refusals[1:] == (() if only else ("Twin/whole: is protected from deletion in AWS",))
    with pytest.raises(Protected):
        run.teardown(run.preview_teardown())
    assert workshop.run(whole, apart, part, options=Options(keep=("Twin/whole",))).preview_teardown().refusals == ()
    lifted = workshop.run(whole, apart, part, options=Options(lift_protection=True))
    assert lifted.teardown(lifted.preview_teardown()).ok
    assert workshop.cloud.things == {}


def test_what_aws_only_schedules_is_told_after_teardown(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.up(Toy("key"))
    dying = State("gone", "deleted on 2030-01-01")

    def schedule(aws: object, live: object) -> None:
        monkeypatch.setattr(Toy, "state", lambda live: dying)

    monkeypatch.setattr(Toy, "delete", schedule)
    result = workshop.teardown()
    assert result.ok
    assert result.left == ("Toy/key (toy-0001): deleted on 2030-01-01",)


def test_what_goes_by_itself_only_is_let_go_and_does_not_hold_what_it_stands_on(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Toy("base")
    workshop.up(base, Toy("unconfirmed", friend=base))
    workshop.cloud.calls.clear()
    monkeypatch.setattr(Toy, "expires", classmethod(lambda _, live: "in two days" if live.get("Friend") else None))
    result = workshop.teardown()
    assert {key: one.outcome for key, one in result.outcomes.items()} == {"Toy/base": "done", "Toy/unconfirmed": "done"}
    assert workshop.cloud.calls == ["delete base"]
    assert result.remaining == ()


def test_what_is_gone_hides_nothing_of_another_type_that_bears_its_name() -> None:
    class Other(Toy):
        pass

    snapshot: Any = Snapshot(None)  # type: ignore[arg-type]
    place, named = Place(Toy, "us-east-1"), {"Id": "name", "state": "ready"}
    snapshot.bury("Other/a", Other, named)
    snapshot.keep(place, [("Toy/a", named)])
    assert snapshot.lives(place, "Toy/a") == named
    snapshot.bury("Toy/a", Toy, named)
    snapshot.keep(place, [("Toy/a", named)])
    assert snapshot.lives(place, "Toy/a") is None


class Returning(Toy):
    """A toy that its late writers make again, so often, without a word of whose it is."""

    returns: ClassVar[int] = 0

    @classmethod
    def came_back(cls, aws: Aws, live: Live) -> Live | None:
        if cls.returns == 0:
            return None
        cls.returns -= 1
        again = {**live, "Id": cls.cloud.next_id()}
        cls.cloud.things[again["Id"]] = {**again, "Tags": {}, "reads": 0}
        return again


@pytest.mark.parametrize(("returns", "remaining"), [(2, ()), (50, ("Returning/a (made again by what writes to it)",))])
def test_what_late_writers_make_again_is_deleted_until_it_stays_away(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, returns: int, remaining: tuple[str, ...]
) -> None:
    monkeypatch.setattr(Returning, "returns", returns)
    workshop.up(Returning("a"))
    workshop.speed = 20_000.0
    run = workshop.run(Returning("a"))
    result = run.teardown(run.preview_teardown())
    assert (result.ok, result.remaining) == (True, remaining)
    assert workshop.cloud.things == {}


def test_what_a_killed_teardown_deleted_and_late_writers_made_again_goes_with_the_next(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Returning, "returns", 1)
    asked: list[Live] = []
    came_back = Returning.came_back

    def noted(cls: type[Returning], aws: Aws, live: Live) -> Live | None:
        asked.append(live)
        return came_back(aws, {"Kind": "Returning", "Tags": OWNERSHIP.tags(Returning("a")), "state": "ready", **live})

    monkeypatch.setattr(Returning, "came_back", classmethod(noted))
    run = workshop.run(Returning("a"), Returning("b"), earlier=Earlier(going=frozenset({"Returning/a"})))
    assert run.teardown(run.preview_teardown()).ok
    assert asked == [{"Id": OWNERSHIP.name(Returning("a"))}] * 2
    assert workshop.cloud.calls == ["delete a"]
    assert workshop.cloud.things == {}
