"""The JSON documents that scripts read. Their fields stay; more may be added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..engine.preview import ActionKind
from ..secret import blank
from .terminal import is_left_out
from .values import moment, plain

if TYPE_CHECKING:
    from ..engine.preview import Action, Preview
    from ..engine.run import Outcome, Result
    from ..plan import Plan

Document = dict[str, Any]


def as_text(document: Any) -> str:
    """A document as JSON text."""
    return json.dumps(document, indent=2)


def plan_document(plan: str, environment: str, preview: Preview) -> Document:
    """`plan --output json`."""
    return {
        "plan": plan,
        "environment": environment,
        "actions": [_action(action) for action in preview.actions],
        "summary": preview.summary(),
        "warnings": blank(preview.warnings),
        "refusals": blank(preview.refusals),
    }


def result_document(
    plan: str, environment: str, preview: Preview, result: Result, outputs: Mapping[str, Any], calls: Mapping[str, int]
) -> Document:
    """`up --output json` and `teardown --output json`."""
    return {
        "ok": result.ok and not result.remaining,
        "plan": plan,
        "environment": environment,
        "actions": [_action(action) | _outcome(result.outcomes[action.step]) for action in preview.actions],
        "summary": preview.summary(),
        "outputs": plain(outputs),
        "seconds": round(result.seconds, 3),
        "calls": dict(calls),
        "interrupted": result.interrupted,
        "warnings": blank(preview.warnings),
        "left": blank(result.left),
        "remaining": blank(result.remaining),
    }


def status_document(environment: str, plan: Plan, preview: Preview) -> Document:
    """`status --output json`."""
    listed = {step.key for step in plan.steps}
    resources = [_resource(action) for action in preview.actions if action.step in listed and not is_left_out(action)]
    orphans = [
        {"step": action.step, "type": action.type, "id": action.id, "since": _since(action)}
        for action in preview.actions
        if action.step not in listed
    ]
    counted = {name: sum(one[name] for one in resources) for name in ("exists", "ready", "drifted")}
    summary = {"resources": len(resources), **counted, "missing": len(resources) - counted["exists"], "orphans": len(orphans)}
    return {
        "plan": plan.name,
        "environment": environment,
        "resources": resources,
        "orphans": orphans,
        "summary": summary,
        "warnings": blank(preview.warnings),
    }


def _action(action: Action) -> Document:
    return {
        "step": action.step,
        "type": action.type,
        "action": action.kind.value,
        "id": action.id,
        "changes": _changes(action),
        "reason": blank(action.reason),
    }


def _since(action: Action) -> str | None:
    found = moment(action.since)
    return found.isoformat() if found else action.since


def _changes(action: Action) -> list[Document]:
    return [
        {"property": name, "before": plain(change.before), "after": plain(change.after), "replaces": change.replaces}
        for name, change in action.changes.items()
    ]


def _outcome(outcome: Outcome) -> Document:
    return {
        "outcome": outcome.outcome,
        "seconds": round(outcome.seconds, 3),
        "error": blank(str(outcome.error)) if outcome.error is not None else None,
        "needs": outcome.needs,
    }


def _resource(action: Action) -> Document:
    exists = action.live is not None and action.kind is not ActionKind.CREATE
    return {
        "step": action.step,
        "type": action.type,
        "id": action.id,
        "exists": exists,
        "ready": exists and action.state is not None and action.state.name == "ready",
        "drifted": exists and action.kind in (ActionKind.UPDATE, ActionKind.REPLACE),
        "since": _since(action),
        "changes": _changes(action) if exists else [],
        "state": action.state.name if action.state is not None else None,
    }
