from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner import norm
from provisioner.resources.cloudfront.config import plain, rewritten, shown
from provisioner.resources.cloudfront.parts import (
    CacheBehavior,
    ErrorResponse,
    GeoRestriction,
    Logging,
    Origin,
    OriginGroup,
    ViewerCertificate,
    bucket_of,
    digest,
)
from provisioner.secret import Secret

# What CloudFront fills in, and what another hand may have set, in its own spelling.
SHOWN: dict[str, Any] = {
    "CallerReference": "made-once",
    "Aliases": {"Quantity": 0},
    "Origins": {
        "Quantity": 1,
        "Items": [
            {
                "Id": "site",
                "DomainName": "www.example.com",
                "OriginPath": "",
                "CustomHeaders": {"Quantity": 1, "Items": [{"HeaderName": "X-Theirs", "HeaderValue": "theirs"}]},
                "CustomOriginConfig": {
                    "HTTPPort": 80,
                    "HTTPSPort": 443,
                    "OriginProtocolPolicy": "http-only",
                    "OriginSslProtocols": {"Quantity": 2, "Items": ["TLSv1.1", "TLSv1"]},
                    "OriginReadTimeout": 30,
                },
                "ConnectionAttempts": 2,
                "OriginShield": {"Enabled": True, "OriginShieldRegion": "us-east-1"},
            }
        ],
    },
    "DefaultCacheBehavior": {
        "TargetOriginId": "site",
        "ViewerProtocolPolicy": "allow-all",
        "AllowedMethods": {
            "Quantity": 2,
            "Items": ["HEAD", "GET"],
            "CachedMethods": {"Quantity": 2, "Items": ["HEAD", "GET"]},
        },
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
        "OriginRequestPolicyId": "theirs",
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
    },
    "ViewerCertificate": {"CloudFrontDefaultCertificate": True, "MinimumProtocolVersion": "TLSv1"},
    "Restrictions": {"GeoRestriction": {"RestrictionType": "blacklist", "Quantity": 1, "Items": ["AQ"]}},
    "TenantConfig": {"ParameterDefinitions": [{"Name": "a"}]},
}

words = st.sampled_from(["", "a", "b"])
maybe = st.none() | words
codes = st.sampled_from([403, 404, 500])
behaviors = st.builds(
    CacheBehavior,
    st.sampled_from(["site", "api"]),
    words,
    allowed_methods=st.sampled_from([("GET", "HEAD"), ("HEAD", "OPTIONS", "GET")]),
    compress=st.booleans(),
    origin_request_policy_id=maybe,
    function_associations=st.none() | st.dictionaries(st.sampled_from(["viewer-request", "viewer-response"]), words),
    trusted_key_groups=st.none() | st.lists(words, unique=True),
    grpc_enabled=st.none() | st.booleans(),
)
origins = st.builds(
    Origin,
    st.sampled_from(["www.example.com", "b.s3.us-east-1.amazonaws.com"]),
    maybe,
    st.none() | st.just("vo_1"),
    custom_headers=st.none() | st.dictionaries(words, words),
    origin_read_timeout=st.none() | st.integers(1, 60),
    origin_shield_region=st.none() | words,
)
configs = st.fixed_dictionaries(
    {
        "Origins": st.dictionaries(st.sampled_from(["site", "api"]), origins).map(
            lambda found: [origin.spelt(name) for name, origin in sorted(found.items())]
        ),
        "DefaultCacheBehavior": behaviors.map(CacheBehavior.spelt),
        "CacheBehaviors": st.dictionaries(words, behaviors).map(
            lambda found: [{"PathPattern": path, **behavior.spelt()} for path, behavior in found.items()]
        ),
        "OriginGroups": st.just([OriginGroup(("site", "api")).spelt("both")]) | st.none(),
        "Aliases": st.lists(words, unique=True).map(sorted) | st.none(),
        "ViewerCertificate": st.builds(ViewerCertificate, maybe).map(ViewerCertificate.spelt) | st.none(),
        "CustomErrorResponses": st.dictionaries(codes, st.builds(ErrorResponse, words)).map(
            lambda found: [answer.spelt(code) for code, answer in sorted(found.items())]
        ),
        "Logging": st.builds(Logging, words).map(Logging.spelt) | st.none(),
        "Restrictions": st.builds(GeoRestriction, locations=st.lists(words, unique=True)).map(
            lambda found: {"GeoRestriction": found.spelt()}
        ),
    }
)


def counts(value: Any) -> list[tuple[int, int]]:
    """Every stated quantity with the number of items beside it, however deep."""
    if isinstance(value, dict):
        own = [(value["Quantity"], len(value.get("Items", [])))] if "Quantity" in value else []
        return own + [pair for item in value.values() for pair in counts(item)]
    return [pair for item in value for pair in counts(item)] if isinstance(value, list) else []


