"""Mends of S3: what a new bucket is like, and documents that read back as they were written."""

from __future__ import annotations

import copy
import json
import re
import uuid
from functools import cache
from typing import Any
from urllib.parse import parse_qsl

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, PublicAccessBlock

from ..call import Call, Refused, Result
from ..unsupported import unsupported
from .mending import Mends, kept
from .policies import is_public, refuse_malformed
from .service_access import lets

mends = Mends("s3")

# AWS: since 2023 each new bucket is encrypted, closed to the public and without access control lists.
_ENCRYPTION = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}
_NAME = re.compile(r"(?!xn--|sthree-|.*(\.\.|-s3alias$|--ol-s3$))(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")

# Moto answers these with an empty 200 and keeps nothing.
_UNKNOWN = [
    f"{verb}Bucket{kind}Configuration{plural}"
    for kind in ("IntelligentTiering", "Metrics", "Analytics")
    for verb, plural in (("Put", ""), ("Get", ""), ("Delete", ""), ("List", "s"))
]


@cache
def mend() -> None:
    """Puts the override in place, once in a process."""
    owner: Any = FakeBucket
    owner._log_permissions_enabled_policy = staticmethod(_lets_logs_in)
    owner.get_permission = _permission


def _permission(bucket: Any, action: str, resource: str) -> Any:
    """Moto judges every caller by every statement of a bucket's policy, and knows no conditions: it would refuse everybody."""
    document = json.loads(bucket.policy) if bucket.policy else {}
    statements = document.get("Statement", [])
    for_all = [one for one in ([statements] if isinstance(statements, dict) else statements) if not one.get("Condition")]
    if not for_all:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps({**document, "Statement": for_all})).is_action_permitted(action, resource)


def _lets_logs_in(target_bucket: Any, target_prefix: str | None) -> bool:
    """AWS: "Permissions for log delivery". Moto knows only some spellings of a policy that allows it."""
    policy = target_bucket.policy
    files = f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}x"
    return lets(policy.decode() if policy else None, "logging.s3.amazonaws.com", "s3:PutObject", files, {})


@mends.first()
def owner_is_the_expected_one(call: Call, backend: Any) -> None:
    """AWS: with ExpectedBucketOwner, a bucket of another account is refused as if it were closed."""
    expected = call.parameters.get("ExpectedBucketOwner")
    bucket = backend.buckets.get(call.parameters.get("Bucket"))
    if expected and bucket is not None and bucket.account_id != expected:
        raise Refused("AccessDenied", "Access Denied", 403)


@mends.first("CreateBucket")
def name_is_valid(call: Call, backend: Any) -> None:
    """AWS: "Bucket naming rules"; moto knows the length only."""
    if not _NAME.fullmatch(call.parameters["Bucket"]):
        raise Refused("InvalidBucketName", "The specified bucket is not valid.")


@mends.first("CreateBucket")
def is_it_there(call: Call, backend: Any) -> None:
    if call.parameters["Bucket"] in backend.buckets:
        kept(backend.buckets[call.parameters["Bucket"]], "documents")["made"] = True


@mends.then("CreateBucket")
def as_aws_makes_it(call: Call, backend: Any, result: Result) -> None:
    bucket = backend.buckets[call.parameters["Bucket"]]
    if _documents(bucket).get("made"):
        return
    _documents(bucket)["made"] = True
    bucket.encryption = copy.deepcopy(_ENCRYPTION)
    bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
    bucket.ownership_rule = call.parameters.get("ObjectOwnership", "BucketOwnerEnforced")
    tags = call.parameters.get("CreateBucketConfiguration", {}).get("Tags", [])
    if tags:
        backend.put_bucket_tagging(bucket.name, {tag["Key"]: tag["Value"] for tag in tags})


