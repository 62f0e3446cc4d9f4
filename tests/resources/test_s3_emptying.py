from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import Blocked, CallFailed
from provisioner.resources.s3.bucket import Bucket

from .in_aws import teardown, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-site-test-123456789012"


def site(**more: Any) -> Bucket:
    return Bucket("site", **more)


def test_a_bucket_is_emptied_of_versions_and_markers_a_thousand_a_call(aws: Aws, embedded: Running) -> None:
    up(aws, site(versioning="Enabled", empty_on_delete=True))
    aws.together(lambda number: aws.s3.put_object(Bucket=NAME, Key=f"{number}", Body=b""), range(1010))
    for key in ("1", "2"):
        aws.s3.put_object(Bucket=NAME, Key=key, Body=b"again")
        aws.s3.delete_object(Bucket=NAME, Key=key)
    teardown(aws)
    sizes = [len(call.parameters["Delete"]["Objects"]) for call in embedded.calls if call.operation == "DeleteObjects"]
    assert sizes == [1000, 14]


def test_a_bucket_that_holds_anything_is_not_deleted_unasked(aws: Aws, embedded: Running) -> None:
    live = up(aws, site())["site"]
    aws.s3.put_object(Bucket=NAME, Key="a", Body=b"")
    before = len(embedded.calls)
    with pytest.raises(Blocked, match=f"bucket {NAME} is not empty"):
        Bucket.delete(aws, live)
    assert writes(embedded, before) == []


def test_a_delete_marker_holds_a_bucket_too(aws: Aws) -> None:
    live = up(aws, site(versioning="Enabled"))["site"]
    put = aws.s3.put_object(Bucket=NAME, Key="a", Body=b"")
    aws.s3.delete_object(Bucket=NAME, Key="a")
    aws.s3.delete_object(Bucket=NAME, Key="a", VersionId=put["VersionId"])
    with pytest.raises(Blocked):
        Bucket.delete(aws, live)


def test_an_object_that_s3_does_not_delete_is_an_error(aws: Aws, embedded: Running) -> None:
    live = up(aws, site(empty_on_delete=True))["site"]
    aws.s3.put_object(Bucket=NAME, Key="held", Body=b"")
    refusal = {"Errors": [{"Key": "held", "Code": "AccessDenied", "Message": "Access Denied because object protected"}]}
    with answering(embedded, "DeleteObjects", refusal), pytest.raises(CallFailed, match=f"held in {NAME}: Access Denied"):
        Bucket.delete(aws, live)


def test_a_writer_that_goes_on_is_outrun(aws: Aws, embedded: Running) -> None:
    up(aws, site(empty_on_delete=True))
    with refusing(embedded, "DeleteBucket", "BucketNotEmpty", status=409, times=2):
        teardown(aws)


def test_a_missing_bucket_counts_as_deleted(aws: Aws) -> None:
    live = up(aws, site(empty_on_delete=True))["site"]
    Bucket.delete(aws, live)
    Bucket.delete(aws, live)
    assert list(Bucket.living(aws)) == []
