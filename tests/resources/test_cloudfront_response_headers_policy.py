from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.aws.account import Aws
from provisioner.resources.cloudfront.distribution import Distribution
from provisioner.resources.cloudfront.managed_policies import CACHING_DISABLED
from provisioner.resources.cloudfront.parts import CacheBehavior, Origin
from provisioner.resources.cloudfront.response_headers import (
    ContentTypeOptions,
    Cors,
    CustomHeader,
    FrameOptions,
    SecurityHeaders,
    ServerTiming,
    StrictTransportSecurity,
)
from provisioner.resources.cloudfront.response_headers_policy import ResponseHeadersPolicy

from .in_aws import errors, outcome, teardown, to_do, up, writes
from .otherwise import answering, refusing

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

HSTS = SecurityHeaders(StrictTransportSecurity())


def headers(**more: Any) -> ResponseHeadersPolicy:
    return ResponseHeadersPolicy("site", **{"security_headers_config": HSTS, **more})


def config(aws: Aws, policy: str) -> dict[str, Any]:
    shown = aws.cloudfront.get_response_headers_policy(Id=policy)["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    return {name: part for name, part in shown.items() if name not in ("Name", "Comment")}


def test_its_comment_says_whose_it_is(aws: Aws) -> None:
    live = up(aws, headers())["site"]
    assert live["Comment"] == "provisioner plan=shop environment=test step=ResponseHeadersPolicy/site"
    assert live["Name"] == "shop-site-test"


def test_a_step_whose_mark_does_not_fit_into_a_comment_is_refused(aws: Aws) -> None:
    long = ResponseHeadersPolicy("a" * 80, security_headers_config=HSTS)
    assert "18 too many; give the step a shorter name" in errors(outcome(aws, long))[long.key]


def test_an_empty_part_is_a_wish_for_none_and_none_leaves_it_to_others(aws: Aws) -> None:
    everything = {
        "cors_config": Cors(("*",)),
        "custom_headers_config": {"x-a": CustomHeader("1")},
        "remove_headers_config": ("server",),
        "server_timing_headers_config": ServerTiming(100),
    }
    policy = up(aws, headers(**everything))["site"]["Id"]
    whole = config(aws, policy)
    up(aws, headers(security_headers_config=SecurityHeaders(frame_options=FrameOptions())))
    assert config(aws, policy) == {
        **whole,
        "SecurityHeadersConfig": {"FrameOptions": {"FrameOption": "DENY", "Override": True}},
    }
    nothing = {
        "cors_config": Cors(),
        "custom_headers_config": {},
        "remove_headers_config": (),
        "server_timing_headers_config": ServerTiming(enabled=False),
    }
    up(aws, headers(**nothing))
    assert config(aws, policy) == {"SecurityHeadersConfig": config(aws, policy)["SecurityHeadersConfig"]}


def test_a_header_that_another_hand_added_is_drift(aws: Aws) -> None:
    live = up(aws, headers())["site"]
    current = aws.cloudfront.get_response_headers_policy(Id=live["Id"])
    changed: Any = current["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    changed["SecurityHeadersConfig"]["ContentTypeOptions"] = ContentTypeOptions().spelt()
    aws.cloudfront.update_response_headers_policy(Id=live["Id"], IfMatch=current["ETag"], ResponseHeadersPolicyConfig=changed)
    assert list(to_do(aws, headers())["ResponseHeadersPolicy/site"]) == ["security_headers_config"]
    up(aws, headers())
    assert list(config(aws, live["Id"])["SecurityHeadersConfig"]) == ["StrictTransportSecurity"]


def test_what_cloudfront_shows_as_not_enabled_is_none(aws: Aws) -> None:
    step = headers(server_timing_headers_config=ServerTiming(enabled=False))
    live = up(aws, step)["site"]
    current = aws.cloudfront.get_response_headers_policy(Id=live["Id"])
    off: Any = {
        **current["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"],
        "ServerTimingHeadersConfig": {"Enabled": False},
    }
    aws.cloudfront.update_response_headers_policy(Id=live["Id"], IfMatch=current["ETag"], ResponseHeadersPolicyConfig=off)
    assert to_do(aws, step) == {}


def test_every_change_is_made_with_the_newest_etag(aws: Aws, embedded: Running) -> None:
    up(aws, headers())
    with refusing(embedded, "UpdateResponseHeadersPolicy", "PreconditionFailed", status=412, times=1):
        up(aws, headers(remove_headers_config=("server",)))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["DeleteResponseHeadersPolicy"]


def test_a_distribution_goes_before_its_policy(aws: Aws, embedded: Running) -> None:
    policy = headers()
    behavior = CacheBehavior("api", CACHING_DISABLED, response_headers_policy_id=policy)
    up(aws, policy, Distribution("site", origins={"api": Origin("api.example.com")}, default_cache_behavior=behavior))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before) == ["UpdateDistribution", "DeleteDistribution", "DeleteResponseHeadersPolicy"]


def test_the_list_is_read_to_its_end(aws: Aws, embedded: Running) -> None:
    steps = [ResponseHeadersPolicy(f"policy-{number}", security_headers_config=HSTS) for number in range(101)]
    for step in steps:
        step.create(aws)
    before = len(embedded.calls)
    assert len(list(ResponseHeadersPolicy.living(aws))) == 101
    assert [call.parameters.get("Marker") for call in list(embedded.calls)[before:]] == [None, "100"]


def test_an_empty_list_is_none(aws: Aws, embedded: Running) -> None:
    empty = {"ResponseHeadersPolicyList": {"MaxItems": 100, "Quantity": 0}}
    with answering(embedded, "ListResponseHeadersPolicies", empty):
        assert list(ResponseHeadersPolicy.living(aws)) == []


def test_one_of_that_name_without_our_mark_is_somebody_elses(aws: Aws) -> None:
    theirs: Any = {"Name": "shop-site-test", "SecurityHeadersConfig": HSTS.spelt()}
    aws.cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig=theirs)
    assert "not this plan's" in errors(outcome(aws, headers()))["ResponseHeadersPolicy/site"]


def test_a_missing_one_counts_as_deleted(aws: Aws) -> None:
    live = up(aws, headers())["site"]
    ResponseHeadersPolicy.delete(aws, live)
    ResponseHeadersPolicy.delete(aws, live)
    assert list(ResponseHeadersPolicy.living(aws)) == []


@pytest.mark.parametrize("name", ["x-a", "x-b"])
def test_custom_headers_are_told_apart_by_name(aws: Aws, name: str) -> None:
    both = {"x-a": CustomHeader("1"), "x-b": CustomHeader("2", override=False)}
    up(aws, headers(custom_headers_config=both))
    changes = to_do(aws, headers(custom_headers_config={**both, name: CustomHeader("3")}))
    assert changes["ResponseHeadersPolicy/site"]["custom_headers_config"].after[name] == ("3", True)
