from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner.engine.options import Options
from provisioner.engine.remove import Doomed, order
from provisioner.engine.snapshot import Place, Snapshot
from provisioner.resource import Output, State

from .toy import Toy, Workshop

if TYPE_CHECKING:
    import pytest


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
    assert "is held by what is not this plan's: theirs, which is somebody else's" in str(result.outcomes["Toy/bottom"].error)
    assert result.remaining == ("Toy/bottom (Toy)",)


def test_teardown_of_one_step_takes_what_holds_it_first(workshop: Workshop) -> None:
    chain(workshop)
    workshop.teardown(Options(only=("Toy/middle",)))
    assert workshop.cloud.calls == ["delete top", "delete middle"]


def test_teardown_spares_the_excluded_and_what_that_stands_on(workshop: Workshop) -> None:
    chain(workshop)
    workshop.teardown(Options(exclude=("Toy/middle",)))
    assert workshop.cloud.calls == ["delete top"]


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
