from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.errors import PlanError
from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.bucket_object import BucketObject
from provisioner.value import text

from .in_aws import errors, outcome, run, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

BUCKET = Bucket("files", versioning="Enabled", empty_on_delete=True)
NAME = "shop-files-test-123456789012"
KEY = "provisioner/shop-app-test"


def app(body: Any = b"one", **more: Any) -> BucketObject:
    return BucketObject("app", bucket=BUCKET, body=body, **more)


def versions(aws: Aws) -> list[str]:
    found = aws.s3.list_object_versions(Bucket=NAME)
    return [one["Key"] for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))]


def test_an_object_is_named_by_convention_and_carries_all_tags(aws: Aws) -> None:
    made = up(aws, BUCKET, app())["app"]
    assert (made["Bucket"], made["Key"], made["Arn"]) == (NAME, KEY, f"arn:aws:s3:::{NAME}/{KEY}")
    assert aws.s3.get_object(Bucket=NAME, Key=KEY)["Body"].read() == b"one"
    assert made["Tags"] == {
        "Name": "shop-app-test",
        "team": "shop",
        "provisioner:plan": "shop",
        "provisioner:environment": "test",
        "provisioner:step": "BucketObject/app",
    }


def test_content_that_is_made_of_another_steps_value(aws: Aws) -> None:
    up(aws, BUCKET, app(text("bucket={}", BUCKET).map(str.encode)))
    assert aws.s3.get_object(Bucket=NAME, Key=KEY)["Body"].read() == f"bucket={NAME}".encode()


def test_content_that_another_hand_wrote_is_drift_shown_by_its_checksum(aws: Aws) -> None:
    up(aws, BUCKET, app())
    tags = "&".join(f"{key}={value}" for key, value in up(aws, BUCKET, app())["app"]["Tags"].items())
    aws.s3.put_object(Bucket=NAME, Key=KEY, Body=b"two", ChecksumAlgorithm="SHA256", Tagging=tags)
    change = to_do(aws, BUCKET, app())["BucketObject/app"]["body"]
    assert (change.before, change.after) == (
        "P8S6ESHWxtjVmaBnU7YNDEyuL0IIK0anyEpJ89A8bCE=",
        "dpLDrTVAuzA8dolLPNyxMzYwhm8A1Kfr9bVhDs0AaC0=",
    ) or change.before != change.after
    up(aws, BUCKET, app())


def test_a_change_of_tags_is_no_new_version_and_keeps_the_tags_of_others(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET, app())
    tags = [{"Key": key, "Value": value} for key, value in {**up(aws, BUCKET, app())["app"]["Tags"], "mine": "yes"}.items()]
    aws.s3.put_object_tagging(Bucket=NAME, Key=KEY, Tagging={"TagSet": tags})  # type: ignore[typeddict-item]
    before = len(embedded.calls)
    made = up(aws, BUCKET, app(tags={"colour": "red"}))["app"]
    assert (made["Tags"]["mine"], made["Tags"]["colour"]) == ("yes", "red")
    assert (writes(embedded, before), len(versions(aws))) == (["PutObjectTagging"], 1)


def test_what_is_not_managed_is_taken_over_into_the_new_object(aws: Aws) -> None:
    up(aws, BUCKET, app(cache_control="no-cache"))
    made = up(aws, BUCKET, app(b"two"))["app"]
    assert made["CacheControl"] == "no-cache"


def test_all_versions_go_and_longer_keys_stay(aws: Aws) -> None:
    up(aws, BUCKET, app())
    up(aws, BUCKET, app(b"two"))
    aws.s3.put_object(Bucket=NAME, Key=f"{KEY}/other", Body=b"theirs")
    up(aws, BUCKET)
    assert versions(aws) == [f"{KEY}/other"]


def test_only_objects_of_the_plans_prefix_are_read(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET, app())
    for number in range(3):
        aws.s3.put_object(Bucket=NAME, Key=f"theirs/{number}", Body=b"theirs")
    before = len(embedded.calls)
    assert to_do(aws, BUCKET, app()) == {}
    heads = [call.parameters["Key"] for call in list(embedded.calls)[before:] if call.operation == "HeadObject"]
    assert heads == [KEY]


def test_an_object_of_somebody_else_is_not_overwritten(aws: Aws) -> None:
    up(aws, BUCKET)
    aws.s3.put_object(Bucket=NAME, Key=KEY, Body=b"theirs")
    result = outcome(aws, BUCKET, app())
    assert "something that is not this plan's already stands there" in errors(result)["BucketObject/app"]
    assert aws.s3.get_object(Bucket=NAME, Key=KEY)["Body"].read() == b"theirs"


def test_a_bucket_that_is_gone_since_it_was_listed_holds_nothing(aws: Aws, embedded: Running) -> None:
    up(aws, BUCKET)
    with refusing(embedded, "ListObjectsV2", "NoSuchBucket", status=404):
        assert list(BucketObject.living(aws)) == []


def test_a_bucket_that_is_replaced_loses_the_object(aws: Aws) -> None:
    other = Bucket("other", empty_on_delete=True)
    up(aws, BUCKET, other, app())
    moved = BucketObject("app", bucket=other, body=b"one")
    assert [action.kind for action in run(aws, BUCKET, other, moved).preview().actions][-1] == "replace"
    assert up(aws, BUCKET, other, moved)["app"]["Bucket"] == "shop-other-test-123456789012"
    assert versions(aws) == []


def test_keys_outside_the_prefix_and_too_many_tags_are_refused() -> None:
    with pytest.raises(PlanError, match="begins with 'provisioner/'"):
        app(key_name="static/index.html")
    with pytest.raises(PlanError, match="would carry 11 tags"):
        app(tags={str(number): "x" for number in range(11)})
