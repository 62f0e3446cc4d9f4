"""Mends of Firehose: streams that deliver to a bucket are kept whole, and take their time."""

from __future__ import annotations

import copy
from typing import Any

from moto.backends import get_backend
from moto.core.utils import utcnow

from ..call import Call, Refused, Result
from ..clock import Delay
from .mending import Mends, kept
from .service_access import can_assume
from .under_way import begin

mends = Mends("firehose")

_DESTINATION: dict[str, Any] = {
    "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
    "CompressionFormat": "UNCOMPRESSED",
    "EncryptionConfiguration": {"NoEncryptionConfig": "NoEncryption"},
    "CloudWatchLoggingOptions": {"Enabled": False},
    "S3BackupMode": "Disabled",
}
_FINALLY = {"ENABLING": "ENABLED", "DISABLING": "DISABLED"}


@mends.first("CreateDeliveryStream", "UpdateDestination")
def role_and_key_will_do(call: Call, backend: Any) -> None:
    config = (
        call.parameters.get("ExtendedS3DestinationConfiguration") or call.parameters.get("ExtendedS3DestinationUpdate") or {}
    )
    backup = config.get("S3BackupConfiguration") or config.get("S3BackupUpdate") or {}
    for role in (config.get("RoleARN"), backup.get("RoleARN")):
        if role and not can_assume(call, role, "firehose.amazonaws.com"):
            message = f"Firehose is unable to assume role {role}. Please check the role provided."
            raise Refused("InvalidArgumentException", message)
    if config.get("S3BackupMode") == "Enabled" and not backup and call.operation == "CreateDeliveryStream":
        raise Refused("InvalidArgumentException", "S3BackupConfiguration is required when S3BackupMode is Enabled")
    _key_is_there(call)


@mends.first("StartDeliveryStreamEncryption")
def start(call: Call, backend: Any) -> Result | None:
    _key_is_there(call)
    return _encrypt(call, backend, {**call.parameters["DeliveryStreamEncryptionConfigurationInput"], "Status": "ENABLING"})


@mends.first("StopDeliveryStreamEncryption")
def stop(call: Call, backend: Any) -> Result | None:
    return _encrypt(call, backend, {"Status": "DISABLING"})


def _encrypt(call: Call, backend: Any, configuration: dict[str, str]) -> Result | None:
    stream = _streams(backend).get(call.parameters["DeliveryStreamName"])
    if stream is None:
        return None
    _is_active(stream)
    stream["DeliveryStreamEncryptionConfiguration"] = configuration
    _change(call, backend, stream)
    return {}


@mends.then("CreateDeliveryStream")
def keep(call: Call, backend: Any, result: Result) -> None:
    """Moto forgets hints for direct records and the state of encryption, and shows no defaults."""
    name, config = call.parameters["DeliveryStreamName"], call.parameters.get("ExtendedS3DestinationConfiguration")
    if not config:
        return
    hint = call.parameters.get("DirectPutSourceConfiguration")
    encryption = call.parameters.get("DeliveryStreamEncryptionConfigurationInput")
    shown = {**copy.deepcopy(_DESTINATION), **config}
    if "S3BackupConfiguration" in shown:
        shown["S3BackupDescription"] = {**_backed_up(), **shown.pop("S3BackupConfiguration")}
    stream = _streams(backend)[name] = {
        "DeliveryStreamName": name,
        "DeliveryStreamARN": result["DeliveryStreamARN"],
        "DeliveryStreamStatus": "CREATING",
        "DeliveryStreamType": call.parameters.get("DeliveryStreamType", "DirectPut"),
        "DeliveryStreamEncryptionConfiguration": {**encryption, "Status": "ENABLED"} if encryption else {"Status": "DISABLED"},
        "VersionId": "1",
        "CreateTimestamp": utcnow(),
        "Destinations": [{"DestinationId": "destinationId-000000000001", "ExtendedS3DestinationDescription": shown}],
        "HasMoreDestinations": False,
        **({"Source": {"DirectPutSourceDescription": hint}} if hint else {}),
    }
    _change(call, backend, stream)


