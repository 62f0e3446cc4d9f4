"""What every resource type owes the engine. A new type is tested by its example alone."""

from __future__ import annotations

import dataclasses
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from provisioner import Plan
from provisioner.aws.retry import CallKind, kind_of
from provisioner.embedded.clock import looking
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resource import dependencies
from provisioner.resources import every_type

from .examples import Example, every_example

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.engine.preview import Action
    from provisioner.engine.run import Result
    from provisioner.resource import Resource

EXAMPLES = {type(example.step).__name__: example for example in every_example()}
TAGGED = {name: example for name, example in EXAMPLES.items() if type(example.step).taggable()}
each_type = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
each_tagged_type = pytest.mark.parametrize("example", TAGGED.values(), ids=TAGGED)


def fields(which: str) -> pytest.MarkDecorator:
    rows = [(name, field) for name, example in EXAMPLES.items() for field in getattr(example, which)]
    return pytest.mark.parametrize(("kind", "field"), rows, ids=[f"{name}-{field}" for name, field in rows])


def listed(step: Resource) -> list[Resource]:
    """A step after all that it depends on."""
    found: dict[str, Resource] = {}

    def visit(one: Any) -> None:
        for other in sorted(dependencies(one), key=lambda other: other.key):
            visit(other)
        found.setdefault(one.key, one)

    visit(step)
    return list(found.values())


