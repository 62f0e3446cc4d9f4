"""ETags: each change gives a new one, and a change must name the one it is meant for."""

from __future__ import annotations

from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused


def require_match(call: Call, holder: Any) -> None:
    """AWS: without IfMatch InvalidIfMatchVersion, with a stale one PreconditionFailed."""
    given = call.parameters.get("IfMatch")
    if not given:
        raise Refused("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if given != holder.etag:
        message = "The request failed because it didn't meet the preconditions in one or more request-header fields."
        raise Refused("PreconditionFailed", message, 412)


def renew(holder: Any) -> str:
    """Gives a changed resource its new ETag."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    holder.etag = "E" + "".join(mock_random.choice(letters) for _ in range(13))
    return str(holder.etag)
