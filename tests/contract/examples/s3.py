"""Amazon S3."""

from __future__ import annotations

from typing import Any

from provisioner.resources.kms.key import Key
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.bucket_object import BucketObject
from provisioner.resources.s3.bucket_policy import BucketPolicy
from provisioner.resources.s3.rules import CorsRule, LifecycleRule, Notification
from provisioner.value import text

from . import Example

NAME = "shop-{}-test-123456789012"


def takes_logs(name: str) -> Bucket:
    principal, arn = {"Service": "logging.s3.amazonaws.com"}, f"arn:aws:s3:::{NAME.format(name)}/*"
    statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:PutObject", "Resource": arn}
    return Bucket(name, policy={"Version": "2012-10-17", "Statement": [statement]}, empty_on_delete=True)


def only_tls(bucket: Any) -> dict[str, Any]:
    insecure = {"Bool": {"aws:SecureTransport": "false"}}
    statement = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": text("{}/*", bucket), "Condition": insecure}
    return {"Version": "2012-10-17", "Statement": [statement]}


ARN = f"arn:aws:s3:::{NAME.format('bucket')}"
KEY, OTHER_KEY = Key("key"), Key("other-key")
LOGS, OTHER_LOGS = takes_logs("logs"), takes_logs("other-logs")
QUEUE = "arn:aws:sqs:us-east-1:123456789012:created"
WITHOUT_POLICY, OTHER = Bucket("plain"), Bucket("other")
LATER = "needs another kind of bucket: see the type's own tests"

EXAMPLES = [
    Example(
        BucketObject(
            "program",
            bucket=Bucket("programs", empty_on_delete=True),
            body=b"print('one')",
            cache_control="no-cache",
            content_disposition="attachment",
            content_encoding="identity",
            content_language="en",
            metadata={"Made-By": "one"},
            website_redirect_location="/here",
        ),
        changes={
            "body": b"print('another')",
            "content_type": "text/x-python",
            "cache_control": "max-age=60",
            "content_disposition": "inline",
            "content_encoding": "gzip",
            "content_language": "de",
            "metadata": {"made-by": "another"},
            "storage_class": "STANDARD_IA",
            "website_redirect_location": "/there",
        },
        replaces={"key_name": "provisioner/another"},
        fixed={"bucket": "a bucket that a plan no longer lists goes only where it is named: see the type's own tests"},
    ),
    Example(
        Bucket(
            "bucket",
            versioning="Enabled",
            sse_algorithm="aws:kms",
            kms_key=KEY,
            blocked_encryption_types=("SSE-C",),
            policy=only_tls(ARN),
            lifecycle_rules=(LifecycleRule("old", expiration_days=90, noncurrent_days=30),),
            cors_rules=(CorsRule(("https://example.com",)),),
            logging_target_bucket=LOGS,
            logging_target_prefix="bucket/",
            logging_partition_date_source="EventTime",
            event_bridge_enabled=True,
            notifications=(Notification("created", QUEUE, ("s3:ObjectCreated:*",), prefix="in/"),),
            after=(KEY, OTHER_KEY, LOGS, OTHER_LOGS),
        ),
        changes={
            "versioning": "Suspended",
            "object_ownership": "ObjectWriter",
            "block_public_acls": False,
            "ignore_public_acls": False,
            "block_public_policy": False,
            "restrict_public_buckets": False,
            "sse_algorithm": "aws:kms:dsse",
            "kms_key": OTHER_KEY,
            "bucket_key_enabled": True,
            "blocked_encryption_types": ("NONE",),
            "policy": {},
            "lifecycle_rules": (
                LifecycleRule("old", expiration_days=30, newer_noncurrent_versions=2, noncurrent_days=7),
                LifecycleRule("cold", prefix="in/", tags={"kind": "raw"}, transitions={"STANDARD_IA": 30, "GLACIER": 90}),
                LifecycleRule("parts", abort_incomplete_multipart_days=7, status="Disabled"),
            ),
            "cors_rules": (CorsRule(("*",), ("PUT",), ("x-example",), ("ETag",), 3600, "uploads"),),
            "logging_target_bucket": OTHER_LOGS,
            "logging_target_prefix": "",
            "logging_partition_date_source": "DeliveryTime",
            "event_bridge_enabled": False,
            "notifications": (),
            "empty_on_delete": True,
        },
        replaces={"object_lock_enabled": True},
        fixed={
            "replication_role": LATER,
            "replication_rules": LATER,
            "object_lock_mode": LATER,
            "object_lock_days": LATER,
        },
    ),
    Example(
        BucketPolicy("policy", bucket=WITHOUT_POLICY, policy=only_tls(WITHOUT_POLICY.arn), after=(WITHOUT_POLICY, OTHER)),
        changes={"policy": {**only_tls(WITHOUT_POLICY.arn), "Version": "2008-10-17"}},
        replaces={"bucket": OTHER},
    ),
]