def _change(call: Call, backend: Any, stream: dict[str, Any]) -> None:
    """AWS: a minute from create to `ACTIVE`, as long for encryption, and for a deletion."""
    name = stream["DeliveryStreamName"]

    def end() -> None:
        encryption = stream["DeliveryStreamEncryptionConfiguration"]
        encryption["Status"] = _FINALLY.get(encryption["Status"], encryption["Status"])
        if stream["DeliveryStreamStatus"] == "DELETING":
            backend.delete_delivery_stream(name)
            del _streams(backend)[name]
        stream["DeliveryStreamStatus"] = "ACTIVE"

    def is_about_it(look: Call) -> bool:
        return bool(look.parameters["DeliveryStreamName"] == name)

    begin(
        call,
        stream["DeliveryStreamARN"],
        Delay(60),
        end,
        seen_by=("firehose:DescribeDeliveryStream",),
        if_asked=is_about_it,
    )


@mends.first("DescribeDeliveryStream")
def show(call: Call, backend: Any) -> Result | None:
    stream = _streams(backend).get(call.parameters["DeliveryStreamName"])
    return None if stream is None else {"DeliveryStreamDescription": copy.deepcopy(stream)}


@mends.first("UpdateDestination")
def update(call: Call, backend: Any) -> Result | None:
    """AWS: what is not said stays; backup is not disabled again, and partitioning goes with birth."""
    stream, changes = (
        _streams(backend).get(call.parameters["DeliveryStreamName"]),
        call.parameters.get("ExtendedS3DestinationUpdate"),
    )
    if stream is None or not changes:
        return None
    _is_active(stream)
    if stream["VersionId"] != call.parameters["CurrentDeliveryStreamVersionId"]:
        raise Refused("ConcurrentModificationException", "The current version id and the specified one do not match")
    shown, changes = stream["Destinations"][0]["ExtendedS3DestinationDescription"], copy.deepcopy(changes)
    if shown["S3BackupMode"] == "Enabled" and changes.get("S3BackupMode") == "Disabled":
        raise Refused("InvalidArgumentException", "S3 backup can not be disabled once it is enabled")
    if changes.get("DynamicPartitioningConfiguration", {}).get("Enabled", _parts(shown)) != _parts(shown):
        raise Refused("InvalidArgumentException", "Dynamic partitioning can only be configured when a stream is created")
    if "S3BackupUpdate" in changes:
        earlier = shown.get("S3BackupDescription", _backed_up())
        changes["S3BackupDescription"] = {**earlier, **changes.pop("S3BackupUpdate")}
    shown.update(changes)
    stream["VersionId"] = str(int(stream["VersionId"]) + 1)
    stream["LastUpdateTimestamp"] = utcnow()
    # Moto delivers by documents of its own.
    for document in ("S3", "ExtendedS3"):
        backend.delivery_streams[stream["DeliveryStreamName"]].destinations[0][document].update(shown)
    return {}


@mends.first("DeleteDeliveryStream")
def delete(call: Call, backend: Any) -> Result | None:
    stream = _streams(backend).get(call.parameters["DeliveryStreamName"])
    if stream is None:
        return None
    if stream["DeliveryStreamStatus"] != "DELETING":
        _is_active(stream)
        stream["DeliveryStreamStatus"] = "DELETING"
        _change(call, backend, stream)
    return {}


def _streams(backend: Any) -> dict[str, Any]:
    return kept(backend, "streams")


def _is_active(stream: dict[str, Any]) -> None:
    if stream["DeliveryStreamStatus"] != "ACTIVE":
        message = f"Firehose {stream['DeliveryStreamName']} is not in state ACTIVE: {stream['DeliveryStreamStatus']}"
        raise Refused("ResourceInUseException", message)


def _backed_up() -> dict[str, Any]:
    return {name: copy.deepcopy(value) for name, value in _DESTINATION.items() if name != "S3BackupMode"}


def _parts(shown: dict[str, Any]) -> bool:
    return bool(shown.get("DynamicPartitioningConfiguration", {}).get("Enabled", False))


def _key_is_there(call: Call) -> None:
    arn = call.parameters.get("DeliveryStreamEncryptionConfigurationInput", {}).get("KeyARN")
    keys = get_backend("kms")[call.account][call.region].keys
    if arn and (arn.rpartition("/")[2] not in keys or keys[arn.rpartition("/")[2]].key_state != "Enabled"):
        raise Refused("InvalidKMSResourceException", f"The key {arn} does not exist, or is not enabled.")
