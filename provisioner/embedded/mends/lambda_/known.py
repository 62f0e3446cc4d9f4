"""The function that a call is about."""

from __future__ import annotations

from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException

from ...call import Call, Refused


def known(call: Call, backend: Any) -> Any:
    """The function by its name or ARN; refused where there is none."""
    named = call.parameters["FunctionName"]
    try:
        return backend.get_function(named, call.parameters.get("Qualifier"))
    except UnknownFunctionException as error:
        arn = named if named.startswith("arn:") else f"arn:aws:lambda:{call.region}:{call.account}:function:{named}"
        raise Refused("ResourceNotFoundException", f"Function not found: {arn}", 404) from error
