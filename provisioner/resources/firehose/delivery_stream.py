"""A stream that gathers records and delivers them to a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from ...errors import PlanError
from ...resource import LEAVING, PENDING, READY, Id, Name, Output, Resource, State, Value, attr, broken, tag_list
from .destination import DESTINATION, FIELDS, bucket_name, by_name, destination

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_firehose.literals import CompressionFormatType, S3BackupModeType

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key
    from ..logs.log_group import LogGroup
    from ..s3.bucket import Bucket

_PARTITIONING = f"{DESTINATION}.DynamicPartitioningConfiguration"
_ENCRYPTION = "DeliveryStreamEncryptionConfiguration"
# AWS WAF takes streams of such names only.
_FOR_WAF = "aws-waf-logs-"


class DeliveryStream(Resource):
    """A stream that takes records directly, gathers them, and delivers them to a bucket by the role of `role_arn`.

    `delivery_stream_name` is for names that a service demands (`aws-waf-logs-…`); else the plan's convention names it. What
    waits in the stream is encrypted with AWS's own key, or with `server_side_encryption_key`; what is delivered, as the bucket
    is, or with `kms_key`. Errors of delivery go to `log_group`, to the stream `log_stream_name`. An empty group or `kms_key` is
    a wish for none. Configurations that are mappings are in Firehose's spelling; what they do not say is left as it is.

    AWS: Firehose CreateDeliveryStream: `ACTIVE` after a minute, deleted in minutes. A role that was just made is refused for a
    while. Backup can be enabled and not disabled; dynamic partitioning goes with birth.
    """

    delivery_stream_name: str | None = attr("DeliveryStreamName", default=None, replace=True)
    throughput_hint_in_mbs: int | None = attr(
        "Source.DirectPutSourceDescription.ThroughputHintInMBs", default=None, replace=True
    )
    role_arn: Value[str] = attr(f"{DESTINATION}.RoleARN", ready=True)
    bucket: Id[Bucket] = attr(f"{DESTINATION}.BucketARN", norm=bucket_name)
    prefix: str | None = attr(f"{DESTINATION}.Prefix", default=None)
    error_output_prefix: str | None = attr(f"{DESTINATION}.ErrorOutputPrefix", default=None)
    buffering_size_in_mbs: int = attr(f"{DESTINATION}.BufferingHints.SizeInMBs", default=5)
    buffering_interval_in_seconds: int = attr(f"{DESTINATION}.BufferingHints.IntervalInSeconds", default=300)
    compression_format: CompressionFormatType = attr(f"{DESTINATION}.CompressionFormat", default="UNCOMPRESSED")
    kms_key: Id[Key | None] = attr(
        f"{DESTINATION}.EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN", default=None, norm=norm.kms_key
    )
    log_group: Id[LogGroup | None] = attr(
        f"{DESTINATION}.CloudWatchLoggingOptions | Enabled && LogGroupName || ''", default=None, ready=True
    )
    log_stream_name: str | None = attr(f"{DESTINATION}.CloudWatchLoggingOptions | Enabled && LogStreamName || ''", default=None)
    processing_configuration: Value[Mapping[str, Any] | None] = attr(
        f"{DESTINATION}.ProcessingConfiguration", default=None, norm=by_name, same=norm.within
    )
    s3_backup_mode: S3BackupModeType = attr(f"{DESTINATION}.S3BackupMode", default="Disabled")
    s3_backup_configuration: Value[Mapping[str, Any] | None] = attr(
        f"{DESTINATION}.S3BackupDescription", default=None, same=norm.within
    )
    data_format_conversion_configuration: Value[Mapping[str, Any] | None] = attr(
        f"{DESTINATION}.DataFormatConversionConfiguration", default=None, same=norm.within
    )
    dynamic_partitioning_enabled: bool = attr(
        f"{DESTINATION} && ({_PARTITIONING}.Enabled || `false`)", default=False, replace=True
    )
    dynamic_partitioning_retry_seconds: int | None = attr(f"{_PARTITIONING}.RetryOptions.DurationInSeconds", default=None)
    file_extension: str | None = attr(f"{DESTINATION}.FileExtension", default=None)
    custom_time_zone: str | None = attr(f"{DESTINATION}.CustomTimeZone", default=None)
    server_side_encryption: bool = attr(
        f"{_ENCRYPTION}.Status", default=True, norm=lambda status: status in (True, "ENABLED", "ENABLING")
    )
    server_side_encryption_key: Id[Key | None] = attr(f"{_ENCRYPTION}.KeyARN", default=None, norm=norm.kms_key)

    id = Name("DeliveryStreamName", longest=64, given="delivery_stream_name")
    arn = Output("DeliveryStreamARN")

    usual_seconds = 60.0
    patience_seconds = 1800.0
    since = "CreateTimestamp"

    def __post_init__(self) -> None:
        if self.s3_backup_mode == "Enabled" and self.s3_backup_configuration is None:
            raise PlanError(f"{self.key}: s3_backup_mode='Enabled' needs s3_backup_configuration")
        if self.dynamic_partitioning_retry_seconds is not None and not self.dynamic_partitioning_enabled:
            raise PlanError(f"{self.key}: dynamic_partitioning_retry_seconds needs dynamic_partitioning_enabled=True")
        if self.log_stream_name and self.log_group in (None, ""):
            raise PlanError(f"{self.key}: log_stream_name needs log_group")
        if self.server_side_encryption_key not in (None, "") and not self.server_side_encryption:
            raise PlanError(f"{self.key}: server_side_encryption_key needs server_side_encryption=True")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        # Tags are shown stream by stream: asked for where the name is by the plan's convention, or WAF's, or where AWS's index
        # of tags says that a stream is ours.
        tagged, names = aws.together(lambda read: read(aws), (_tagged, _list))
        beginnings = (aws.ownership.prefix, _FOR_WAF)
        perhaps = [name for name in names if name.startswith(beginnings) or name in tagged]
        found = aws.together(lambda name: aws.maybe(lambda: _read(aws, name)), perhaps)
        return [stream for stream in found if stream]

    def create(self, aws: Aws) -> Live | None:
        name, tags = aws.named(self), _listed(self.tags)
        hint = {"ThroughputHintInMBs": self.throughput_hint_in_mbs}
        sent = {
            "ExtendedS3DestinationConfiguration": destination(aws, self, FIELDS),
            "DirectPutSourceConfiguration": hint if self.throughput_hint_in_mbs else None,
            "DeliveryStreamEncryptionConfigurationInput": self._encryption() if self.server_side_encryption else None,
        }
        given: Any = {key: value for key, value in sent.items() if value}
        made = aws.firehose.create_delivery_stream(DeliveryStreamName=name, DeliveryStreamType="DirectPut", Tags=tags, **given)
        arn = made["DeliveryStreamARN"]
        return {"DeliveryStreamName": name, "DeliveryStreamARN": arn, "DeliveryStreamStatus": "CREATING", "Tags": tags}

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        name = live["DeliveryStreamName"]
        if fields := changed.keys() & FIELDS:
            update: Any = destination(aws, self, fields)
            if "S3BackupConfiguration" in update:
                update["S3BackupUpdate"] = update.pop("S3BackupConfiguration")
            aws.firehose.update_destination(
                DeliveryStreamName=name,
                CurrentDeliveryStreamVersionId=live["VersionId"],
                DestinationId=live["Destinations"][0]["DestinationId"],
                ExtendedS3DestinationUpdate=update,
            )
        if "server_side_encryption" in changed or "server_side_encryption_key" in changed:
            self._encrypt(aws, name)
        if "tags" in changed:
            aws.firehose.tag_delivery_stream(DeliveryStreamName=name, Tags=_listed(changed["tags"].after))

    def _encrypt(self, aws: Aws, name: str) -> None:
        if self.server_side_encryption:
            aws.firehose.start_delivery_stream_encryption(
                DeliveryStreamName=name, DeliveryStreamEncryptionConfigurationInput=self._encryption()
            )
        else:
            aws.firehose.stop_delivery_stream_encryption(DeliveryStreamName=name)

    def _encryption(self) -> Any:
        if key := self.server_side_encryption_key:
            return {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": key}
        return {"KeyType": "AWS_OWNED_CMK"}

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        if live["DeliveryStreamStatus"] == "DELETING":
            return
        # It can fail only because its key is gone, or in a state in which Firehose can not let it go.
        force = live["DeliveryStreamStatus"] == "DELETING_FAILED"
        aws.firehose.delete_delivery_stream(DeliveryStreamName=live["DeliveryStreamName"], AllowForceDelete=force)

    @staticmethod
    def state(live: Live) -> State:
        status, encryption = live["DeliveryStreamStatus"], live.get(_ENCRYPTION, {})
        if status.endswith("_FAILED"):
            return broken(_why(status, live))
        if status != "ACTIVE":
            return LEAVING if status == "DELETING" else PENDING
        failed = encryption.get("Status", "").endswith("_FAILED")
        if failed:
            return State(READY.name, _why(encryption["Status"], encryption))
        return PENDING if encryption.get("Status") in ("ENABLING", "DISABLING") else READY


def _why(status: str, document: Live) -> str:
    failure = document.get("FailureDescription", {})
    return f"{status}: {failure.get('Details', failure.get('Type', 'AWS does not say why'))}"


def _tagged(aws: Aws) -> Any:
    return {arn.rpartition("/")[2] for arn in aws.tagged("firehose:deliverystream")}


def _list(aws: Aws) -> Any:
    names: list[str] = []
    while True:
        after: Any = {"ExclusiveStartDeliveryStreamName": names[-1]} if names else {}
        page = aws.firehose.list_delivery_streams(Limit=100, DeliveryStreamType="DirectPut", **after)
        names += page["DeliveryStreamNames"]
        if not page["HasMoreDeliveryStreams"] or not page["DeliveryStreamNames"]:
            return names


def _read(aws: Aws, name: str) -> Live:
    tags = aws.firehose.list_tags_for_delivery_stream(DeliveryStreamName=name, Limit=50)["Tags"]
    if aws.ownership.step_of(DeliveryStream, {"Tags": tags}) is None:
        return {}
    return {**aws.firehose.describe_delivery_stream(DeliveryStreamName=name)["DeliveryStreamDescription"], "Tags": tags}


def _listed(tags: Mapping[str, str]) -> Any:
    return tag_list(tags)
