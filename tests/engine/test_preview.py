from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner import Fact, Plan, PlanError, text
from provisioner.aws.retry import Meaning
from provisioner.engine.options import Options
from provisioner.errors import CallFailed
from provisioner.resource import Change
from provisioner.value import Unknown

from .toy import Toy, Treasure, Workshop, refused

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_preview_calls_nothing_and_shows_what_is_not_known_yet(workshop: Workshop) -> None:
    base = Toy("base")
    preview = workshop.run(base, Toy("next", base=base)).preview()
    assert [str(action.kind) for action in preview.actions] == ["create", "create"]
    assert preview.actions[1].changes["base"] == Change(None, Unknown("Toy/base"))
    assert repr(preview.actions[1].changes["base"].after) == "(known after Toy/base)"
    assert workshop.cloud.calls == []


def test_an_id_stays_known_while_its_step_is_only_updated(workshop: Workshop) -> None:
    base = Toy("base")
    workshop.up(base, Toy("next", base=base))
    bigger = Toy("base", size=7)
    assert workshop.kinds(bigger, Toy("next", base=bigger)) == {"Toy/base": "update", "Toy/next": "none"}


def test_replacement_spreads_through_fields_that_replace_and_updates_the_others(workshop: Workshop) -> None:
    base = Toy("base")
    workshop.up(base, Toy("inside", base=base), Toy("beside", friend=base))
    blue = Toy("base", colour="blue")
    steps = (blue, Toy("inside", base=blue), Toy("beside", friend=blue))
    assert workshop.kinds(*steps) == {"Toy/base": "replace", "Toy/inside": "replace", "Toy/beside": "update"}
    [warning] = workshop.run(*steps).preview().warnings
    assert warning.startswith("Toy/beside refers to Toy/base, which is replaced first")
    assert set(workshop.up(*steps).values()) == {"done"}
    assert set(workshop.kinds(*steps).values()) == {"none"}
    assert len(workshop.cloud.things) == 3


def test_drift_is_shown_with_before_and_after_and_exactly_that_is_repaired(workshop: Workshop) -> None:
    workshop.up(Toy("a", size=2), Toy("b"))
    [thing] = [t for t in workshop.cloud.things.values() if t["Tags"]["Name"] == "toys-a-test"]
    thing["Size"] = 99
    thing["Tags"].pop("Name")
    workshop.cloud.calls.clear()
    steps = (Toy("a", size=2), Toy("b"))
    [action, other] = workshop.run(*steps).preview().actions
    assert action.changes == {"size": Change(99, 2), "tags": Change({}, {"Name": "toys-a-test"})}
    assert str(other.kind) == "none"
    workshop.up(*steps)
    assert workshop.cloud.calls == ["update a size,tags"]


