"""What a secret shows beyond what moto keeps: its rotation, and when it was last read. Of that AWS keeps the day alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ...call import Call, Result
from ..mending import Mends
from . import rotation
from .secrets import find

mends = Mends("secretsmanager")


@mends.then("GetSecretValue")
def remember(call: Call, backend: Any, result: Result) -> None:
    day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    find(backend, call.parameters["SecretId"]).last_accessed_date = day


@mends.then("DescribeSecret")
def show(call: Call, backend: Any, result: Result) -> Result:
    return {**result, **_more(backend, result)}


@mends.then("ListSecrets")
def show_in_list(call: Call, backend: Any, result: Result) -> Result:
    return {**result, "SecretList": [{**secret, **_more(backend, secret)} for secret in result.get("SecretList", ())]}


def _more(backend: Any, shown: dict[str, Any]) -> dict[str, Any]:
    secret = backend.secrets[shown["ARN"]]
    day = getattr(secret, "last_accessed_date", None)
    return {**rotation.shown_of(secret), **({"LastAccessedDate": day} if day else {})}
