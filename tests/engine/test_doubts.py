"""What a first look shows wrongly is looked at again before anything is done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import pytest

from provisioner.engine.journal import Earlier
from provisioner.engine.world import EXISTING, HIDDEN

from .toy import OWNERSHIP, Toy, Workshop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from provisioner.aws.account import Aws
    from provisioner.resource import Live

SLOW = 400.0
"""A clock on which AWS's minute takes longer than some reads."""


def kinds(workshop: Workshop, *steps: Toy, earlier: Earlier | None = None) -> dict[str, str]:
    preview = workshop.run(*steps, earlier=earlier).preview()
    return {action.step: str(action.kind) for action in preview.actions}


def hide(workshop: Workshop, name: str, reads: int) -> None:
    """Let the next reads miss it."""
    workshop.cloud.hide_new_for_reads = reads
    for thing in workshop.cloud.things.values():
        thing["reads"] = 0 if thing["Tags"]["provisioner:step"] == f"Toy/{name}" else reads + 1


@pytest.mark.parametrize("reads", [1, 3])
def test_what_others_were_made_in_is_there_though_the_first_look_misses_it(workshop: Workshop, reads: int) -> None:
    base = Toy("base")
    steps = (base, Toy("in it", base=base), Toy("beside it", friend=base))
    workshop.up(*steps)
    hide(workshop, "base", reads)
    assert kinds(workshop, *steps) == {"Toy/base": "none", "Toy/in it": "none", "Toy/beside it": "none"}


def test_what_others_refer_to_and_stays_away_is_made_again(workshop: Workshop) -> None:
    base = Toy("base")
    steps = (base, Toy("in it", base=base))
    workshop.up(*steps)
    before = workshop.cloud.reads
    hide(workshop, "base", 1_000)
    assert kinds(workshop, *steps) == {"Toy/base": "create", "Toy/in it": "replace"}
    assert workshop.cloud.reads > before + EXISTING / 5


def test_what_is_new_in_the_plan_is_in_no_doubt(workshop: Workshop) -> None:
    other = Toy("other")
    workshop.up(Toy("a"))
    before = workshop.cloud.reads
    assert kinds(workshop, Toy("new"), other, Toy("a", friend=other)) == {
        "Toy/new": "create",
        "Toy/other": "create",
        "Toy/a": "update",
    }
    assert workshop.cloud.reads - before <= 3


def test_what_was_made_a_moment_ago_is_looked_for(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    hide(workshop, "a", 3)
    assert kinds(workshop, Toy("a")) == {"Toy/a": "create"}
    hide(workshop, "a", 3)
    assert kinds(workshop, Toy("a"), earlier=Earlier(recent=frozenset({"Toy/a"}))) == {"Toy/a": "none"}


def test_what_was_made_a_moment_ago_and_stays_away_is_made_again(workshop: Workshop) -> None:
    workshop.speed = SLOW
    run = workshop.run(Toy("a"), earlier=Earlier(recent=frozenset({"Toy/a"})))
    began = run._clock.now()
    assert [str(action.kind) for action in run.preview().actions] == ["create"]
    assert run._clock.now() - began > HIDDEN


class Ghostly(Toy):
    """A toy that is gone, and shown for some more reads."""

    shown_for: ClassVar[int] = 3

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        cls.shown_for -= 1
        return cls.cloud.listed() if cls.shown_for >= 0 else []


def test_what_a_killed_teardown_deleted_is_not_there_though_the_first_look_shows_it(workshop: Workshop) -> None:
    step = Ghostly("a", tags=OWNERSHIP.tags(Ghostly("a")))
    step._make()
    Ghostly.shown_for = 3
    assert kinds(workshop, step) == {"Ghostly/a": "none"}
    assert kinds(workshop, step, earlier=Earlier(fading=frozenset({"Ghostly/a"}))) == {"Ghostly/a": "create"}


@pytest.mark.parametrize(("fading", "remaining"), [({"Ghostly/a"}, ()), (set(), ("Ghostly/a (Ghostly)",))])
def test_what_was_deleted_lately_is_not_left_because_the_last_look_shows_it(
    workshop: Workshop, fading: set[str], remaining: tuple[str, ...]
) -> None:
    step = Ghostly("a", tags=OWNERSHIP.tags(Ghostly("a")))
    run = workshop.run(step, earlier=Earlier(fading=frozenset(fading)))
    preview = run.preview_teardown()
    step._make()
    Ghostly.shown_for = 3
    assert run.teardown(preview).remaining == remaining


def test_what_a_killed_teardown_did_not_come_to_delete_stands(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    assert kinds(workshop, Toy("a"), earlier=Earlier(fading=frozenset({"Toy/a"}))) == {"Toy/a": "none"}


def test_what_was_made_a_moment_ago_is_not_replaced_for_what_the_first_look_shows(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.up(Toy("a"))
    listed = workshop.cloud.listed
    left = iter(range(3))
    monkeypatch.setattr(workshop.cloud, "listed", lambda: [{**one, "Colour": next(left, "red")} for one in listed()])
    assert kinds(workshop, Toy("a"), earlier=Earlier(recent=frozenset({"Toy/a"}))) == {"Toy/a": "none"}
    assert kinds(workshop, Toy("a", colour="blue"), earlier=Earlier(recent=frozenset({"Toy/a"}))) == {"Toy/a": "replace"}


@pytest.mark.parametrize(("earlier", "refusals"), [(Earlier(), 1), (Earlier(fading=frozenset({"Toy/in it"})), 0)])
def test_what_holds_something_still_may_only_seem_to(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, earlier: Earlier, refusals: int
) -> None:
    workshop.up(Toy("a"))
    looks = iter([*["it holds something"] * 3, *[None] * 99])
    monkeypatch.setattr(Toy, "stays", classmethod(lambda kind, aws, live: next(looks)))
    assert len(workshop.run(Toy("a"), earlier=earlier).preview_teardown().refusals) == refusals


@pytest.mark.parametrize("earlier", [Earlier(recent=frozenset({"Toy/a"})), Earlier(unseen=frozenset({"Toy/a"}))])
@pytest.mark.parametrize("listed", [True, False])
def test_a_teardown_looks_for_what_was_made_a_moment_ago(workshop: Workshop, earlier: Earlier, *, listed: bool) -> None:
    workshop.up(Toy("a"))
    hide(workshop, "a", 3)
    run = workshop.run(*([Toy("a")] if listed else []), earlier=earlier)
    assert run.teardown(run.preview_teardown()).remaining == ()
    assert workshop.cloud.things == {}


def test_what_is_of_a_type_that_there_is_no_more_is_not_looked_for(workshop: Workshop) -> None:
    run = workshop.run(earlier=Earlier(unseen=frozenset({"Puppet/a"})))
    assert run.preview_teardown().actions == ()


def test_who_interrupts_waits_no_longer(workshop: Workshop) -> None:
    workshop.speed = 1.0
    run = workshop.run(Toy("a"), earlier=Earlier(recent=frozenset({"Toy/a"})))
    run.interrupt()
    assert [str(action.kind) for action in run.preview().actions] == ["create"]
    assert workshop.cloud.reads <= 1
