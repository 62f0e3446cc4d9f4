from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.retry import Meaning
from provisioner.engine.options import Options
from provisioner.errors import NotSettled, Protected

from .toy import Toy, Twin, refused

if TYPE_CHECKING:
    from .toy import Workshop


def living(workshop: Workshop) -> dict[str, Any]:
    return {thing["Tags"]["provisioner:step"]: thing for thing in workshop.cloud.things.values()}


def pair(colour: str) -> tuple[Twin, Toy]:
    twin = Twin("twin", colour=colour)
    return twin, Toy("user", needs_ready=twin)


def test_the_new_one_stands_and_is_used_before_the_old_one_goes(workshop: Workshop) -> None:
    workshop.up(*pair("red"))
    old = living(workshop)["Twin/twin"]["Id"]
    workshop.cloud.calls.clear()
    run = workshop.run(*pair("blue"))
    preview = run.preview()
    assert {action.step: str(action.kind) for action in preview.actions} == {"Twin/twin": "replace", "Toy/user": "update"}
    assert preview.warnings == ()
    result = run.up(preview)
    assert {key: outcome.outcome for key, outcome in result.outcomes.items()} == {"Twin/twin": "done", "Toy/user": "done"}
    put_aside, made, used, gone = workshop.cloud.calls
    assert (put_aside, made, used) == ("update twin tags", "create twin", "update user needs_ready")
    assert gone.startswith("delete twin.")
    assert set(living(workshop)) == {"Twin/twin", "Toy/user"}
    assert living(workshop)["Twin/twin"]["Id"] != old
    assert set(workshop.kinds(*pair("blue")).values()) == {"none"}


@pytest.mark.parametrize("killed_at", ["create twin", "update user needs_ready"])
def test_a_run_that_ends_in_between_leaves_an_orphan_that_the_next_one_deletes(workshop: Workshop, killed_at: str) -> None:
    workshop.up(*pair("red"))
    workshop.cloud.fail[killed_at] = [refused("Final", Meaning.FINAL)]
    assert "failed" in workshop.up(*pair("blue")).values()
    kinds = workshop.kinds(*pair("blue"))
    [orphan] = [step for step in kinds if step.startswith("Twin/twin.")]
    assert kinds[orphan] == "delete"
    assert set(workshop.up(*pair("blue")).values()) <= {"done", "none"}
    assert set(living(workshop)) == {"Twin/twin", "Toy/user"}
    assert set(workshop.kinds(*pair("blue")).values()) == {"none"}


def test_an_old_one_that_can_not_go_fails_its_step(workshop: Workshop) -> None:
    workshop.up(*pair("red"))
    [old] = [thing for thing in workshop.cloud.things.values() if thing["Kind"] == "Twin"]
    workshop.cloud.things["foreign"] = {
        "Id": "foreign",
        "Base": old["Id"],
        "Kind": "",
        "Tags": {},
        "reads": 0,
        "state": "ready",
    }
    run = workshop.run(*pair("blue"))
    result = run.up(run.preview())
    assert result.outcomes["Twin/twin"].outcome == "failed"
    assert "which is somebody else's" in str(result.outcomes["Twin/twin"].error)


def test_a_tag_that_is_never_shown_is_reported(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.up(Twin("twin"))
    monkeypatch.setattr(Twin, "update", lambda *_: None)
    run = workshop.run(Twin("twin", colour="blue"))
    error = run.up(run.preview()).outcomes["Twin/twin"].error
    assert isinstance(error, NotSettled)
    assert "which is to be replaced" in str(error)
    assert len(workshop.cloud.things) == 1


def test_a_tag_that_is_shown_late_is_waited_for(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.up(Twin("twin"))
    [old] = workshop.cloud.things
    update, listed = Twin.update, workshop.cloud.listed
    due: list[int] = []

    def later(self: Twin, *arguments: Any) -> None:
        before = dict(workshop.cloud.things[old]["Tags"])
        update(self, *arguments)
        after = workshop.cloud.things[old]["Tags"]
        workshop.cloud.things[old]["Tags"] = before
        reads = [2]

        def lagging() -> list[dict[str, Any]]:
            reads[0] -= 1
            if reads[0] == 0:
                workshop.cloud.things[old]["Tags"] = after
                due.append(1)
            return listed()

        workshop.cloud.listed = lagging  # type: ignore[method-assign]

    monkeypatch.setattr(Twin, "update", later)
    assert workshop.up(Twin("twin", colour="blue")) == {"Twin/twin": "done"}
    assert due == [1]
    assert old not in workshop.cloud.things


def test_what_aws_protects_is_deleted_or_replaced_only_where_it_is_named(workshop: Workshop) -> None:
    workshop.up(Twin("twin"))
    living(workshop)["Twin/twin"]["Locked"] = "true"
    with pytest.raises(Protected, match="Twin/twin is protected from deletion and would be replaced"):
        workshop.up(Twin("twin", colour="blue"))
    with pytest.raises(Protected, match="is protected from deletion and is no longer in the plan"):
        workshop.up(Toy("other"))
    assert workshop.up(Toy("other"), options=Options(delete=("Twin/twin",))) == {"Toy/other": "done", "Twin/twin": "done"}


def test_what_is_to_stay_keeps_a_teardown_from_deleting_anything(workshop: Workshop) -> None:
    workshop.up(Toy("a"), Toy("b"), Twin("c"))
    living(workshop)["Toy/a"]["Stays"] = "it is full: empty it first"
    run = workshop.run()
    preview = run.preview_teardown()
    assert preview.refusals == ("Toy/a: it is full: empty it first",)
    with pytest.raises(Protected, match="Toy/a: it is full"):
        run.teardown(preview)
    assert len(workshop.cloud.things) == 3
    assert workshop.teardown(Options(keep=("Toy/a",))).ok
    assert set(living(workshop)) == {"Toy/a"}


def test_who_uses_a_value_that_changes_with_its_step_waits_for_the_change(workshop: Workshop) -> None:
    base = Toy("base")
    workshop.up(base, Toy("user", size=base.version))
    other = Toy("base", size=5)
    run = workshop.run(other, Toy("user", size=other.version))
    preview = run.preview()
    changes = {action.step: dict(action.changes) for action in preview.actions}
    assert repr(changes["Toy/user"]["size"].after) == "(known after Toy/base)"
    assert run.up(preview).ok
    assert living(workshop)["Toy/user"]["Size"] == living(workshop)["Toy/base"]["Version"] == 2
    assert set(workshop.kinds(other, Toy("user", size=other.version)).values()) == {"none"}
