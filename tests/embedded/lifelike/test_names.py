"""Names that are taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.lifelike.names import Names

from ..conftest import REGION, behaving, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
LOCATION = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}


@pytest.fixture
def names(server: Running) -> Iterator[None]:
    with behaving(server, Names(of_others=("their-bucket", "www.example.com"))):
        yield


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("operation", "named_by", "more"),
    [
        ("create_role", "RoleName", {"AssumeRolePolicyDocument": TRUST}),
        ("create_user", "UserName", {}),
        ("create_group", "GroupName", {}),
    ],
)
def test_iam_does_not_tell_names_by_their_letters_case(
    connect: Connect, operation: str, named_by: str, more: dict[str, str]
) -> None:
    create = getattr(connect("iam"), operation)
    create(**{named_by: "Somebody"}, **more)
    for same in ("Somebody", "somebody", "SOMEBODY"):
        assert refusal(create, **{named_by: same}, **more, Path="/elsewhere/") == "EntityAlreadyExists"
    create(**{named_by: "somebody-else"}, **more)


@pytest.mark.usefixtures("names")
@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("create_ip_set", {"IPAddressVersion": "IPV4", "Addresses": []}),
        ("create_regex_pattern_set", {"RegularExpressionList": []}),
        ("create_rule_group", {"Capacity": 1, "VisibilityConfig": SEEN}),
    ],
)
def test_parts_of_web_acls_have_one_name_a_scope(connect: Connect, operation: str, more: dict[str, Any]) -> None:
    create = getattr(connect("wafv2", "us-east-1"), operation)
    create(Name="a", Scope="REGIONAL", **more)
    assert refusal(create, Name="a", Scope="REGIONAL", **more) == "WAFDuplicateItemException"
    for other in ({"Name": "A", "Scope": "REGIONAL"}, {"Name": "a", "Scope": "CLOUDFRONT"}):
        create(**other, **more)


@pytest.mark.usefixtures("names")
def test_a_bucket_of_another_account_is_closed(connect: Connect) -> None:
    s3 = connect("s3")
    assert refusal(s3.create_bucket, Bucket="their-bucket", **LOCATION) == "BucketAlreadyExists"
    assert refusal(s3.head_bucket, Bucket="their-bucket") == "403"
    assert refusal(s3.put_bucket_versioning, Bucket="their-bucket", VersioningConfiguration={}) == "AccessDenied"
    s3.create_bucket(Bucket="our-bucket", **LOCATION)


@pytest.mark.usefixtures("names")
def test_a_domain_name_that_another_account_shows_is_taken(connect: Connect) -> None:
    cloudfront = connect("cloudfront")

    def asked(number: str, *aliases: str) -> dict[str, Any]:
        origin = {"Id": "o", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
        behavior = {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea"}
        return {
            "CallerReference": number,
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": behavior,
            "Aliases": {"Quantity": len(aliases), "Items": list(aliases)},
        }

    taken = asked("1", "www.example.com")
    assert refusal(cloudfront.create_distribution, DistributionConfig=taken) == "CNAMEAlreadyExists"
    tagged = {"DistributionConfig": taken, "Tags": {"Items": []}}
    assert refusal(cloudfront.create_distribution_with_tags, DistributionConfigWithTags=tagged) == "CNAMEAlreadyExists"
    cloudfront.create_distribution(DistributionConfig=asked("2", "portal.example.com"))
