"""A stream's bucket as a destination: how a step's fields are spelt there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Set

    from ...aws.account import Aws
    from .delivery_stream import DeliveryStream

DESTINATION = "Destinations[0].ExtendedS3DestinationDescription"
# As AWS's console names it.
_STREAM = "DestinationDelivery"

_PLAIN = {
    "role_arn": "RoleARN",
    "prefix": "Prefix",
    "error_output_prefix": "ErrorOutputPrefix",
    "compression_format": "CompressionFormat",
    "processing_configuration": "ProcessingConfiguration",
    "s3_backup_mode": "S3BackupMode",
    "s3_backup_configuration": "S3BackupConfiguration",
    "data_format_conversion_configuration": "DataFormatConversionConfiguration",
    "file_extension": "FileExtension",
    "custom_time_zone": "CustomTimeZone",
}
# What Firehose takes only together.
_TOGETHER = (
    {"buffering_size_in_mbs", "buffering_interval_in_seconds"},
    {"log_group", "log_stream_name"},
    {"dynamic_partitioning_enabled", "dynamic_partitioning_retry_seconds"},
)
FIELDS = frozenset({*_PLAIN, "bucket", "kms_key"}.union(*_TOGETHER))
"""The fields that are the destination's."""


def destination(aws: Aws, step: DeliveryStream, fields: Set[str]) -> dict[str, Any]:
    """These fields of a step in Firehose's spelling, without what the plan does not manage; Firehose merges an update."""
    spelt = {name: getattr(step, field) for field, name in _PLAIN.items() if field in fields}
    if "bucket" in fields:
        spelt["BucketARN"] = f"arn:{aws.partition}:s3:::{bucket_name(step.bucket)}"
    if "kms_key" in fields and step.kms_key is not None:
        encrypted = {"KMSEncryptionConfig": {"AWSKMSKeyARN": step.kms_key}}
        spelt["EncryptionConfiguration"] = encrypted if step.kms_key else {"NoEncryptionConfig": "NoEncryption"}
    buffering, logging, partitioning = (bool(fields & together) for together in _TOGETHER)
    if buffering:
        hints = {"SizeInMBs": step.buffering_size_in_mbs, "IntervalInSeconds": step.buffering_interval_in_seconds}
        spelt["BufferingHints"] = hints
    if logging and step.log_group is not None:
        spelt["CloudWatchLoggingOptions"] = _logging(step)
    if partitioning and step.dynamic_partitioning_enabled:
        spelt["DynamicPartitioningConfiguration"] = _partitioning(step)
    return {name: value for name, value in spelt.items() if value is not None}


def _logging(step: DeliveryStream) -> dict[str, Any]:
    if not step.log_group:
        return {"Enabled": False}
    return {"Enabled": True, "LogGroupName": step.log_group, "LogStreamName": step.log_stream_name or _STREAM}


def _partitioning(step: DeliveryStream) -> dict[str, Any]:
    seconds = step.dynamic_partitioning_retry_seconds
    retry = {} if seconds is None else {"RetryOptions": {"DurationInSeconds": seconds}}
    return {"Enabled": True, **retry}


def bucket_name(named: str) -> str:
    """A bucket by its name: Firehose shows its ARN."""
    return named.rpartition(":::")[2]


def by_name(processing: Mapping[str, Any]) -> dict[str, Any]:
    """A processing configuration with each processor's parameters by name: Firehose adds some, in an order of its own."""
    processors = [
        {**processor, "Parameters": {one["ParameterName"]: one["ParameterValue"] for one in processor.get("Parameters", ())}}
        for processor in processing.get("Processors", ())
    ]
    return {"Enabled": bool(processors), **processing, "Processors": processors}
