"""The parts of a bucket that are lists of rules: what a plan writes, and how S3 spells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from ... import norm
from ...resource import tag_list

if TYPE_CHECKING:
    from types_boto3_s3.literals import EventType, StorageClassType, TransitionStorageClassType

    from ...value import Deferred

    Text: TypeAlias = str | Deferred


class LifecycleRule(NamedTuple):
    """What becomes of the objects under a prefix as they age. `transitions` says after how many days which class holds them."""

    id: str
    prefix: str = ""
    tags: Mapping[str, str] = {}
    object_size_greater_than: int | None = None
    object_size_less_than: int | None = None
    expiration_days: int | None = None
    expired_object_delete_marker: bool | None = None
    transitions: Mapping[TransitionStorageClassType, int] = {}
    noncurrent_days: int | None = None
    newer_noncurrent_versions: int | None = None
    noncurrent_transitions: Mapping[TransitionStorageClassType, int] = {}
    abort_incomplete_multipart_days: int | None = None
    status: str = "Enabled"

    def spelt(self) -> Mapping[str, Any]:
        """The rule in S3's spelling."""
        expiration = {"Days": self.expiration_days, "ExpiredObjectDeleteMarker": self.expired_object_delete_marker}
        noncurrent = {"NoncurrentDays": self.noncurrent_days, "NewerNoncurrentVersions": self.newer_noncurrent_versions}
        return {
            "ID": self.id,
            "Status": self.status,
            "Filter": self._filter(),
            "Expiration": expiration,
            "Transitions": [{"Days": days, "StorageClass": name} for name, days in self.transitions.items()],
            "NoncurrentVersionExpiration": noncurrent,
            "NoncurrentVersionTransitions": [
                {"NoncurrentDays": days, "StorageClass": name} for name, days in self.noncurrent_transitions.items()
            ],
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": self.abort_incomplete_multipart_days},
        }

    def _filter(self) -> Mapping[str, Any]:
        tags = tag_list(self.tags)
        sizes = {"ObjectSizeGreaterThan": self.object_size_greater_than, "ObjectSizeLessThan": self.object_size_less_than}
        parts = norm.said({"Prefix": self.prefix, "Tags": tags, **sizes})
        if len(parts) > 1 or len(tags) > 1:
            return {"And": parts}
        return {"Tag": tags[0]} if tags else parts


class CorsRule(NamedTuple):
    """Which other sites' pages may call the bucket, and how."""

    allowed_origins: Sequence[str]
    allowed_methods: Sequence[str] = ("GET", "HEAD")
    allowed_headers: Sequence[str] = ()
    expose_headers: Sequence[str] = ()
    max_age_seconds: int | None = None
    id: str | None = None

    def spelt(self) -> Mapping[str, Any]:
        """The rule in S3's spelling."""
        return {
            "ID": self.id,
            "AllowedOrigins": list(self.allowed_origins),
            "AllowedMethods": list(self.allowed_methods),
            "AllowedHeaders": list(self.allowed_headers),
            "ExposeHeaders": list(self.expose_headers),
            "MaxAgeSeconds": self.max_age_seconds,
        }


class Notification(NamedTuple):
    """Whom S3 tells about events: the ARN of a function, a queue or a topic, which must let S3 call it."""

    id: str
    arn: Text
    events: Sequence[EventType]
    prefix: str = ""
    suffix: str = ""

    def spelt(self) -> Mapping[str, Any]:
        """The target in one spelling for its three kinds."""
        return {"Id": self.id, "Arn": self.arn, "Events": sorted(self.events), "Prefix": self.prefix, "Suffix": self.suffix}


class ReplicationRule(NamedTuple):
    """Where new objects under a prefix are copied to: the ARN of a bucket, which is versioned as this one is."""

    id: str
    destination_bucket: Text
    prefix: str = ""
    priority: int = 1
    storage_class: StorageClassType | None = None
    account: str | None = None
    replica_kms_key: Text | None = None
    delete_markers: bool = False
    status: str = "Enabled"

    def spelt(self) -> Mapping[str, Any]:
        """The rule in S3's spelling."""
        encrypted = self.replica_kms_key is not None
        return {
            "ID": self.id,
            "Priority": self.priority,
            "Status": self.status,
            "Filter": {"Prefix": self.prefix},
            "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled" if encrypted else None}},
            "DeleteMarkerReplication": {"Status": "Enabled" if self.delete_markers else "Disabled"},
            "Destination": {
                "Bucket": self.destination_bucket,
                "StorageClass": self.storage_class,
                "Account": self.account,
                "AccessControlTranslation": {"Owner": "Destination" if self.account else None},
                "EncryptionConfiguration": {"ReplicaKmsKeyID": self.replica_kms_key},
            },
        }


def spelt(rules: Iterable[Any]) -> list[Any]:
    """Rules in S3's spelling, without what says nothing."""
    return [norm.said(rule.spelt() if hasattr(rule, "spelt") else rule) for rule in rules]


def by(key: str) -> Callable[[Iterable[Any]], list[Any]]:
    """The norm of rules whose order means nothing, nor that of the lists in them: sorted by a part of theirs."""
    return lambda rules: sorted(map(_ordered, spelt(rules)), key=lambda rule: str(rule.get(key)))


def _ordered(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: sorted(item, key=str) if isinstance(item, list) else item for key, item in rule.items()}


_TARGETS = {
    "LambdaFunctionConfigurations": ("LambdaFunctionArn", ":lambda:"),
    "QueueConfigurations": ("QueueArn", ":sqs:"),
    "TopicConfigurations": ("TopicArn", ":sns:"),
}


def targets(configuration: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The targets of a notification configuration in one spelling."""
    found: list[Mapping[str, Any]] = []
    for kind, (arn, _) in _TARGETS.items():
        for target in configuration.get(kind, ()):
            filters = target.get("Filter", {}).get("Key", {}).get("FilterRules", ())
            # S3 answers with capitals what was put without.
            affixes = {rule["Name"].capitalize(): rule["Value"] for rule in filters}
            found.append({"Id": target.get("Id"), "Arn": target[arn], "Events": sorted(target["Events"]), **affixes})
    return found


def configuration(notifications: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The notification configuration with these targets."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for target in notifications:
        kind, (arn, _) = next(item for item in _TARGETS.items() if item[1][1] in target["Arn"])
        rules = [{"Name": name.lower(), "Value": target[name]} for name in ("Prefix", "Suffix") if target.get(name)]
        affixes = {"Key": {"FilterRules": rules}}
        put = {"Id": target.get("Id"), arn: target["Arn"], "Events": target["Events"], "Filter": affixes}
        found.setdefault(kind, []).append(norm.said(put))
    return found
