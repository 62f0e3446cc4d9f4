"""The policies of functions: statements by their ids, in Lambda's own spelling."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..mending import Mends
from .known import known

mends = Mends("lambda")

_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


@mends.first("AddPermission")
def add(call: Call, backend: Any) -> Result:
    """Done here: moto takes a statement id twice, and loses conditions of one kind to each other."""
    given, function = call.parameters, known(call, backend)
    sid = given["StatementId"]
    if any(statement["Sid"] == sid for statement in function.policy.statements):
        message = f"The statement id ({sid}) provided already exists."
        advice = "Please provide a new statement id, or remove the existing statement."
        raise Refused("ResourceConflictException", f"{message} {advice}", 409)
    conditions: dict[str, Any] = {}
    for name, (test, key) in _CONDITIONS.items():
        if name in given:
            value = given[name]
            conditions.setdefault(test, {})[key] = str(value).lower() if isinstance(value, bool) else value
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": _principal(given["Principal"]),
        "Action": given["Action"],
        "Resource": function.function_arn,
        **({"Condition": conditions} if conditions else {}),
    }
    function.policy.statements.append(statement)
    function.policy.revision = str(mock_random.uuid4())
    return {"Statement": json.dumps(statement)}


@mends.first("RemovePermission")
def is_there(call: Call, backend: Any) -> None:
    function = known(call, backend)
    sid = call.parameters["StatementId"]
    if all(statement["Sid"] != sid for statement in function.policy.statements):
        message = f"Statement {sid} is not found in resource policy."
        raise Refused("ResourceNotFoundException", message, 404)


def lets_in(function: Any, service: str, *, source: str, account: str) -> bool:
    """Whether a function's policy lets a service call it for one of an account's resources."""
    said = {"AWS:SourceArn": source, "AWS:SourceAccount": account}
    return any(
        statement["Principal"] in ("*", {"Service": service})
        and all(
            fnmatchcase(said.get(key, ""), wanted)
            for test in statement.get("Condition", {}).values()
            for key, wanted in test.items()
        )
        for statement in function.policy.statements
    )


def _principal(named: str) -> Any:
    if named == "*":
        return named
    if re.fullmatch(r"\d{12}", named):
        return {"AWS": f"arn:aws:iam::{named}:root"}
    return {"AWS" if named.startswith("arn:") else "Service": named}
