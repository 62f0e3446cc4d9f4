"""What a policy document must be, whichever service it is for."""

from __future__ import annotations

import json
from typing import Any

from ..call import Refused


def refuse_malformed(document: str, code: str) -> None:
    """Refuses what is no policy document: not JSON, no statements, or a statement without effect or action."""
    try:
        policy = json.loads(document)
    except ValueError as error:
        raise Refused(code, "This policy contains invalid Json") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements or not all(_is_statement(entry) for entry in statements):
        raise Refused(code, "Syntax errors in policy.")


def is_public(document: str) -> bool:
    """Whether a bucket policy lets everybody in: Allow for `*` without a condition that narrows it.

    AWS: "The meaning of public"; here any condition counts as narrowing.
    """
    statements = json.loads(document)["Statement"]
    return any(
        statement["Effect"] == "Allow" and _is_everybody(statement.get("Principal")) and not statement.get("Condition")
        for statement in ([statements] if isinstance(statements, dict) else statements)
    )


def _is_everybody(principal: Any) -> bool:
    if isinstance(principal, dict):
        principal = principal.get("AWS")
    return "*" in (principal if isinstance(principal, list) else [principal])


def _is_statement(entry: Any) -> bool:
    if not isinstance(entry, dict) or entry.get("Effect") not in ("Allow", "Deny"):
        return False
    return bool(entry.get("Action") or entry.get("NotAction"))