@mends.then("PutBucketEncryption")
def keep_encryption(call: Call, backend: Any, result: Result) -> None:
    """Moto forgets BlockedEncryptionTypes."""
    document = copy.deepcopy(call.parameters["ServerSideEncryptionConfiguration"])
    for rule in document["Rules"]:
        rule.setdefault("BucketKeyEnabled", False)
    _documents(_bucket(call, backend))["encryption"] = {"ServerSideEncryptionConfiguration": document}


@mends.then("GetBucketEncryption")
def show_encryption(call: Call, backend: Any, result: Result) -> Result | None:
    return _shown(call, backend, "encryption")


@mends.then("DeleteBucketEncryption")
def never_unencrypted(call: Call, backend: Any, result: Result) -> None:
    """AWS: without a configuration of its own a bucket has the default one."""
    backend.buckets[call.parameters["Bucket"]].encryption = copy.deepcopy(_ENCRYPTION)
    _documents(_bucket(call, backend)).pop("encryption", None)


@mends.first("PutBucketPolicy")
def not_public_when_blocked(call: Call, backend: Any) -> None:
    """AWS: a public policy is refused where BlockPublicPolicy is on, and what is no policy always."""
    refuse_malformed(call.parameters["Policy"], "MalformedPolicy")
    block = _bucket(call, backend).public_access_block
    if block is not None and block.block_public_policy and is_public(call.parameters["Policy"]):
        raise Refused("AccessDenied", "public policies are blocked by the BlockPublicPolicy block public access setting.", 403)


@mends.first("PutBucketAcl", "PutObjectAcl")
def no_lists_when_enforced(call: Call, backend: Any) -> None:
    bucket = _bucket(call, backend)
    grants = any(name.startswith("Grant") for name in call.parameters) or "AccessControlPolicy" in call.parameters
    if bucket.ownership_rule == "BucketOwnerEnforced" and (grants or call.parameters.get("ACL", "private") != "private"):
        raise Refused("AccessControlListNotSupported", "The bucket does not allow ACLs")


@mends.then("PutBucketLifecycleConfiguration")
def keep_lifecycle(call: Call, backend: Any, result: Result) -> None:
    document = copy.deepcopy(call.parameters["LifecycleConfiguration"])
    for rule in document.get("Rules", []):
        rule.setdefault("ID", str(uuid.uuid4()))
    size = call.parameters.get("TransitionDefaultMinimumObjectSize", "all_storage_classes_128K")
    _documents(_bucket(call, backend))["lifecycle"] = {**document, "TransitionDefaultMinimumObjectSize": size}


@mends.then("GetBucketLifecycleConfiguration")
def show_lifecycle(call: Call, backend: Any, result: Result) -> Result | None:
    return _shown(call, backend, "lifecycle")


@mends.then("DeleteBucketLifecycle")
def drop_lifecycle(call: Call, backend: Any, result: Result) -> None:
    _documents(_bucket(call, backend)).pop("lifecycle", None)


@mends.first("PutBucketLogging")
def not_to_a_bucket_that_locks(call: Call, backend: Any) -> None:
    """AWS: "buckets with Object Lock can't be used as destination buckets for server access logs"."""
    target = backend.buckets.get(call.parameters["BucketLoggingStatus"].get("LoggingEnabled", {}).get("TargetBucket"))
    if target is not None and target.object_lock_enabled:
        raise Refused("InvalidTargetBucketForLogging", "The target bucket for logging has Object Lock enabled")


@mends.then("PutBucketLogging")
def keep_logging(call: Call, backend: Any, result: Result) -> None:
    enabled = call.parameters["BucketLoggingStatus"].get("LoggingEnabled")
    _documents(_bucket(call, backend))["logging"] = {"LoggingEnabled": enabled} if enabled else {}


@mends.then("GetBucketLogging")
def show_logging(call: Call, backend: Any, result: Result) -> Result | None:
    return _shown(call, backend, "logging")


@mends.then("PutBucketReplication")
def keep_replication(call: Call, backend: Any, result: Result) -> None:
    document = copy.deepcopy(call.parameters["ReplicationConfiguration"])
    _documents(_bucket(call, backend))["replication"] = {"ReplicationConfiguration": document}


