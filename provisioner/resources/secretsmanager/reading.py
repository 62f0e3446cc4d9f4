"""Reading secrets: AWS lists them, and shows them, their policies and their values one by one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ...aws.ownership import ENVIRONMENT, PLAN
from ...aws.retry import Meaning, explain
from ...errors import CallFailed
from ...resource import as_tags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...aws.account import Aws
    from ...resource import Live

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
SEALED = "Sealed"
"""Stands in the answer about a value that can not be read while its key is disabled."""


def secrets(aws: Aws) -> list[Live]:
    """The plan's secrets of the region, those that are scheduled for deletion too."""
    # The filters take what begins with these words, too.
    filters: Any = [{"Key": "tag-key", "Values": [PLAN]}, {"Key": "tag-value", "Values": [aws.ownership.plan]}]
    pages = aws.secretsmanager.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True, Filters=filters)
    ours = [secret for page in pages for secret in page["SecretList"] if _is_ours(aws, secret)]
    # The list may be five minutes old; of a single secret AWS knows more.
    read = aws.together(lambda secret: aws.maybe(lambda: aws.secretsmanager.describe_secret(SecretId=secret["ARN"])), ours)
    return [secret for secret in read if secret]


def _is_ours(aws: Aws, secret: Any) -> bool:
    tags, owner = as_tags(secret.get("Tags")), aws.ownership
    # A replica is a part of the secret in the other region.
    at_home = secret.get("PrimaryRegion", aws.region) == aws.region
    return at_home and (tags.get(PLAN), tags.get(ENVIRONMENT)) == (owner.plan, owner.environment)


def current(aws: Aws, secret: str) -> Mapping[str, Any]:
    """AWS's answer about the current value; nothing where there is none, or we may not see it; `SEALED` while nobody can."""
    try:
        return aws.secretsmanager.get_secret_value(SecretId=secret)
    except CallFailed as error:
        if error.code == "DecryptionFailure":
            return {SEALED: True}
        if error.meaning is Meaning.GONE or error.code == "AccessDeniedException":
            return {}
        raise


def parsed(value: str | None) -> dict[str, Any] | None:
    """The keys of a value that is a JSON object; None where it is something else."""
    try:
        found = json.loads(value or "{}")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def labelled(secret: Live, label: str) -> str | None:
    """The version that carries a staging label."""
    stages = secret.get("VersionIdsToStages", {}).items()
    return next((version for version, labels in stages if label in labels), None)


def is_rotating(secret: Live) -> bool:
    """Whether a rotation is under way; one that failed leaves the same traces."""
    pending = labelled(secret, PENDING)
    return pending is not None and pending != labelled(secret, CURRENT)


def rotating(operation: str) -> CallFailed:
    """The error of a call that is not made while a rotation is under way, which Secrets Manager itself would let happen."""
    said = {"Code": "InvalidRequestException", "Message": "A previous rotation isn't complete, and must not be disturbed."}
    return explain("secretsmanager", operation, ClientError({"Error": said}, operation))  # type: ignore[typeddict-item]
