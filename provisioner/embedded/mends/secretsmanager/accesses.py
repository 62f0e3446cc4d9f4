"""When a secret was last read. AWS keeps the day alone; moto, nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...call import Call, Result
from ..mending import Mends
from .secrets import find

mends = Mends("secretsmanager")


@mends.then("GetSecretValue")
def remember(call: Call, backend: Any, result: Result) -> None:
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    find(backend, call.parameters["SecretId"]).last_accessed_date = day


@mends.then("DescribeSecret")
def show(call: Call, backend: Any, result: Result) -> Result:
    return {**result, **_shown(backend, result)}


@mends.then("ListSecrets")
def show_in_list(call: Call, backend: Any, result: Result) -> Result:
    return {**result, "SecretList": [{**secret, **_shown(backend, secret)} for secret in result.get("SecretList", ())]}


def _shown(backend: Any, shown: dict[str, Any]) -> dict[str, Any]:
    day = getattr(backend.secrets[shown["ARN"]], "last_accessed_date", None)
    return {"LastAccessedDate": day} if day else {}
