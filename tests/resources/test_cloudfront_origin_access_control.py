from __future__ import annotations

from typing import TYPE_CHECKING

from provisioner.resources.cloudfront.origin_access_control import OriginAccessControl

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running


def site(signing_behavior: str = "always") -> OriginAccessControl:
    return OriginAccessControl("site", signing_behavior=signing_behavior)  # type: ignore[arg-type]


def test_its_description_says_whose_it_is(aws: Aws) -> None:
    live = up(aws, site())["site"]
    assert live["Description"] == "provisioner plan=shop environment=test step=OriginAccessControl/site"
    assert live["Name"] == "shop-site-test"


def test_a_long_name_is_cut_to_what_cloudfront_takes(aws: Aws) -> None:
    long = OriginAccessControl("an-origin-access-control-whose-name-is-longer-than-cloudfront-takes")
    [live] = up(aws, long).values()
    assert len(live["Name"]) == 64
    assert to_do(aws, long) == {}


def test_every_change_is_made_with_the_newest_etag(aws: Aws, embedded: Running) -> None:
    up(aws, site())
    up(aws, site("never"))
    with refusing(embedded, "UpdateOriginAccessControl", "PreconditionFailed", status=412, times=1):
        assert up(aws, site("no-override"))["site"]["SigningBehavior"] == "no-override"
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["DeleteOriginAccessControl"]


def test_one_of_that_name_without_our_mark_is_somebody_elses(aws: Aws) -> None:
    aws.cloudfront.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "shop-site-test",
            "OriginAccessControlOriginType": "s3",
            "SigningBehavior": "always",
            "SigningProtocol": "sigv4",
        }
    )
    assert "not this plan's" in errors(outcome(aws, site()))["OriginAccessControl/site"]


def test_a_missing_one_counts_as_deleted(aws: Aws) -> None:
    live = up(aws, site())["site"]
    OriginAccessControl.delete(aws, live)
    OriginAccessControl.delete(aws, live)
    assert list(OriginAccessControl.living(aws)) == []
