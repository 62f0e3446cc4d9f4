"""Emptying a bucket: every version of every object, and every delete marker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from ...aws.retry import explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...aws.account import Aws


def held(aws: Aws, bucket: str, most: int = 1000, prefix: str = "") -> Sequence[Any]:
    """The first versions and markers that the bucket holds, of keys that begin so."""
    owner = aws.account_id
    page = aws.maybe(lambda: aws.s3.list_object_versions(Bucket=bucket, Prefix=prefix, MaxKeys=most, ExpectedBucketOwner=owner))
    return [*page.get("Versions", ()), *page.get("DeleteMarkers", ())] if page else ()


def empty(aws: Aws, bucket: str, *, locked: bool = False) -> None:
    """Delete all that the bucket holds, a thousand a call, and what is written meanwhile.

    In a locked bucket also what is to be kept by governance, where the caller may do that; what is by compliance, nobody can.
    """
    bypass: Any = {"BypassGovernanceRetention": True} if locked else {}
    while found := held(aws, bucket):
        _delete(aws, bucket, [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found], **bypass)


def expunge(aws: Aws, bucket: str, key: str) -> None:
    """Delete every version of one object."""
    # A key comes before the longer ones that begin with it.
    while found := [one for one in held(aws, bucket, prefix=key) if one["Key"] == key]:
        _delete(aws, bucket, [{"Key": key, "VersionId": one["VersionId"]} for one in found])


def _delete(aws: Aws, bucket: str, objects: list[Any], **bypass: Any) -> None:
    answer = aws.s3.delete_objects(
        Bucket=bucket, Delete={"Objects": objects, "Quiet": True}, ExpectedBucketOwner=aws.account_id, **bypass
    )
    # S3 answers 200 also where it did not delete: for a retention period, a legal hold, a policy, or its own trouble.
    for error in answer.get("Errors", ()):
        message = f"{error.get('Key')} in {bucket}: {error.get('Message', '')}"
        refusal: Any = {
            "Error": {"Code": error.get("Code", ""), "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 500 if error.get("Code") == "InternalError" else 400},
        }
        raise explain("s3", "DeleteObjects", ClientError(refusal, "DeleteObjects"))
