"""Writing the parts of a bucket, in the order in which S3 takes them, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ... import norm
from .rules import configuration, spelt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from .bucket import Bucket


class Writing:
    """What is wanted of a living bucket, and the calls that put it.

    Every call replaces a whole part, so what the plan does not manage in it is put again as it was.
    """

    def __init__(self, aws: Aws, wanted: Bucket, live: Live) -> None:
        self._s3, self._wanted, self._live = aws.s3, wanted, live
        self._where: dict[str, Any] = {"Bucket": live["Name"], "ExpectedBucketOwner": aws.account_id}

    def put(self, changed: Changes) -> None:
        """Put the parts that hold a changed field."""
        for fields, write in self._in_order():
            if fields & changed.keys():
                write()

    def _in_order(self) -> tuple[tuple[set[str], Callable[[], Any]], ...]:
        blocks = {"block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"}
        encryption = {"sse_algorithm", "kms_key", "bucket_key_enabled", "blocked_encryption_types"}
        return (
            ({"object_ownership"}, self._ownership),
            (blocks, self._public_access),
            (encryption, self._encryption),
            ({"versioning"}, self._versioning),
            ({"object_lock_mode", "object_lock_days"}, self._object_lock),
            ({"policy"}, self._policy),
            ({"logging_target_bucket", "logging_target_prefix", "logging_partition_date_source"}, self._logging),
            ({"lifecycle_rules"}, self._lifecycle),
            ({"cors_rules"}, self._cors),
            ({"event_bridge_enabled", "notifications"}, self._notification),
            ({"replication_role", "replication_rules"}, self._replication),
        )

    def _ownership(self) -> None:
        rules: Any = [{"ObjectOwnership": self._wanted.object_ownership}]
        self._s3.put_bucket_ownership_controls(**self._where, OwnershipControls={"Rules": rules})

    def _public_access(self) -> None:
        blocks: Any = {
            "BlockPublicAcls": self._wanted.block_public_acls,
            "IgnorePublicAcls": self._wanted.ignore_public_acls,
            "BlockPublicPolicy": self._wanted.block_public_policy,
            "RestrictPublicBuckets": self._wanted.restrict_public_buckets,
        }
        self._s3.put_public_access_block(**self._where, PublicAccessBlockConfiguration=blocks)

    def _encryption(self) -> None:
        wanted, shown = self._wanted, self._shown("Encryption")
        default: dict[str, Any] = {"SSEAlgorithm": wanted.sse_algorithm}
        key = wanted.kms_key or shown.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if key and wanted.sse_algorithm.startswith("aws:kms"):
            default["KMSMasterKeyID"] = key
        rule: Any = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": wanted.bucket_key_enabled}
        blocked = _either(wanted.blocked_encryption_types, shown.get("BlockedEncryptionTypes", {}).get("EncryptionType"))
        if blocked is not None:
            rule["BlockedEncryptionTypes"] = {"EncryptionType": list(blocked)}
        self._s3.put_bucket_encryption(**self._where, ServerSideEncryptionConfiguration={"Rules": [rule]})

    def _versioning(self) -> None:
        assert self._wanted.versioning
        self._s3.put_bucket_versioning(**self._where, VersioningConfiguration={"Status": self._wanted.versioning})

    def _object_lock(self) -> None:
        lock: Any = {"ObjectLockEnabled": "Enabled"}
        if self._wanted.object_lock_mode:
            retention = {"Mode": self._wanted.object_lock_mode, "Days": self._wanted.object_lock_days}
            lock["Rule"] = {"DefaultRetention": retention}
        self._s3.put_object_lock_configuration(**self._where, ObjectLockConfiguration=lock)

    def _policy(self) -> None:
        if self._wanted.policy:
            self._s3.put_bucket_policy(**self._where, Policy=norm.compact(self._wanted.policy))
        else:
            self._s3.delete_bucket_policy(**self._where)

    def _logging(self) -> None:
        wanted, shown = self._wanted, self._shown("Logging")
        target = _either(wanted.logging_target_bucket, shown.get("TargetBucket"))
        if not target:
            self._s3.put_bucket_logging(**self._where, BucketLoggingStatus={})
            return
        prefix = _either(wanted.logging_target_prefix, shown.get("TargetPrefix", ""))
        logging: Any = {**shown, "TargetBucket": target, "TargetPrefix": prefix}
        if wanted.logging_partition_date_source is not None:
            partition = {"PartitionDateSource": wanted.logging_partition_date_source}
            simple: Any = {"SimplePrefix": {}}
            logging["TargetObjectKeyFormat"] = (
                {"PartitionedPrefix": partition} if wanted.logging_partition_date_source else simple
            )
        self._s3.put_bucket_logging(**self._where, BucketLoggingStatus={"LoggingEnabled": logging})

    def _lifecycle(self) -> None:
        rules: Any = [{"Filter": {"Prefix": ""}, **rule} for rule in spelt(self._wanted.lifecycle_rules or ())]
        if not rules:
            self._s3.delete_bucket_lifecycle(**self._where)
            return
        shown = self._shown("Lifecycle").get("TransitionDefaultMinimumObjectSize")
        smallest: Any = {"TransitionDefaultMinimumObjectSize": shown} if shown else {}
        self._s3.put_bucket_lifecycle_configuration(**self._where, LifecycleConfiguration={"Rules": rules}, **smallest)

    def _cors(self) -> None:
        if self._wanted.cors_rules:
            rules: Any = {"CORSRules": spelt(self._wanted.cors_rules)}
            self._s3.put_bucket_cors(**self._where, CORSConfiguration=rules)
        else:
            self._s3.delete_bucket_cors(**self._where)

    def _notification(self) -> None:
        shown = self._shown("Notification")
        put: Any = configuration(spelt(_either(self._wanted.notifications, shown.get("Targets", ()))))
        if _either(self._wanted.event_bridge_enabled, shown.get("EventBridge")):
            put["EventBridgeConfiguration"] = {}
        self._s3.put_bucket_notification_configuration(**self._where, NotificationConfiguration=put)

    def _replication(self) -> None:
        if self._wanted.replication_rules:
            rules = [{"Filter": {"Prefix": ""}, **rule} for rule in spelt(self._wanted.replication_rules)]
            put: Any = {"Role": self._wanted.replication_role, "Rules": rules}
            self._s3.put_bucket_replication(**self._where, ReplicationConfiguration=put)
        else:
            self._s3.delete_bucket_replication(**self._where)

    def _shown(self, part: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._live.get(part) or {}
        return found


def _either(wanted: Any, shown: Any) -> Any:
    return shown if wanted is None else wanted
