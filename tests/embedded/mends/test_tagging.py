"""The tagging API's index of what carries which tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from ..conftest import Connect

EAST = "us-east-1"
ORIGIN = {"Id": "o", "DomainName": "b.s3.eu-central-1.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
DISTRIBUTION = {
    "CallerReference": "once",
    "Comment": "",
    "Enabled": True,
    "Origins": {"Quantity": 1, "Items": [ORIGIN]},
    "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea"},
}


@pytest.fixture
def made(connect: Connect) -> dict[str, str]:
    """One tagged resource of each kind, and others with another tag: ARNs by kind."""
    for name, value in (("ours", "b"), ("others", "c")):
        connect("logs").create_log_group(logGroupName=name, tags={"a": value})
        where: Any = {"LocationConstraint": REGION, "Tags": [{"Key": "a", "Value": value}]}
        connect("s3").create_bucket(Bucket=f"bucket-{name}", CreateBucketConfiguration=where)
        tagged: Any = {"DistributionConfig": {**DISTRIBUTION, "CallerReference": name}, "Tags": {"Items": where["Tags"]}}
        connect("cloudfront").create_distribution_with_tags(DistributionConfigWithTags=tagged)
    listed = connect("cloudfront").list_distributions()["DistributionList"]["Items"]
    return {
        "group": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:ours",
        "bucket": "arn:aws:s3:::bucket-ours",
        "distribution": listed[0]["ARN"],
    }


def found(connect: Connect, region: str, *kinds: str) -> list[str]:
    """What has our tag, of these kinds."""
    client = connect("resourcegroupstaggingapi", region)
    pages = client.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": "a", "Values": ["b"]}], ResourceTypeFilters=list(kinds)
    )
    return [entry["ResourceARN"] for page in pages for entry in page["ResourceTagMappingList"]]


@pytest.mark.parametrize("kind", ["logs", "logs:log-group"])
def test_log_groups_are_found_by_aws_name_of_their_type(connect: Connect, made: dict[str, str], kind: str) -> None:
    assert found(connect, REGION, kind) == [made["group"]]


def test_distributions_are_found_in_the_first_region_only(connect: Connect, made: dict[str, str]) -> None:
    assert found(connect, EAST, "cloudfront:distribution") == [made["distribution"]]
    assert found(connect, REGION, "cloudfront:distribution") == []
    assert found(connect, EAST) == [made["distribution"]]


def test_buckets_are_found_in_their_own_region_only(connect: Connect, made: dict[str, str]) -> None:
    assert found(connect, REGION, "s3") == [made["bucket"]]
    assert found(connect, EAST, "s3") == []


def test_what_is_deleted_is_found_no_more(connect: Connect, made: dict[str, str]) -> None:
    connect("logs").delete_log_group(logGroupName="ours")
    assert found(connect, REGION, "logs") == []
    connect("logs").create_log_group(logGroupName="ours")
    assert found(connect, REGION, "logs") == []


def test_a_page_can_be_asked_for_again(connect: Connect) -> None:
    for name in ("first", "second", "third"):
        connect("logs").create_log_group(logGroupName=name, tags={"a": "b"})
    index = connect("resourcegroupstaggingapi")
    token = index.get_resources(ResourcesPerPage=1)["PaginationToken"]
    second, again = (index.get_resources(ResourcesPerPage=1, PaginationToken=token) for _ in range(2))
    assert [second[name] for name in ("ResourceTagMappingList", "PaginationToken")] == [
        again[name] for name in ("ResourceTagMappingList", "PaginationToken")
    ]
