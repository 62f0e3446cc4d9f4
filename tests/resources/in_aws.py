"""Runs of small plans in the embedded AWS, for tests of what single types do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from provisioner import Plan
from provisioner.aws.retry import CallKind, kind_of
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.resources import every_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running
    from provisioner.engine.run import Result
    from provisioner.resource import Live, Resource


LIFTING = Options(lift_protection=True)


def run(aws: Aws, *steps: Resource, options: Options | None = None) -> Run:
    """A run of a plan with these steps, on a clock that hurries; what it no longer lists is seen in the steps' services."""
    services = {type(step).__module__.rpartition(".")[0] for step in steps}
    kinds = [kind for kind in every_type() if not services or kind.__module__.rpartition(".")[0] in services]
    chosen = options or Options()
    return Run(Plan("shop", *steps), aws, types=kinds, clock=Clock(300.0), parallelism=8, durations={}, options=chosen)


def outcome(aws: Aws, *steps: Resource) -> Result:
    """How `up` ends."""
    going = run(aws, *steps)
    return going.up(going.preview())


def up(aws: Aws, *steps: Resource) -> dict[str, Live]:
    """`up` that must succeed and leave nothing to do; the documents of the steps by their names."""
    result = outcome(aws, *steps)
    assert errors(result) == {}, errors(result)
    assert to_do(aws, *steps) == {}
    actions = run(aws, *steps).preview().actions
    return {action.step.partition("/")[2]: action.live for action in actions if action.live}


def errors(result: Result) -> dict[str, str]:
    """What went wrong, by step."""
    return {key: str(one.error) for key, one in result.outcomes.items() if one.outcome not in ("done", "none")}


def to_do(aws: Aws, *steps: Resource) -> dict[str, Mapping[str, Any]]:
    """What a preview would change, by step."""
    return {action.step: dict(action.changes) for action in run(aws, *steps).preview().actions if action.kind != "none"}


def teardown(aws: Aws) -> None:
    """`teardown` that must leave nothing."""
    going = run(aws, options=LIFTING)
    result = going.teardown(going.preview_teardown())
    assert errors(result) == {}, errors(result)
    assert result.remaining == ()


def writes(server: Running, since: int = 0) -> list[str]:
    """The operations that changed something, after the first `since` calls."""
    return [call.operation for call in list(server.calls)[since:] if kind_of(call.operation) is not CallKind.READ]
