"""What policies show of a role that was deleted: its unique id, and for ever, though another role bears its name by now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from moto.awslambda_simple.models import lambda_simple_backends
from moto.backends import get_backend

from ..mends.mending import Mends, kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..call import Call, Result

mends = Mends("iam")

_PRINCIPALS = ("Principal", "NotPrincipal")


@mends.first("DeleteRole")
def note(call: Call, iam: Any) -> None:
    """Keeps in mind which role goes; whether it does, is moto's to say."""
    found = next((role for role in iam.roles.values() if role.name == call.parameters["RoleName"]), None)
    kept(iam, "going")["role"] = found


@mends.then("DeleteRole")
def show_its_id(call: Call, iam: Any, result: Result) -> None:
    """AWS: "the ARN is transformed to the role's unique principal ID", and stays so."""
    role = kept(iam, "going").pop("role")
    for holder, name in _holders(call, iam):
        text = getattr(holder, name, None)
        document = json.loads(text) if text else {}
        if (shown := _renamed(document, role.arn, role.id)) != document:
            setattr(holder, name, json.dumps(shown).encode() if isinstance(text, bytes) else json.dumps(shown))
    for functions in lambda_simple_backends[call.account].values():
        for function in functions.list_functions():
            function.policy.statements = _renamed(function.policy.statements, role.arn, role.id)


def _holders(call: Call, iam: Any) -> Iterator[tuple[Any, str]]:
    """All in the account that has a policy with principals, and where it keeps that."""
    yield from ((role, "assume_role_policy_document") for role in iam.roles.values())
    yield from ((bucket, "policy") for bucket in get_backend("s3")[call.account]["aws"].buckets.values())
    regions: list[tuple[Any, str]] = [
        (get_backend("kms"), "keys"),
        (get_backend("sns"), "topics"),
        (get_backend("secretsmanager"), "secrets"),
    ]
    for backends, kind in regions:
        for there in backends[call.account].values():
            yield from ((holder, "policy") for holder in getattr(there, kind).values())


def _renamed(document: Any, arn: str, unique_id: str, *, principal: bool = False) -> Any:
    if isinstance(document, dict):
        return {
            key: _renamed(item, arn, unique_id, principal=principal or key in _PRINCIPALS) for key, item in document.items()
        }
    if isinstance(document, list):
        return [_renamed(item, arn, unique_id, principal=principal) for item in document]
    return unique_id if principal and document == arn else document
