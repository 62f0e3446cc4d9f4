"""What a first look at AWS may show wrongly, since its lists lag behind what was made or deleted a moment ago.

Acted upon, that would do harm: where a VPC is not shown, all that stands in it would be replaced; where what a killed teardown
has deleted still is, nothing would be made in its place; and what is not shown would outlast a teardown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..resource import Resource, replaces
from ..value import Ref, references
from .preview import ActionKind
from .world import EXISTING, HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from ..plan import Plan
    from .journal import Earlier
    from .preview import Action, Preview


def before_up(preview: Preview, plan: Plan, earlier: Earlier) -> dict[str, float]:
    """Steps of which `up` should look again before it believes this preview; and for how many seconds, if they stay so."""
    steps = {step.key: step for step in plan.steps}
    missing = {action.step for action in preview.actions if action.kind is ActionKind.CREATE and action.live is None}
    doubts = {action.step: HIDDEN for action in preview.actions if action.step in earlier.fading and _stands(action)}
    for action in preview.actions:
        if action.kind is ActionKind.REPLACE and replaces(action.changes) and action.step in earlier.recent:
            # Who has made it a moment ago has mostly made it as it is wanted, and its document lags behind.
            doubts.setdefault(action.step, EXISTING)
        if action.live is not None and action.step in steps:
            doubts |= dict.fromkeys(missing.intersection(_needed(action, steps[action.step])), EXISTING)
    return doubts | dict.fromkeys(missing & earlier.recent, HIDDEN)


def before_teardown(living: Collection[str], earlier: Earlier) -> dict[str, float]:
    """Steps that a teardown should look for again, since an earlier run has or may have made them a moment ago."""
    return dict.fromkeys((earlier.recent | earlier.unseen).difference(living), HIDDEN)


def of_what_stays(stays: Collection[str], earlier: Earlier) -> dict[str, float]:
    """Steps that can not go, for something that they hold still: that may be what an earlier run has deleted lately."""
    return dict.fromkeys(stays, HIDDEN) if earlier.fading else {}


def after_teardown(living: Collection[str], earlier: Earlier) -> dict[str, float]:
    """Steps that live still by the last look of a teardown, and that an earlier one has deleted, or was going to, lately."""
    return dict.fromkeys(earlier.fading.intersection(living), HIDDEN)


def _stands(action: Action) -> bool:
    return action.live is not None and (action.state is None or action.state.name != "leaving")


def _needed(action: Action, step: Resource) -> Iterator[str]:
    """Steps without which a living thing could hardly be as it is shown: it was made in, or with, what stands for them."""
    for name, change in action.changes.items():
        wanted = getattr(step, name)
        if change.before and (change.replaces or isinstance(wanted, Resource | Ref)):
            yield from (ref.step.key for ref in references(wanted))
