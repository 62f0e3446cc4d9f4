"""Principals in policies: one that is new is refused for a moment, one that does not exist for good.

AWS keeps a principal by its unique id, and so must know it when the policy is put (IAM user guide, "AWS JSON policy elements:
Principal"). Once it is deleted, policies show that id (`AROA...`), and one that is made anew under the name is another one.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from ..call import Answer, Behaviour, Call, Refused
from .finding import at, role, user
from .fresh import Birth, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

BIRTHS = (
    Birth("iam", ("CreateRole",), lambda call, result: filter(None, [role(call, result["Role"]["RoleName"])])),
    Birth("iam", ("CreateUser",), lambda call, result: filter(None, [user(call, result["User"]["UserName"])])),
)


class _Place(NamedTuple):
    """Where a call has a policy, and what its service says of principals that it does not know."""

    path: tuple[str, ...]
    code: str
    words: str


_PLACES: dict[tuple[str, str], _Place] = {
    **{
        ("iam", operation): _Place((name,), "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"{}"')
        for operation, name in (("CreateRole", "AssumeRolePolicyDocument"), ("UpdateAssumeRolePolicy", "PolicyDocument"))
    },
    **{
        ("kms", operation): _Place(
            ("Policy",), "MalformedPolicyDocumentException", "Policy contains a statement with one or more invalid principals."
        )
        for operation in ("CreateKey", "PutKeyPolicy")
    },
    ("s3", "PutBucketPolicy"): _Place(("Policy",), "MalformedPolicy", "Invalid principal in policy"),
    ("secretsmanager", "PutResourcePolicy"): _Place(
        ("ResourcePolicy",), "MalformedPolicyDocumentException", "This resource policy contains an unsupported principal."
    ),
    ("sns", "CreateTopic"): _Place(
        ("Attributes", "Policy"), "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"
    ),
    ("sns", "SetTopicAttributes"): _Place(
        ("AttributeValue",), "InvalidParameter", "Invalid parameter: Policy Error: PrincipalNotFound"
    ),
    ("lambda", "AddPermission"): _Place(
        ("Principal",),
        "InvalidParameterValueException",
        "The provided principal was invalid. Please check the principal and try again.",
    ),
}


class Principals(Behaviour):
    """Refuses policies that name nobody whom the service knows."""

    def before(self, call: Call) -> Answer | None:
        place = _PLACES.get((call.service, call.operation))
        for text in at(call.parameters, *place.path) if place else ():
            assert place is not None
            for principal in _principals(text) if call.service != "lambda" else (text,):
                if _is_strange(call, principal):
                    raise Refused(place.code, place.words.replace("{}", principal))
        return None


def _is_strange(call: Call, principal: str) -> bool:
    """Whether it is a role or user of this account that is not there, or that the called service does not know yet."""
    found = re.fullmatch(rf"arn:[a-z-]+:iam::{call.account}:(role|user)/.+", principal)
    if found:
        holder = {"role": role, "user": user}[found[1]](call, principal)
        return holder is None or is_unknown(holder, f"{call.service} policies")
    # AWS: a unique id is taken only while it is somebody's.
    return re.fullmatch(r"A(ROA|IDA)[A-Z0-9]+", principal) is not None


def _principals(text: str) -> Iterator[str]:
    """The principals of a policy's statements; what is no policy, the service itself refuses."""
    try:
        policy = json.loads(text)
    except ValueError:
        return
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        for name in ("Principal", "NotPrincipal"):
            who: Any = statement.get(name) if isinstance(statement, dict) else None
            named = who.get("AWS") if isinstance(who, dict) else None
            yield from [named] if isinstance(named, str) else named or ()
