"""Where objects are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ... import norm
from ...errors import Blocked, CallFailed, ForeignOwner, PlanError
from ...resource import Id, Name, Output, Resource, Value, as_tags, attr, tag_list
from .emptying import empty, held
from .parts import PARTS, buckets, places, with_parts
from .rules import by
from .writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from types_boto3_s3.literals import (
        BucketVersioningStatusType,
        EncryptionTypeType,
        ObjectLockRetentionModeType,
        ObjectOwnershipType,
        PartitionDateSourceType,
        ServerSideEncryptionType,
    )

    from ...aws.account import Aws
    from ...resource import Changes, Live
    from ..kms.key import Key
    from .parts import Part
    from .rules import CorsRule, LifecycleRule, Notification, ReplicationRule

_RETENTION = "ObjectLock.Rule.DefaultRetention"
EMPTY_ON_DELETE = "provisioner:empty-on-delete"
OURS = "provisioner/"
"""Where in a bucket the plan's own objects stand, and nothing else."""
_DEFAULT = "Encryption.ApplyServerSideEncryptionByDefault"
# S3 answers with nothing; but since 2023 every new bucket is like this.
_NEW = {
    "Encryption": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False},
    "PublicAccessBlock": {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": True,
    },
}


class Bucket(Resource):
    """A bucket. Its name is unique in the world: the plan's convention, ended by the account's id.

    Private unless the plan says otherwise: all public access is blocked, ACLs are off. A list of rules that is given is owned
    whole, an empty one removes all rules, and None leaves them to others. So it is with `policy`; where that must name what
    itself refers to the bucket (a distribution), a later `BucketPolicy` step owns it instead. A bucket that holds anything is
    not deleted, unless `empty_on_delete`: then everything in it is. That wish stands in a tag.

    AWS: S3 CreateBucket. A freed name is blocked for minutes, from another region for up to hours. S3 takes the changes of one
    bucket one after the other only, and every part whole; tags that others put are put again with ours. Versioning can not be
    undone, only suspended. Object lock goes with birth; how long it holds new objects may change, and end (mode "", 0 days).
    """

    versioning: BucketVersioningStatusType | None = attr("Versioning.Status", default=None)
    object_ownership: ObjectOwnershipType = attr("ObjectOwnership", default="BucketOwnerEnforced")
    block_public_acls: bool = attr("PublicAccessBlock.BlockPublicAcls", default=True)
    ignore_public_acls: bool = attr("PublicAccessBlock.IgnorePublicAcls", default=True)
    block_public_policy: bool = attr("PublicAccessBlock.BlockPublicPolicy", default=True)
    restrict_public_buckets: bool = attr("PublicAccessBlock.RestrictPublicBuckets", default=True)
    sse_algorithm: ServerSideEncryptionType = attr(f"{_DEFAULT}.SSEAlgorithm", default="AES256")
    kms_key: Id[Key | None] = attr(f"{_DEFAULT}.KMSMasterKeyID", default=None, norm=norm.kms_key)
    bucket_key_enabled: bool = attr("Encryption.BucketKeyEnabled", default=False)
    blocked_encryption_types: Sequence[EncryptionTypeType] | None = attr(
        "Encryption.BlockedEncryptionTypes.EncryptionType", default=None, norm=norm.unordered
    )
    policy: Value[Mapping[str, Any] | None] = attr("Policy", default=None, norm=norm.policy)
    lifecycle_rules: Sequence[LifecycleRule] | None = attr("Lifecycle.Rules", default=None, norm=by("ID"))
    cors_rules: Sequence[CorsRule] | None = attr("Cors", default=None, norm=by("AllowedOrigins"))
    logging_target_bucket: Id[Bucket | None] = attr("Logging.TargetBucket", default=None, ready=True)
    logging_target_prefix: str | None = attr("Logging.TargetPrefix", default=None)
    logging_partition_date_source: PartitionDateSourceType | None = attr(
        "Logging.TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource", default=None
    )
    event_bridge_enabled: bool | None = attr("Notification.EventBridge", default=None)
    notifications: Sequence[Notification] | None = attr("Notification.Targets", default=None, norm=by("Id"))
    replication_role: Value[str | None] = attr("Replication.Role", default=None)
    replication_rules: Sequence[ReplicationRule] | None = attr("Replication.Rules", default=None, norm=by("ID"))
    object_lock_enabled: bool = attr("ObjectLockEnabled", default=False, replace=True)
    object_lock_mode: ObjectLockRetentionModeType | Literal[""] | None = attr(f"{_RETENTION}.Mode || ''", default=None)
    object_lock_days: int | None = attr(f"{_RETENTION}.Days || `0`", default=None)
    empty_on_delete: bool = attr(
        f"Tags[?Key=='{EMPTY_ON_DELETE}'].Value | [0]", default=False, norm=lambda shown: shown in (True, "true")
    )

    id = Name("Name", longest=63, unique_in_the_world=True)
    arn = Output("Arn")
    regional_domain_name = Output("RegionalDomainName")

    data = True
    usual_seconds = 3.0
    since = "CreationDate"

    def __post_init__(self) -> None:
        if self.kms_key not in (None, "") and not self.sse_algorithm.startswith("aws:kms"):
            raise PlanError(f"{self.key}: kms_key needs sse_algorithm='aws:kms'")
        if (self.replication_role is None) != (self.replication_rules is None):
            raise PlanError(f"{self.key}: replication_role and replication_rules go together")
        if (self.object_lock_mode is None) != (self.object_lock_days is None):
            raise PlanError(f"{self.key}: object_lock_mode and object_lock_days go together")
        if (self.object_lock_mode == "") != (self.object_lock_days == 0):
            raise PlanError(f"{self.key}: objects are locked for no days (0) where object_lock_mode is empty, and only there")

    @classmethod
    def living(cls, aws: Aws) -> Iterable[Live]:
        for bucket in owned(aws, *PARTS):
            yield {**bucket, "ObjectLockEnabled": bucket["ObjectLock"] is not None}

    def create(self, aws: Aws) -> Live | None:
        name, tags = aws.named(self), _listed({**self.tags, **self._wish()})
        place: Any = {"Tags": tags}
        if aws.region == "us-east-1":
            # Here CreateBucket says yes to a bucket that the account has already, and resets its ACLs.
            self._refuse_foreign(aws, name)
        else:
            place["LocationConstraint"] = aws.region
        aws.s3.create_bucket(
            Bucket=name,
            CreateBucketConfiguration=place,
            ObjectLockEnabledForBucket=self.object_lock_enabled,
            ObjectOwnership=self.object_ownership,
        )
        known = {"ObjectOwnership": self.object_ownership, "ObjectLockEnabled": self.object_lock_enabled}
        return {"Name": name, **places(aws, name), "Tags": tags, **known, **_NEW}

    def _refuse_foreign(self, aws: Aws, name: str) -> None:
        for bucket in buckets(aws):
            if bucket["Name"] == name and aws.ownership.step_of(type(self), bucket) != self.key:
                raise ForeignOwner(
                    f"{self.key} is to be called {name}, and a bucket of that name is not the plan's: "
                    "rename the step, or remove that bucket"
                )

    def update(self, aws: Aws, live: Live, changed: Changes) -> None:
        Writing(aws, self, live).put(changed)
        if "tags" in changed or "empty_on_delete" in changed:
            self._tag(aws, live["Name"])

    def _tag(self, aws: Aws, bucket: str) -> None:
        owner = aws.account_id
        found = aws.maybe(lambda: aws.s3.get_bucket_tagging(Bucket=bucket, ExpectedBucketOwner=owner)) or {}
        others = {key: value for key, value in as_tags(found.get("TagSet")).items() if key != EMPTY_ON_DELETE}
        tags = _listed({**others, **self.tags, **self._wish()})
        aws.s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags}, ExpectedBucketOwner=owner)

    def _wish(self) -> Mapping[str, str]:
        return {EMPTY_ON_DELETE: "true"} if self.empty_on_delete else {}

    @classmethod
    def stays(cls, aws: Aws, live: Live) -> str | None:
        # What the plan itself put there, its `BucketObject` steps take away.
        others = [one for one in held(aws, live["Name"]) if not one["Key"].startswith(OURS)]
        if as_tags(live.get("Tags")).get(EMPTY_ON_DELETE) == "true" or not others:
            return None
        return (
            f"bucket {live['Name']} is not empty, and is not to be emptied: empty it, or bring it up with empty_on_delete=True"
        )

    @classmethod
    def delete(cls, aws: Aws, live: Live) -> None:
        bucket = live["Name"]
        if held(aws, bucket, most=1):
            if as_tags(live.get("Tags")).get(EMPTY_ON_DELETE) != "true":
                raise Blocked(f"bucket {bucket} is not empty: empty it, or bring it up with empty_on_delete=True first")
            empty(aws, bucket, locked=bool(live.get("ObjectLockEnabled")))
        aws.s3.delete_bucket(Bucket=bucket, ExpectedBucketOwner=aws.account_id)


def owned(aws: Aws, *parts: Part) -> list[Live]:
    """The plan's own buckets, with some of their parts. Of nobody else's is more asked than whose it is."""
    return with_parts(aws, [bucket for bucket in buckets(aws) if aws.ownership.step_of(Bucket, bucket)], parts)


def must_own(aws: Aws, step: Resource, name: str) -> None:
    """Raises `ForeignOwner` where what a step would put into a bucket would stand in somebody else's."""
    try:
        tags: Any = aws.s3.get_bucket_tagging(Bucket=name, ExpectedBucketOwner=aws.account_id)["TagSet"]
    except CallFailed as error:
        if error.code != "NoSuchTagSet":
            raise
        tags = []
    aws.ownership.must_own(step, Bucket, {"Name": name, "Tags": tags})


def _listed(tags: Mapping[str, str]) -> Any:
    return tag_list(tags)