@given(configs)
def test_what_is_sent_shows_what_was_wanted(wanted: dict[str, Any]) -> None:
    sent = rewritten(SHOWN, wanted)
    assert norm.within(shown(wanted), shown(plain(sent)))
    assert all(stated == there for stated, there in counts(sent))


@given(configs)
def test_sending_it_again_changes_nothing(wanted: dict[str, Any]) -> None:
    once = rewritten(SHOWN, wanted)
    assert rewritten(once, wanted) == once


@given(configs)
def test_what_is_not_spoken_of_stays_to_the_letter(wanted: dict[str, Any]) -> None:
    sent = rewritten(SHOWN, wanted)
    assert (sent["CallerReference"], sent["TenantConfig"]) == (SHOWN["CallerReference"], SHOWN["TenantConfig"])
    assert {name: sent[name] for name, item in wanted.items() if item is None and name in SHOWN} == {
        name: SHOWN[name] for name, item in wanted.items() if item is None and name in SHOWN
    }


def test_an_origin_keeps_what_the_plan_does_not_say() -> None:
    wanted = {"Origins": [Origin("www.example.com", origin_path="/v1").spelt("site")]}
    [sent] = rewritten(SHOWN, wanted)["Origins"]["Items"]
    assert sent == {
        **SHOWN["Origins"]["Items"][0],
        "OriginPath": "/v1",
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
            "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
            "OriginReadTimeout": 30,
        },
    }


def test_an_origin_of_another_kind_drops_what_the_old_one_was() -> None:
    wanted = {"Origins": [Origin("b.s3.us-east-1.amazonaws.com", "E1").spelt("site")]}
    [sent] = rewritten(SHOWN, wanted)["Origins"]["Items"]
    assert "CustomOriginConfig" not in sent
    assert sent["S3OriginConfig"] == {"OriginAccessIdentity": ""}


def test_a_cache_policy_takes_the_place_of_forwarded_values() -> None:
    behavior = CacheBehavior("site", "policy", origin_request_policy_id="")
    sent = rewritten(SHOWN, {"DefaultCacheBehavior": behavior.spelt()})["DefaultCacheBehavior"]
    assert sent == {
        "TargetOriginId": "site",
        "CachePolicyId": "policy",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": {
            "Quantity": 2,
            "Items": ["GET", "HEAD"],
            "CachedMethods": {"Quantity": 2, "Items": ["GET", "HEAD"]},
        },
        "Compress": True,
        "TrustedSigners": {"Enabled": False, "Quantity": 0},
    }


@pytest.mark.parametrize(
    ("name", "wanted", "sent"),
    [
        ("ViewerCertificate", ViewerCertificate().spelt(), {"CloudFrontDefaultCertificate": True}),
        (
            "Restrictions",
            {"GeoRestriction": GeoRestriction().spelt()},
            {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
        ),
    ],
)
def test_some_parts_are_put_whole(name: str, wanted: Any, sent: Any) -> None:
    assert rewritten(SHOWN, {name: wanted})[name] == sent


def test_a_shield_is_taken_away_by_an_empty_region() -> None:
    wanted = {"Origins": [Origin("www.example.com", origin_shield_region="").spelt("site")]}
    assert rewritten(SHOWN, wanted)["Origins"]["Items"][0]["OriginShield"] == {"Enabled": False}


def test_a_headers_value_is_sent_and_never_shown() -> None:
    value = Secret("a word between origin and distribution")
    wanted = {"Origins": [Origin("www.example.com", custom_headers={"X-From": value}).spelt("site")]}
    sent = rewritten(SHOWN, wanted)
    assert sent["Origins"]["Items"][0]["CustomHeaders"]["Items"] == [{"HeaderName": "X-From", "HeaderValue": value.reveal()}]
    for document in (shown(wanted), shown(plain(sent))):
        assert value.reveal() not in repr(document)
        assert document["Origins"][0]["CustomHeaders"] == [{"HeaderName": "X-From", "HeaderValue": digest(value)}]


def test_a_digest_tells_values_apart_and_is_the_same_for_a_secret() -> None:
    assert digest("one") == digest(Secret("one")) != digest("two")


@pytest.mark.parametrize(
    ("domain", "bucket"),
    [
        ("shop-site.s3.us-east-1.amazonaws.com", "shop-site"),
        ("shop.example.com.s3.eu-central-1.amazonaws.com", "shop.example.com"),
        ("shop-site.s3.amazonaws.com", "shop-site"),
        ("shop-site.s3.cn-north-1.amazonaws.com.cn", "shop-site"),
        ("shop-site.s3-website-us-east-1.amazonaws.com", None),
        ("shop-site.s3-website.eu-central-1.amazonaws.com", None),
        ("www.example.com", None),
    ],
)
def test_only_a_buckets_own_domain_is_a_buckets(domain: str, bucket: str | None) -> None:
    assert bucket_of(domain) == bucket
