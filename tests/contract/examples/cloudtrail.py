"""AWS CloudTrail."""

from __future__ import annotations

from typing import Any

from provisioner.resources.cloudtrail.selectors import EventSelector
from provisioner.resources.cloudtrail.trail import Trail
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.s3.bucket import Bucket
from provisioner.value import ACCOUNT_ID, text

from . import Example

SERVICE = {"Service": "cloudtrail.amazonaws.com"}


def allow(action: str, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def takes_trails(name: str) -> Bucket:
    arn = f"arn:aws:s3:::shop-{name}-test-123456789012"
    reads, writes = allow("s3:GetBucketAcl", arn, Principal=SERVICE), allow("s3:PutObject", f"{arn}/*", Principal=SERVICE)
    return Bucket(name, policy=policy(reads, writes))


BUCKET, OTHER_BUCKET = takes_trails("trails"), takes_trails("other-trails")
GROUP = LogGroup("trail")
ROLE = Role(
    "trail",
    assume_role_policy=policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": SERVICE}),
    inline_policies={"write": policy(allow("logs:*", text("{}:log-stream:*", GROUP.arn)))},
)
OWNER = {"AWS": text("arn:aws:iam::{}:root", ACCOUNT_ID)}
KEY = Key("trail", policy=policy(allow("kms:*", "*", Principal=OWNER), allow("kms:GenerateDataKey*", "*", Principal=SERVICE)))

EXAMPLES = [
    Example(
        Trail(
            "trail",
            s3_bucket=BUCKET,
            s3_key_prefix="audit",
            include_global_service_events=True,
            is_multi_region_trail=False,
            recursive_logging=True,
            cloud_watch_logs_log_group=GROUP,
            cloud_watch_logs_role_arn=ROLE.arn,
            kms_key="",
            event_selectors=[EventSelector()],
            insight_selectors={"ApiErrorRateInsight": ["Management"]},
            after=(KEY, BUCKET, OTHER_BUCKET),
        ),
        changes={
            "s3_bucket": OTHER_BUCKET,
            "s3_key_prefix": "",
            "include_global_service_events": False,
            "is_multi_region_trail": True,
            "is_organization_trail": True,
            "enable_log_file_validation": False,
            "recursive_logging": False,
            "kms_key": KEY,
            "event_selectors": [EventSelector("WriteOnly", data_resources={"AWS::S3::Object": [text("{}/", BUCKET.arn)]})],
            "insight_selectors": {},
            "logging": False,
        },
        fixed={
            "sns_topic": "needs a topic: see the type's own tests",
            "cloud_watch_logs_log_group": "goes with its role: see the type's own tests",
            "cloud_watch_logs_role_arn": "goes with its log group: see the type's own tests",
            "advanced_event_selectors": "excludes the others: see the type's own tests",
        },
    ),
]
