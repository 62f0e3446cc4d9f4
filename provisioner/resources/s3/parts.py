"""Reading buckets: S3 lists their names, and shows everything else part by part."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

import jmespath

from ... import norm
from .rules import targets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ...aws.account import Aws
    from ...resource import Live


class Part(NamedTuple):
    """A part of a bucket: its name in our document, the call that reads it, and where the answer shows it."""

    name: str
    call: str
    path: str


TAGS = Part("Tags", "get_bucket_tagging", "TagSet")
POLICY = Part("Policy", "get_bucket_policy", "Policy")
PARTS = (
    POLICY,
    Part("Versioning", "get_bucket_versioning", "@"),
    Part("Encryption", "get_bucket_encryption", "ServerSideEncryptionConfiguration.Rules[0]"),
    Part("PublicAccessBlock", "get_public_access_block", "PublicAccessBlockConfiguration"),
    Part("ObjectOwnership", "get_bucket_ownership_controls", "OwnershipControls.Rules[0].ObjectOwnership"),
    Part("Lifecycle", "get_bucket_lifecycle_configuration", "@"),
    Part("Cors", "get_bucket_cors", "CORSRules"),
    Part("Logging", "get_bucket_logging", "LoggingEnabled"),
    Part("Notification", "get_bucket_notification_configuration", "@"),
    Part("Replication", "get_bucket_replication", "ReplicationConfiguration"),
    Part("ObjectLock", "get_object_lock_configuration", "ObjectLockConfiguration"),
)


def buckets(aws: Aws) -> list[Live]:
    """The buckets of the region that the plan's convention names, with their tags: one of them may be somebody else's.

    Their names are the plan's in this environment and account, so no other bucket is asked for anything.
    """
    # What is cut off a name that would be too long comes after these characters.
    begin, end = aws.ownership.prefix[:20], f"-{aws.ownership.environment}-{aws.account_id}"
    pages = aws.s3.get_paginator("list_buckets").paginate(Prefix=begin, BucketRegion=aws.region)
    listed = [bucket for page in pages for bucket in page.get("Buckets", ()) if bucket["Name"].endswith(end)]
    return with_parts(aws, [{**bucket, **places(aws, bucket["Name"])} for bucket in listed], [TAGS])


def with_parts(aws: Aws, listed: Sequence[Live], parts: Sequence[Part]) -> list[Live]:
    """The buckets with more of their parts, which S3 shows by a call each."""
    read = iter(aws.together(lambda pair: _read(aws, pair[0]["Name"], pair[1]), product(listed, parts)))
    return [{**bucket, **{part.name: next(read) for part in parts}} for bucket in listed]


def places(aws: Aws, name: str) -> Mapping[str, str]:
    """Where a bucket is found; S3 shows this nowhere."""
    suffix = "amazonaws.com.cn" if aws.partition == "aws-cn" else "amazonaws.com"
    return {"Arn": f"arn:{aws.partition}:s3:::{name}", "RegionalDomainName": f"{name}.s3.{aws.region}.{suffix}"}


def _read(aws: Aws, bucket: str, part: Part) -> Any:
    answer = aws.maybe(lambda: getattr(aws.s3, part.call)(Bucket=bucket, ExpectedBucketOwner=aws.account_id)) or {}
    shown = jmespath.search(part.path, {key: value for key, value in answer.items() if key != "ResponseMetadata"})
    if part is POLICY and shown:
        return norm.document(shown)
    if part.name == "Notification":
        return {"EventBridge": "EventBridgeConfiguration" in shown, "Targets": targets(shown)}
    return shown
