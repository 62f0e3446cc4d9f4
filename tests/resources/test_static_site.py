from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from plans import static_site
from provisioner.engine.clock import Clock
from provisioner.engine.options import Options
from provisioner.engine.run import Run
from provisioner.errors import PlanError
from provisioner.resources import every_type
from provisioner.settings import load

from .in_aws import errors, writes

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

LOCAL = Path(static_site.__file__).parent / "environments" / "local.toml"
NAME = "shop-site-test-123456789012"


def run(aws: Aws) -> Run:
    plan = static_site.build(load(static_site.Settings, LOCAL, "local"))
    return Run(plan, aws, types=every_type(), clock=Clock(300.0), parallelism=8, durations={}, options=Options())


def up(aws: Aws) -> None:
    going = run(aws)
    result = going.up(going.preview())
    assert errors(result) == {}, errors(result)


def test_it_comes_up_once_and_a_second_time_changes_nothing(aws: Aws, embedded: Running) -> None:
    up(aws)
    before = len(embedded.calls)
    assert {action.kind.value for action in run(aws).preview().actions} == {"none"}
    up(aws)
    assert writes(embedded, before) == []


def test_only_this_distribution_may_read_the_files(aws: Aws) -> None:
    up(aws)
    [distribution] = aws.cloudfront.list_distributions()["DistributionList"]["Items"]
    assert json.loads(aws.s3.get_bucket_policy(Bucket=NAME)["Policy"])["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"Service": "cloudfront.amazonaws.com"},
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{NAME}/*",
            "Condition": {"StringEquals": {"aws:SourceArn": distribution["ARN"]}},
        }
    ]
    blocks = aws.s3.get_public_access_block(Bucket=NAME)["PublicAccessBlockConfiguration"]
    assert set(blocks.values()) == {True}


def test_teardown_takes_the_files_too_where_the_environment_says_so(aws: Aws, embedded: Running) -> None:
    up(aws)
    aws.s3.put_object(Bucket=NAME, Key="index.html", Body=b"<h1>Hello</h1>")
    going = run(aws)
    before = len(embedded.calls)
    result = going.teardown(going.preview_teardown())
    assert (errors(result), result.remaining) == ({}, ())
    gone = writes(embedded, before)
    # While a distribution serves from a bucket, the bucket's name must not become free for others.
    assert gone.index("DeleteDistribution") < gone.index("DeleteBucket")


def test_a_domain_needs_its_certificate() -> None:
    settings = static_site.Settings(environment="dev", domain="www.example.com")
    with pytest.raises(PlanError, match="aliases need a viewer_certificate"):
        static_site.build(settings)
    certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1"
    plan = static_site.build(settings.model_copy(update={"certificate_arn": certificate}))
    assert [step.key for step in plan.steps] == [
        "Bucket/site",
        "OriginAccessControl/site",
        "Distribution/site",
        "BucketPolicy/site",
    ]


def test_files_are_kept_for_a_day_at_least() -> None:
    with pytest.raises(ValidationError, match="keep_old_files_days"):
        static_site.Settings(environment="dev", keep_old_files_days=0)
