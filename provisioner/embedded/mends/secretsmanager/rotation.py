"""Rotation: what RotateSecret keeps and begins. The function is run by whoever wants to see a rotation through.

AWS tests the function, or begins a rotation: an empty version with AWSPENDING, whose id is the token of the function's four
steps. Moto calls a function of its own, which needs Docker or does nothing, and takes the rotation for done.
"""

from __future__ import annotations

import re
import time
from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..lambda_.permissions import lets_in
from ..mending import Mends
from ..mending import backend as backend_of
from .secrets import find
from .versions import CURRENT, PENDING, holder_of, move

mends = Mends("secretsmanager")

_DAY = 86_400
_NO_FUNCTION = (
    "You tried to enable rotation on a secret that doesn't already have a Lambda function ARN configured "
    "and you didn't include such an ARN as a parameter in this call."
)


@mends.first("RotateSecret")
def rotate(call: Call, backend: Any) -> Result:
    secret, parameters = find(backend, call.parameters["SecretId"]), call.parameters
    before = getattr(secret, "rotation", {})
    function = parameters.get("RotationLambdaARN") or before.get("RotationLambdaARN")
    rules = _rules(parameters.get("RotationRules") or before.get("RotationRules") or {})
    if not function:
        raise Refused("InvalidRequestException", _NO_FUNCTION)
    _may_be_called(call, function, secret.arn)
    pending = holder_of(secret, PENDING)
    if pending and pending != holder_of(secret, CURRENT):
        raise Refused("InvalidRequestException", "A previous rotation isn't complete. That rotation will be reattempted.")
    token = parameters.get("ClientRequestToken") or str(mock_random.uuid4())
    if parameters.get("RotateImmediately", True):
        version: dict[str, Any] = {"version_id": token, "version_stages": [], "createdate": int(time.time())}
        secret.versions.setdefault(token, version)
        move(secret, PENDING, token)
    secret.rotation = {"RotationEnabled": True, "RotationLambdaARN": function, "RotationRules": rules}
    secret.next_rotation_date = int(time.time()) + rules.get("AutomaticallyAfterDays", 1) * _DAY
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": token}


@mends.first("CancelRotateSecret")
def cancel(call: Call, backend: Any) -> Result:
    secret = find(backend, call.parameters["SecretId"])
    if not hasattr(secret, "rotation"):
        raise Refused("InvalidRequestException", _NO_FUNCTION)
    secret.rotation["RotationEnabled"], secret.next_rotation_date = False, None
    return {"ARN": secret.arn, "Name": secret.name, "VersionId": holder_of(secret, PENDING)}


def shown_of(secret: Any) -> dict[str, Any]:
    """What a secret shows of its rotation."""
    rotation: dict[str, Any] = getattr(secret, "rotation", {})
    rotated = getattr(secret, "last_rotation_date", None)
    return {**rotation, "LastRotatedDate": rotated} if rotation and rotated else rotation


def _rules(rules: dict[str, Any]) -> dict[str, Any]:
    expression = rules.get("ScheduleExpression")
    if expression and "AutomaticallyAfterDays" in rules:
        raise Refused("InvalidParameterException", "You can't specify both AutomaticallyAfterDays and ScheduleExpression.")
    if expression and not re.fullmatch(r"(cron|rate)\(.+\)", expression):
        raise Refused("InvalidParameterException", "Schedule expression is not valid.")
    if not expression and "AutomaticallyAfterDays" not in rules:
        raise Refused("InvalidParameterException", "You must specify AutomaticallyAfterDays or ScheduleExpression.")
    return rules


def _may_be_called(call: Call, function: str, secret: str) -> None:
    known = {found.function_arn: found for found in backend_of(call, "lambda").list_functions()}
    if function not in known:
        raise Refused("ResourceNotFoundException", "Secrets Manager can't find the specified Lambda function.")
    if not lets_in(known[function], "secretsmanager.amazonaws.com", source=secret, account=call.account):
        message = "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access"
        raise Refused("AccessDeniedException", f"{message} to the principal secretsmanager.amazonaws.com.")