def test_tags_that_others_put_are_left_alone(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    [thing] = workshop.cloud.things.values()
    thing["Tags"]["theirs"] = "yes"
    assert workshop.kinds(Toy("a")) == {"Toy/a": "none"}


def test_a_step_tag_that_was_removed_is_repaired_as_the_name_still_tells_the_step(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    [thing] = workshop.cloud.things.values()
    del thing["Tags"]["provisioner:step"]
    assert workshop.kinds(Toy("a")) == {"Toy/a": "update"}
    workshop.up(Toy("a"))
    assert thing["Tags"]["provisioner:step"] == "Toy/a"


def test_none_is_not_managed_and_what_was_never_shown_is_no_replacement(workshop: Workshop) -> None:
    workshop.up(Toy("a", friend=None))
    [thing] = workshop.cloud.things.values()
    thing["Friend"] = "toy-of-another"
    thing["Colour"] = None
    assert workshop.kinds(Toy("a")) == {"Toy/a": "update"}


def test_what_is_no_longer_listed_is_deleted_last(workshop: Workshop) -> None:
    old = Toy("old")
    workshop.up(old, Toy("kept", friend=old))
    workshop.cloud.calls.clear()
    assert workshop.kinds(Toy("kept", friend="nobody"), Toy("new")) == {
        "Toy/kept": "update",
        "Toy/new": "create",
        "Toy/old": "delete",
    }
    workshop.up(Toy("kept", friend="nobody"), Toy("new"))
    assert workshop.cloud.calls[-1] == "delete old"
    assert "delete old" not in workshop.cloud.calls[:-1]


def test_orphans_stay_while_a_step_fails(workshop: Workshop) -> None:
    workshop.up(Toy("old"))
    workshop.cloud.fail["create new"] = [refused("Nope", Meaning.FINAL)]
    assert workshop.up(Toy("new")) == {"Toy/new": "failed", "Toy/old": "not reached"}


def test_an_orphan_with_data_goes_only_when_named(workshop: Workshop) -> None:
    workshop.up(Treasure("gold"))
    [refusal] = workshop.run().preview().refusals
    assert "--delete Treasure/gold" in refusal
    assert workshop.up(options=Options(delete=("Treasure/gold",))) == {"Treasure/gold": "done"}
    assert workshop.cloud.things == {}


def test_only_takes_what_it_depends_on_and_leaves_orphans(workshop: Workshop) -> None:
    workshop.up(Toy("orphan"))
    base = Toy("base")
    steps = (base, Toy("next", base=base), Toy("other"))
    assert workshop.up(*steps, options=Options(only=("Toy/next",))) == {
        "Toy/base": "done",
        "Toy/next": "done",
        "Toy/other": "none",
    }
    assert len(workshop.cloud.things) == 3


def test_exclude_leaves_out_what_depends_on_it(workshop: Workshop) -> None:
    base = Toy("base")
    steps = (base, Toy("next", base=base), Toy("other"))
    assert workshop.up(*steps, options=Options(exclude=("Toy/base",))) == {
        "Toy/base": "none",
        "Toy/next": "none",
        "Toy/other": "done",
    }


def test_a_named_replacement_happens(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    before = list(workshop.cloud.things)
    assert workshop.up(Toy("a"), options=Options(replace=("Toy/a",))) == {"Toy/a": "done"}
    assert list(workshop.cloud.things) != before
    assert len(workshop.cloud.things) == 1


def test_what_has_failed_for_good_is_replaced_with_its_reason(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    next(iter(workshop.cloud.things.values()))["state"] = "broken"
    [action] = workshop.run(Toy("a")).preview().actions
    assert (str(action.kind), action.reason) == ("replace", "it has failed: it cracked")


def test_what_is_leaving_is_made_anew_after_it_left(workshop: Workshop) -> None:
    workshop.up(Toy("a"))
    [old] = workshop.cloud.things.values()
    old["state"] = "leaving"
    assert workshop.kinds(Toy("a")) == {"Toy/a": "create"}
    listed = workshop.cloud.listed
    reads = 0

    def leave_soon() -> list[dict[str, object]]:
        nonlocal reads
        reads += 1
        if reads > 4:
            workshop.cloud.things.pop(old["Id"], None)
        return listed()

    workshop.cloud.listed = leave_soon  # type: ignore[method-assign]
    assert workshop.up(Toy("a")) == {"Toy/a": "done"}
    assert workshop.cloud.calls == ["create a", "create a"]


def test_facts_are_read_once_and_outputs_are_live(workshop: Workshop) -> None:
    reads: list[str] = []

    def read(_: object) -> int:
        reads.append("size")
        return 4

    fact = Fact("a size", read)
    a, b = Toy("a", size=fact), Toy("b", size=fact.map(lambda size: size + 1))
    run = workshop.run(a, b, outputs={"id": a, "both": text("{} and {}", a, b)})
    assert run.outputs()["id"] == Unknown("Toy/a[Id]")
    run = workshop.run(a, b, outputs={"id": a, "both": text("{} and {}", a, b)})
    assert run.up(run.preview()).ok
    assert run.outputs() == {"id": "toy-0001", "both": "toy-0001 and toy-0002"}
    assert sorted(t["Size"] for t in workshop.cloud.things.values()) == [4, 5]
    assert reads == ["size"] * 2  # once a run


def test_the_digest_moves_with_aws_and_with_the_wishes(workshop: Workshop) -> None:
    workshop.up(Toy("a", size=2))
    digest = workshop.run(Toy("a", size=3)).preview().digest()
    assert workshop.run(Toy("a", size=3)).preview().digest() == digest
    assert workshop.run(Toy("a", size=4)).preview().digest() != digest
    next(iter(workshop.cloud.things.values()))["Size"] = 8
    assert workshop.run(Toy("a", size=3)).preview().digest() != digest


def test_a_plan_names_all_of_its_mistakes_at_once() -> None:
    base, stray = Toy("base"), Toy("stray")
    with pytest.raises(PlanError) as caught:
        Plan("Bad Name", Toy("next", base=base), base, base, outputs={"x": stray})
    assert str(caught.value).splitlines() == [
        "plan 'Bad Name': a name is 2 to 40 lower-case letters, digits and hyphens, a letter first",
        "Toy/next uses Toy/base, which must be listed before it",
        "Toy/base is listed twice",
        "output x uses Toy/stray, which the plan does not list",
    ]


def test_a_value_that_is_not_known_yet_can_not_slip_into_text() -> None:
    toy = Toy("a")
    misuses: list[Callable[[], str]] = [lambda: f"{toy.id}", lambda: str(toy.id), lambda: "" if toy.id else "x"]
    for misuse in misuses:
        with pytest.raises(TypeError, match=r"map\(\.\.\.\) or text\(\.\.\.\)"):
            misuse()


def test_a_type_that_may_not_be_listed_is_a_warning_where_the_plan_has_none_of_it(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(aws: object) -> object:
        raise refused("AccessDenied", Meaning.FINAL)

    monkeypatch.setattr(Treasure, "living", refuse)
    preview = workshop.run(Toy("a")).preview()
    assert [str(action.kind) for action in preview.actions] == ["create"]
    [warning] = preview.warnings
    assert warning.startswith("Treasure could not be listed in us-east-1, so orphans of it stay unseen")
    with pytest.raises(CallFailed, match="AccessDenied"):
        workshop.run(Treasure("gold")).preview()


def test_a_reading_that_fails_in_another_way_is_not_swallowed(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Toy, "living", lambda aws: [{"no": "id"}["id"]])
    with pytest.raises(KeyError):
        workshop.run().preview()


def test_waiting_modes(workshop: Workshop) -> None:
    """`needed` and `none` leave pending what nobody needs ready; `all` does not."""
    for wait, reads_at_most in (("all", 99), ("needed", 4), ("none", 3)):
        workshop.cloud.things.clear()
        workshop.cloud.reads = 0
        workshop.cloud.pending_for_reads = 6
        assert workshop.up(Toy("a"), options=Options(wait=wait)) == {"Toy/a": "done"}  # type: ignore[arg-type]
        [thing] = workshop.cloud.things.values()
        assert thing["state"] == ("ready" if wait == "all" else "pending")
        assert workshop.cloud.reads <= reads_at_most