@mends.then("GetBucketReplication")
def show_replication(call: Call, backend: Any, result: Result) -> Result | None:
    return _shown(call, backend, "replication")


@mends.then("DeleteBucketReplication")
def drop_replication(call: Call, backend: Any, result: Result) -> None:
    _documents(_bucket(call, backend)).pop("replication", None)


@mends.then("PutBucketNotificationConfiguration")
def keep_notification(call: Call, backend: Any, result: Result) -> None:
    document = copy.deepcopy(call.parameters["NotificationConfiguration"])
    for name in ("TopicConfigurations", "QueueConfigurations", "LambdaFunctionConfigurations"):
        for entry in document.get(name, []):
            entry.setdefault("Id", str(uuid.uuid4()))
    _documents(_bucket(call, backend))["notification"] = document


@mends.then("GetBucketNotificationConfiguration")
def show_notification(call: Call, backend: Any, result: Result) -> Result | None:
    return _shown(call, backend, "notification")


@mends.then("ListBuckets")
def with_regions(call: Call, backend: Any, result: Result) -> Result:
    """AWS: with any of these parameters the answer has each bucket's region; moto's pages lose their token."""
    prefix, region = call.parameters.get("Prefix", ""), call.parameters.get("BucketRegion")
    after, most = call.parameters.get("ContinuationToken", ""), call.parameters.get("MaxBuckets", 10_000)
    names = sorted(
        name
        for name, bucket in backend.buckets.items()
        if name.startswith(prefix) and name > after and (not region or bucket.region_name == region)
    )
    page = [_as_listed(backend.buckets[name]) for name in names[:most]]
    more = {"ContinuationToken": names[most - 1]} if len(names) > most else {}
    return {"Buckets": page, "Owner": result.get("Owner"), "Prefix": prefix or None, **more}


@mends.then("PutObject")
def keep_checksum(call: Call, backend: Any, result: Result) -> None:
    """AWS keeps the checksum that it was given; moto only where the algorithm is named beside it."""
    for name in ("SHA256", "SHA1", "CRC32", "CRC32C", "CRC64NVME"):
        if given := call.parameters.get(f"Checksum{name}"):
            key = backend.get_object(call.parameters["Bucket"], call.parameters["Key"])
            key.checksum_algorithm, key.checksum_value = name, given


@mends.first("PutObject", "PutObjectTagging")
def ten_tags_an_object(call: Call, backend: Any) -> None:
    tags = call.parameters.get("Tagging", "")
    many = len(tags["TagSet"]) if isinstance(tags, dict) else len(parse_qsl(tags, keep_blank_values=True))
    if many > 10:
        raise Refused("BadRequest", "Object tags cannot be greater than 10")


@mends.first(*_UNKNOWN)
def not_silently_dropped(call: Call, backend: Any) -> None:
    raise unsupported(call)


@mends.first("PutBucketRequestPayment")
def only_the_owner_pays(call: Call, backend: Any) -> Result:
    if call.parameters["RequestPaymentConfiguration"].get("Payer") != "BucketOwner":
        raise unsupported(call, " with Payer=Requester")
    _bucket(call, backend)
    return {}


def _as_listed(bucket: Any) -> dict[str, Any]:
    arn = f"arn:aws:s3:::{bucket.name}"
    return {"Name": bucket.name, "CreationDate": bucket.creation_date, "BucketRegion": bucket.region_name, "BucketArn": arn}


def _bucket(call: Call, backend: Any) -> Any:
    return backend.get_bucket(call.parameters["Bucket"])


def _documents(bucket: Any) -> dict[str, Any]:
    return kept(bucket, "documents")


def _shown(call: Call, backend: Any, name: str) -> Result | None:
    found: Result | None = _documents(_bucket(call, backend)).get(name)
    return found
