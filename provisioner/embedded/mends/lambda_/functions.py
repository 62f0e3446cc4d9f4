"""Functions: the properties that moto forgets, roles that must be good for them, and the time that changes take."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from ...call import Call, Refused, Result
from ...clock import Delay
from ..mending import Mends
from ..mending import backend as backend_of
from ..under_way import begin, end_otherwise
from .interfaces import sync
from .known import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

mends = Mends("lambda")

_SEEN_BY = ("lambda:GetFunction", "lambda:GetFunctionConfiguration")
_CONCURRENCY, _UNRESERVED = 1000, 100

_KEPT = ("DeadLetterConfig", "FileSystemConfigs", "LoggingConfig", "SnapStart", "SourceKMSKeyArn")


@mends.first("CreateFunction", "UpdateFunctionConfiguration")
def role_is_good_for_it(call: Call, backend: Any) -> None:
    """AWS: Lambda must be able to assume the role, and with it to make network interfaces."""
    role = call.parameters.get("Role")
    if call.operation == "CreateFunction":
        names = {function.function_name for function in backend.list_functions()}
        if call.parameters["FunctionName"] in names:
            return
    found = _role(call, role or known(call, backend).role)
    if role and (found is None or not _trusts_lambda(found)):
        message = "The role defined for the function cannot be assumed by Lambda."
        raise Refused("InvalidParameterValueException", message)
    in_vpc = call.parameters.get("VpcConfig", {}).get("SubnetIds")
    if in_vpc and found is not None and not any(_allows(one, "ec2:CreateNetworkInterface") for one in _policies(found)):
        message = "The provided execution role does not have permissions to call CreateNetworkInterface on EC2"
        raise Refused("InvalidParameterValueException", message)


@mends.first("CreateFunction", "UpdateFunctionConfiguration")
def fits(call: Call, backend: Any) -> None:
    """AWS: a zip needs a runtime and a handler; a function of our kind runs for 15 minutes and has 10 GB at most."""
    given = call.parameters
    if call.operation == "CreateFunction" and given.get("PackageType", "Zip") == "Zip":
        for name in ("Runtime", "Handler"):
            if name not in given:
                raise Refused("InvalidParameterValueException", f"{name} is mandatory for functions with deployment packages")
    variables = given.get("Environment", {}).get("Variables", {})
    if len(json.dumps(variables)) > 4096:
        message = "Lambda was unable to configure your environment variables because they exceeded the 4KB limit."
        raise Refused("InvalidParameterValueException", message)
    for name, most in (("Timeout", 900), ("MemorySize", 10_240)):
        if given.get(name, 0) > most:
            message = f"Value '{given[name]}' failed to satisfy constraint: Member must have value less than or equal to {most}"
            raise Refused("InvalidParameterValueException", message)


@mends.first("UpdateFunctionConfiguration", "UpdateFunctionCode")
def one_change_at_a_time(call: Call, backend: Any) -> None:
    function = known(call, backend)
    sentence = "The operation cannot be performed at this time."
    if function.state == "Pending":
        message = f"{sentence} The function is currently in the following state: Pending"
        raise Refused("ResourceConflictException", message, 409)
    if function.is_changing:
        message = f"{sentence} An update is in progress for resource: {function.function_arn}"
        raise Refused("ResourceConflictException", message, 409)


@mends.then("CreateFunction")
def keep(call: Call, backend: Any, result: Result) -> Result:
    function = known(call, backend)
    function.state, function.failure, function.is_changing = "Pending", {}, False
    function.kept = {name: call.parameters[name] for name in _KEPT if name in call.parameters}
    if "SourceKMSKeyArn" in call.parameters["Code"]:
        function.kept["SourceKMSKeyArn"] = call.parameters["Code"]["SourceKMSKeyArn"]
    sync(call, function)
    # AWS: seconds, and in a VPC as long as it takes to make its network interfaces.
    _take(call, function, 60 if function.interfaces else 5, lambda: setattr(function, "state", "Active"))
    return {**result, **_shown(function)}


def fail(call: Call, arn: str, code: str, message: str) -> None:
    """A new one ends as `Failed`."""
    function = backend_of(call).get_function(arn)

    def failed() -> None:
        function.state, function.failure = "Failed", {"StateReason": message, "StateReasonCode": code}

    end_otherwise(call, function.function_arn, failed)


def _take(call: Call, function: Any, seconds: float, end: Callable[[], None]) -> None:
    def is_about_it(look: Call) -> bool:
        return function.function_name in str(look.parameters["FunctionName"]).split(":")

    begin(call, function.function_arn, Delay(seconds), end, seen_by=_SEEN_BY, if_asked=is_about_it)


@mends.then("UpdateFunctionConfiguration")
def change(call: Call, backend: Any, result: Result) -> Result:
    function, given = known(call, backend), call.parameters
    function.kept.update({name: given[name] for name in _KEPT if name in given})
    function.kms_key_arn = given.get("KMSKeyArn", function.kms_key_arn)
    function.tracing_config = given.get("TracingConfig", function.tracing_config)
    function.ephemeral_storage = given.get("EphemeralStorage", {}).get("Size", function.ephemeral_storage)
    sync(call, function)
    _change(call, function)
    return {**result, **_shown(function)}


@mends.then("UpdateFunctionCode")
def change_code(call: Call, backend: Any, result: Result) -> Result:
    function, given = known(call, backend), call.parameters
    function.architectures = given.get("Architectures", function.architectures)
    function.kept["SourceKMSKeyArn"] = given.get("SourceKMSKeyArn", function.kept.get("SourceKMSKeyArn"))
    _change(call, function)
    return {**result, **_shown(function)}


def _change(call: Call, function: Any) -> None:
    function.is_changing = True
    _take(call, function, 10, lambda: setattr(function, "is_changing", False))


@mends.then("GetFunction")
def show(call: Call, backend: Any, result: Result) -> Result:
    function = known(call, backend)
    result["Configuration"].update(_shown(function))
    if (source := function.kept.get("SourceKMSKeyArn")) is not None:
        result["Code"]["SourceKMSKeyArn"] = source
    if function.reserved_concurrency is not None:
        result["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved_concurrency}
    return result


@mends.then("GetFunctionConfiguration")
def show_configuration(call: Call, backend: Any, result: Result) -> Result:
    return {**result, **_shown(known(call, backend))}


@mends.then("ListFunctions")
def show_in_list(call: Call, backend: Any, result: Result) -> Result:
    """AWS: a list shows no states."""
    for shown in result.get("Functions", ()):
        states = _shown(backend.get_function(shown["FunctionName"]))
        shown.update({name: value for name, value in states.items() if "State" not in name and "Status" not in name})
        for name in ("State", "LastUpdateStatus"):
            shown.pop(name, None)
    return result


@mends.first("PutFunctionConcurrency")
def enough_is_left(call: Call, backend: Any) -> None:
    named = known(call, backend).function_name
    others = sum(one.reserved_concurrency or 0 for one in backend.list_functions() if one.function_name != named)
    if _CONCURRENCY - others - call.parameters["ReservedConcurrentExecutions"] < _UNRESERVED:
        message = "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below"
        raise Refused("InvalidParameterValueException", f"{message} its minimum value of [{_UNRESERVED}].")


def _shown(function: Any) -> dict[str, Any]:
    logging = {
        "LogFormat": "Text",
        "LogGroup": f"/aws/lambda/{function.function_name}",
        **function.kept.get("LoggingConfig", {}),
    }
    if logging["LogFormat"] == "JSON":
        logging = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "INFO", **logging}
    kept: dict[str, Any] = {
        name: function.kept[name] for name in ("DeadLetterConfig", "FileSystemConfigs") if name in function.kept
    }
    is_new = function.state == "Pending"
    pending = {"StateReason": "The function is being created.", "StateReasonCode": "Creating"} if is_new else {}
    return {
        "KMSKeyArn": function.kms_key_arn or None,
        "TracingConfig": function.tracing_config,
        "EphemeralStorage": {"Size": function.ephemeral_storage},
        "Architectures": function.architectures,
        "LoggingConfig": logging,
        "VpcConfig": function.vpc,
        "State": function.state,
        "LastUpdateStatus": None if is_new else "InProgress" if function.is_changing else "Successful",
        **kept,
        **pending,
        **function.failure,
    }


def _role(call: Call, arn: str) -> Any:
    return next((role for role in backend_of(call, "iam").roles.values() if role.arn == arn), None)


def _trusts_lambda(role: Any) -> bool:
    trusted = [one.get("Principal", {}) for one in _statements(role.assume_role_policy_document) if one["Effect"] == "Allow"]
    services = [principal.get("Service", []) for principal in trusted if isinstance(principal, dict)]
    return any("lambda.amazonaws.com" in _listed(service) for service in services)


def _policies(role: Any) -> Iterator[Any]:
    yield from role.policies.values()
    yield from (
        version.document for policy in role.managed_policies.values() for version in policy.versions if version.is_default
    )


def _allows(policy: Any, action: str) -> bool:
    allowed = (one for one in _statements(policy) if one["Effect"] == "Allow")
    return any(fnmatchcase(action.lower(), name.lower()) for one in allowed for name in _listed(one.get("Action", [])))


def _statements(policy: Any) -> list[Any]:
    return _listed((json.loads(policy) if isinstance(policy, str) else policy)["Statement"])


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
