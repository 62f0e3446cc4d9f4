"""Versions of secrets and their staging labels, as the rotation protocol needs them.

Moto forgets all other labels of a version that loses AWSCURRENT, and goes on showing a value that is no longer current.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from moto.moto_api._internal import mock_random

from ...call import Call, Refused, Result
from ..mending import Mends
from .secrets import find

mends = Mends("secretsmanager")

CURRENT, PREVIOUS, PENDING = "AWSCURRENT", "AWSPREVIOUS", "AWSPENDING"
_VALUES = {"SecretString": "secret_string", "SecretBinary": "secret_binary"}
_MOST_LABELS = 20


@mends.first("PutSecretValue")
def put(call: Call, backend: Any) -> Result:
    secret = _primary(backend, call)
    version = _write(secret, call.parameters, call.parameters.get("VersionStages") or [CURRENT])
    return {**_named(secret), "VersionId": version, "VersionStages": secret.versions[version]["version_stages"]}


@mends.first("UpdateSecret")
def update(call: Call, backend: Any) -> Result:
    """AWS: an empty description is one, and a value makes a version that must be new."""
    secret, parameters = _primary(backend, call), call.parameters
    result = _named(secret)
    if parameters.keys() & _VALUES.keys():
        if parameters.get("ClientRequestToken") in secret.versions:
            raise Refused("ResourceExistsException", "You can't modify an existing version, you can only create new ones.")
        result["VersionId"] = _write(secret, parameters, [CURRENT])
    secret.description = parameters.get("Description", secret.description)
    secret.kms_key_id = parameters.get("KmsKeyId", secret.kms_key_id)
    secret.last_changed_date = int(time.time())
    return result


@mends.first("UpdateSecretVersionStage")
def move_label(call: Call, backend: Any) -> Result:
    secret, label = _primary(backend, call), call.parameters["VersionStage"]
    source, target = call.parameters.get("RemoveFromVersionId"), call.parameters.get("MoveToVersionId")
    for version in filter(None, (source, target)):
        if version not in secret.versions:
            raise Refused("InvalidParameterException", f"Not a valid version: {version}")
    holder = holder_of(secret, label)
    if source and source != holder:
        raise Refused("InvalidParameterException", f"Version stage {label} not found in version {source}")
    if holder and not source and holder != target:
        message = f"Staging label {label} is currently attached to version {holder}, so you must explicitly reference that"
        raise Refused("InvalidParameterException", f"The parameter RemoveFromVersionId can't be empty. {message} version.")
    if target:
        move(secret, label, target)
    elif label == CURRENT:
        raise Refused("InvalidParameterException", "You can only move staging label AWSCURRENT to a different version.")
    elif source:
        secret.versions[source]["version_stages"].remove(label)
    return _named(secret)


@mends.then("DescribeSecret")
def without_deprecated(call: Call, backend: Any, result: Result) -> Result:
    """AWS: a version without labels is deprecated, and not shown."""
    stages = result.get("VersionIdsToStages") or {}
    return {**result, "VersionIdsToStages": {version: labels for version, labels in stages.items() if labels}}


def _write(secret: Any, parameters: dict[str, Any], labels: list[str]) -> str:
    token = parameters.get("ClientRequestToken") or str(mock_random.uuid4())
    value = {kind: _text(parameters[name]) for name, kind in _VALUES.items() if name in parameters}
    if len(value) != 1:
        raise Refused("InvalidParameterException", "You must provide either SecretString or SecretBinary.")
    there = secret.versions.setdefault(token, {"version_id": token, "version_stages": [], "createdate": int(time.time())})
    have = {kind: there[kind] for kind in _VALUES.values() if kind in there}
    if have == value:
        return token
    if have:
        message = f"You can't use ClientRequestToken {token} because that value is already in use for a version of secret"
        raise Refused("ResourceExistsException", f"{message} {secret.arn}.")
    # What was there without a value is what a rotation has begun with.
    there.update(value)
    for label in labels if holder_of(secret, CURRENT) else dict.fromkeys([*labels, CURRENT]):
        move(secret, label, token)
    if len({label for version in secret.versions.values() for label in version["version_stages"]}) > _MOST_LABELS:
        raise Refused("LimitExceededException", f"A secret has {_MOST_LABELS} staging labels at most.")
    secret.last_changed_date = int(time.time())
    return token


def move(secret: Any, label: str, target: str) -> None:
    """Attach a label to a version. AWS: AWSPREVIOUS follows AWSCURRENT, and a rotation ends when it moves."""
    stages, holder = secret.versions[target]["version_stages"], holder_of(secret, label)
    if holder == target:
        return
    if holder:
        secret.versions[holder]["version_stages"].remove(label)
    stages.append(label)
    if label != CURRENT:
        return
    if PREVIOUS in stages:
        stages.remove(PREVIOUS)
    if holder:
        move(secret, PREVIOUS, holder)
    if PENDING in stages:
        secret.last_rotation_date = int(time.time())
    secret.default_version_id = target


def holder_of(secret: Any, label: str) -> str | None:
    """The version that a label is attached to."""
    return next((version for version, about in secret.versions.items() if label in about["version_stages"]), None)


def _text(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _named(secret: Any) -> dict[str, Any]:
    return {"ARN": secret.arn, "Name": secret.name}


def _primary(backend: Any, call: Call) -> Any:
    secret = find(backend, call.parameters["SecretId"])
    if hasattr(secret, "source"):
        message = "Operation not permitted on a replica secret. Call must be made in primary secret's region."
        raise Refused("InvalidParameterException", message)
    return secret
