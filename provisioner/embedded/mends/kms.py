"""Mends of KMS: rotation periods, and what cannot be done to a key that is pending deletion or disabled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ..call import Call, Refused, Result
from .mending import Mends
from .policies import refuse_malformed

mends = Mends("kms")

# AWS, "Key states of KMS keys": what fails for a key that is pending deletion...
_NOT_WHEN_PENDING = (
    "CreateAlias",
    "UpdateKeyDescription",
    "EnableKey",
    "DisableKey",
    "EnableKeyRotation",
    "DisableKeyRotation",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "CreateGrant",
    "Encrypt",
    "Decrypt",
    "GenerateDataKey",
)
# ... and what for a disabled one, with another error.
_NOT_WHEN_DISABLED = ("EnableKeyRotation", "DisableKeyRotation", "CreateGrant", "Encrypt", "Decrypt", "GenerateDataKey")


@mends.first(*_NOT_WHEN_PENDING)
def state_allows(call: Call, backend: Any) -> None:
    key = _key(backend, call.parameters.get("KeyId") or call.parameters.get("TargetKeyId"))
    if key is None:
        return
    if key.key_state == "PendingDeletion":
        raise Refused("KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state == "Disabled" and call.operation in _NOT_WHEN_DISABLED:
        raise Refused("DisabledException", f"{key.arn} is disabled.")


@mends.first("CancelKeyDeletion")
def only_when_pending(call: Call, backend: Any) -> None:
    key = _key(backend, call.parameters["KeyId"])
    if key is not None and key.key_state != "PendingDeletion":
        raise Refused("KMSInvalidStateException", f"{key.arn} is not pending deletion.")


@mends.first("ScheduleKeyDeletion")
def window(call: Call, backend: Any) -> None:
    """AWS: 7 to 30 days; the model says 1 to 365."""
    days = call.parameters.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise Refused("ValidationException", "PendingWindowInDays must be between 7 and 30 (inclusive).")


@mends.then("ScheduleKeyDeletion")
def say_the_window(call: Call, backend: Any, result: Result) -> Result:
    key = _key(backend, call.parameters["KeyId"])
    days = call.parameters.get("PendingWindowInDays", 30)
    return {**result, "KeyId": key.arn, "KeyState": key.key_state, "PendingWindowInDays": days}


@mends.then("EnableKeyRotation")
def keep_period(call: Call, backend: Any, result: Result) -> None:
    """AWS: 365 days unless given; calling again with another period changes it."""
    key = _key(backend, call.parameters["KeyId"])
    earlier = getattr(key, "rotation_period_in_days", 365)
    key.rotation_period_in_days = call.parameters.get("RotationPeriodInDays", earlier)


@mends.then("GetKeyRotationStatus")
def show_period(call: Call, backend: Any, result: Result) -> Result:
    """AWS: while a key is pending deletion, it does not rotate, and does again once that is cancelled."""
    key = _key(backend, call.parameters["KeyId"])
    rotates = result.get("KeyRotationEnabled", False) and key.key_state != "PendingDeletion"
    shown = {**result, "KeyId": key.arn, "KeyRotationEnabled": rotates}
    if rotates:
        days = getattr(key, "rotation_period_in_days", 365)
        shown.update(RotationPeriodInDays=days, NextRotationDate=datetime.now(UTC) + timedelta(days=days))
    return shown


@mends.first("CreateKey", "PutKeyPolicy")
def policy_is_one(call: Call, backend: Any) -> None:
    """AWS: a key policy must be a policy document. Moto keeps any text."""
    if "Policy" in call.parameters:
        refuse_malformed(call.parameters["Policy"], "MalformedPolicyDocumentException")


def _key(backend: Any, named: str | None) -> Any:
    """A key by id, ARN or alias; None if there is none (moto then says so)."""
    key_id = str(named).rpartition("key/")[2]
    if "alias/" in key_id:
        alias = "alias/" + key_id.partition("alias/")[2]
        return next((key for key in backend.keys.values() if alias in key.aliases), None)
    return backend.keys.get(key_id)