class Account:
    """An account, and runs of plans in it."""

    def __init__(self, aws: Aws, server: Running) -> None:
        self.aws, self.server = aws, server

    def run(self, *steps: Resource, options: Options | None = None, parallelism: int = 8) -> Run:
        return Run(
            Plan("shop", *steps),
            self.aws,
            types=[type(step) for step in steps] or every_type(),
            clock=Clock(600.0),
            parallelism=parallelism,
            durations={},
            options=options or Options(),
        )

    def up(self, step: Resource, options: Options | None = None) -> Action:
        """`up` that must succeed; what its preview said of the step."""
        run = self.run(*listed(step), options=options)
        preview = run.preview()
        result = run.up(preview)
        assert {key: str(one.error) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")} == {}
        return next(action for action in preview.actions if action.step == step.key)

    def action(self, step: Resource) -> Action:
        [found] = [action for action in self.run(*listed(step)).preview().actions if action.step == step.key]
        return found

    def to_do(self, step: Resource) -> dict[str, Mapping[str, Any]]:
        actions = self.run(*listed(step)).preview().actions
        return {action.step: action.changes for action in actions if action.kind != "none"}

    def writes(self) -> list[str]:
        return [str(call) for call in self.server.calls if kind_of(call.operation) is not CallKind.READ]

    def new_writes(self, before: list[str]) -> list[str]:
        return self.writes()[len(before) :]

    def teardown(self) -> Result:
        run = self.run(options=Options(lift_protection=True))
        return run.teardown(run.preview_teardown())


@pytest.fixture
def account(aws: Aws, embedded: Running) -> Iterator[Account]:
    """An account of an AWS that takes its time."""
    with looking(1):
        yield Account(aws, embedded)


def test_every_type_has_an_example() -> None:
    assert {kind.__name__ for kind in every_type()} == set(EXAMPLES)


@each_type
def test_the_example_has_another_value_for_every_field(example: Example) -> None:
    kind = type(example.step)
    managed = {name: about for name, about in kind.attributes.items() if name != "tags"}
    said = {*example.changes, *example.replaces, *example.fixed}
    assert said == set(managed)
    assert {name for name in example.replaces if not managed[name].replace} == set()
    assert {name for name in example.changes if managed[name].replace} == set()


@each_type
def test_a_preview_writes_nothing(account: Account, example: Example) -> None:
    assert account.action(example.step).kind == "create"
    assert account.writes() == []


@each_type
def test_create_is_one_changing_call(account: Account, example: Example, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, made = type(example.step), []
    create = kind.create

    def counted(self: Resource, aws: Aws) -> Any:
        before = account.writes()
        answer = create(self, aws)
        made.append(account.new_writes(before))
        return answer

    monkeypatch.setattr(kind, "create", counted)
    run = account.run(*listed(example.step), parallelism=1)
    assert run.up(run.preview()).ok
    assert [len(calls) for calls in made] == [1] * len(made)
    assert made


@each_type
def test_a_second_up_and_a_preview_after_it_write_nothing(account: Account, example: Example) -> None:
    account.up(example.step)
    before = account.writes()
    assert account.to_do(example.step) == {}
    account.up(example.step)
    assert account.new_writes(before) == []


@fields("changes")
def test_a_changed_field_converges_there_and_back(account: Account, kind: str, field: str) -> None:
    example = EXAMPLES[kind]
    other = dataclasses.replace(example.step, **{field: example.changes[field]})
    account.up(example.step)
    ids = set()
    for wanted in (other, example.step):
        action = account.up(wanted)
        # One field's other value can bring its neighbours' with it only where the example's value does.
        assert (action.kind, list(action.changes)) == ("update", [field])
        assert account.to_do(wanted) == {}
        ids.add(action.id)
    assert ids == {account.action(example.step).id}


@fields("replaces")
def test_a_field_that_can_not_change_replaces(account: Account, kind: str, field: str) -> None:
    example = EXAMPLES[kind]
    other = dataclasses.replace(example.step, **{field: example.replaces[field]})
    account.up(example.step)
    action = account.up(other, Options(replace=(other.key,)))
    assert action.kind == "replace"
    assert field in action.changes
    assert action.changes[field].replaces
    assert account.to_do(other) == {}


@each_tagged_type
def test_tags_are_put_again_and_others_left_alone(account: Account, example: Example) -> None:
    tagged = dataclasses.replace(example.step, tags={**example.step.tags, "contract": "one"})
    other = dataclasses.replace(example.step, tags={**example.step.tags, "contract": "two", "more": "yes"})
    account.up(tagged)
    action = account.up(other)
    assert (action.kind, list(action.changes)) == ("update", ["tags"])
    assert action.changes["tags"].before == {"contract": "one"}
    assert action.changes["tags"].after == {"contract": "two", "more": "yes"}
    assert account.to_do(other) == {}
    account.up(tagged)
    assert account.to_do(tagged) == {}
    again = account.action(other)
    assert list(again.changes) == ["tags"]
    assert again.changes["tags"].after == {"contract": "two"}


@each_type
def test_what_another_hand_deleted_is_made_again(account: Account, example: Example) -> None:
    account.up(example.step)
    only = account.run(options=Options(only=(example.step.key,), lift_protection=True))
    assert only.teardown(only.preview_teardown()).ok
    assert account.action(example.step).kind == "create"
    account.up(example.step)
    assert account.to_do(example.step) == {}


@each_type
def test_teardown_leaves_nothing_and_deleting_again_is_fine(account: Account, example: Example) -> None:
    account.up(example.step)
    live = account.action(example.step).live
    assert live is not None
    result = account.teardown()
    assert {key: str(one.error) for key, one in result.outcomes.items() if one.outcome != "done"} == {}
    assert result.remaining == ()
    type(example.step).delete(account.aws.at(example.step.region), live)
    assert account.run().preview_teardown().actions == ()


class _Killed(BaseException):
    pass


@each_type
def test_a_run_killed_before_any_of_its_calls_is_finished_without_a_double(account: Account, example: Example) -> None:
    steps = listed(example.step)
    if len(steps) > 1:
        ready = account.run(*steps[:-1])
        assert ready.up(ready.preview()).ok
    deadly: list[int] = []

    def bomb(model: Any, **_: Any) -> None:
        if kind_of(model.name) is not CallKind.READ and deadly:
            deadly[0] -= 1
            if deadly[0] < 0:
                raise _Killed

    survived = 0
    with _watched(account.aws, bomb):
        while True:
            deadly[:] = [survived]
            try:
                account.up(example.step)
            except _Killed:
                survived += 1
            else:
                break
            finally:
                deadly.clear()
            _one_at_most(account, example.step)
    assert survived >= 1
    assert account.to_do(example.step) == {}
    _one_at_most(account, example.step)


@contextmanager
def _watched(aws: Aws, bomb: Any) -> Iterator[None]:
    services = type(aws).__annotations__.keys() - {"connection", "ownership", "region", "read_only", "attempt"}
    clients = [
        aws.connection.client(service.rstrip("_"), region, once=once)
        for service in services
        for region in {aws.region, "us-east-1"}
        for once in (True, False)
    ]
    for client in clients:
        client.meta.events.register("before-call", bomb)
    yield
    for client in clients:
        client.meta.events.unregister("before-call", bomb)


def _one_at_most(account: Account, step: Resource) -> None:
    aws = account.aws.at(step.region)
    kind = type(step)
    staying = [live for live in kind.living(aws) if kind.state(live).name not in ("gone", "leaving")]
    owners = [aws.ownership.step_of(kind, live) for live in staying]
    assert max(Counter(owner for owner in owners if owner).values(), default=0) <= 1
