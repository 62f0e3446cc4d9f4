from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from provisioner.resources.s3.bucket import Bucket
from provisioner.resources.s3.bucket_policy import BucketPolicy

from .in_aws import run, teardown, to_do, up, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

NAME = "shop-site-test-123456789012"
SITE = Bucket("site")


def policy(action: str = "s3:GetObject", **more: Any) -> dict[str, Any]:
    reader = {"Service": "cloudfront.amazonaws.com"}
    statement = {"Effect": "Allow", "Principal": reader, "Action": action, "Resource": f"arn:aws:s3:::{NAME}/*"}
    return {"Version": "2012-10-17", "Statement": [statement], **more}


def step(**more: Any) -> BucketPolicy:
    return BucketPolicy("site", bucket=SITE, policy=policy(**more))


def test_the_policy_says_whose_it_is(aws: Aws) -> None:
    up(aws, SITE, step())
    shown = json.loads(aws.s3.get_bucket_policy(Bucket=NAME)["Policy"])
    assert shown == policy(Id="provisioner plan=shop environment=test step=BucketPolicy/site")


def test_a_policy_that_another_hand_put_is_replaced(aws: Aws, embedded: Running) -> None:
    up(aws, SITE, step())
    for theirs in (policy("s3:*"), policy("s3:*", Id="provisioner plan=shop environment=test step=BucketPolicy/site")):
        aws.s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps(theirs))
        before = len(embedded.calls)
        up(aws, SITE, step())
        assert writes(embedded, before) == ["PutBucketPolicy"]


def test_the_bucket_and_its_policy_are_two_things(aws: Aws) -> None:
    up(aws, SITE, step())
    assert to_do(aws, SITE, step()) == {}
    [mine] = BucketPolicy.living(aws)
    assert (mine["Subresource"], mine["Bucket"]) == (f"{NAME}?policy", NAME)


def test_a_policy_that_is_no_longer_wanted_goes_and_the_bucket_stays(aws: Aws, embedded: Running) -> None:
    up(aws, SITE, step())
    before = len(embedded.calls)
    up(aws, SITE)
    assert writes(embedded, before) == ["DeleteBucketPolicy"]


def test_the_policy_goes_before_its_bucket(aws: Aws, embedded: Running) -> None:
    up(aws, SITE, step())
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["DeleteBucketPolicy", "DeleteBucket"]


def test_the_policy_of_a_bucket_without_one_is_to_be_created(aws: Aws) -> None:
    up(aws, SITE)
    assert [(action.step, action.kind.value) for action in run(aws, SITE, step()).preview().actions] == [
        ("Bucket/site", "none"),
        ("BucketPolicy/site", "create"),
    ]
