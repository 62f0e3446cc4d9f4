"""Web ACLs: known a moment later, and held for a moment longer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..mends.test_cloudfront import CONTROL, _config
from ..mends.test_wafv2 import BASE, made, place
from .conftest import refused_once, said

if TYPE_CHECKING:
    from ..conftest import Connect

HELD = "WAFAssociatedItemException"
UNAVAILABLE = ("WAFUnavailableEntityException", "Retry your request")


@pytest.fixture
def waf(connect: Connect, newly: None) -> Any:
    return connect("wafv2")


@pytest.fixture
def acl(waf: Any) -> dict[str, Any]:
    return made(waf)


@pytest.fixture
def balancer(connect: Connect, ec2: Any) -> str:
    found = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    elbv2 = connect("elbv2")
    arn = str(elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=found)["LoadBalancers"][0]["LoadBalancerArn"])
    while elbv2.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] != "active":
        pass
    return arn


@pytest.fixture
def protected(waf: Any, acl: dict[str, Any], balancer: str) -> dict[str, Any]:
    """An ACL that protects the load balancer."""
    refused_once(*UNAVAILABLE, waf.associate_web_acl, WebACLArn=acl["ARN"], ResourceArn=balancer)
    return acl


def remove(waf: Any, acl: dict[str, Any], scope: str = "REGIONAL") -> Any:
    token = waf.get_web_acl(**place(acl, scope))["LockToken"]
    return waf.delete_web_acl(**place(acl, scope), LockToken=token)


def test_a_change_of_a_new_one_comes_too_early(waf: Any, acl: dict[str, Any]) -> None:
    token = waf.get_web_acl(**place(acl))["LockToken"]
    refused_once(UNAVAILABLE[0], UNAVAILABLE[1], waf.update_web_acl, **place(acl), **BASE, LockToken=token)


def test_a_load_balancer_is_protected_once_it_is_active(connect: Connect, waf: Any, acl: dict[str, Any], ec2: Any) -> None:
    found = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
    elbv2 = connect("elbv2")
    arn = elbv2.create_load_balancer(Name="lb", Scheme="internal", Subnets=found)["LoadBalancers"][0]["LoadBalancerArn"]
    for _ in range(3):
        assert said(waf.associate_web_acl, WebACLArn=acl["ARN"], ResourceArn=arn)[0] == UNAVAILABLE[0]
    while elbv2.describe_load_balancers()["LoadBalancers"][0]["State"]["Code"] != "active":
        pass
    waf.associate_web_acl(WebACLArn=acl["ARN"], ResourceArn=arn)


def test_what_lets_go_holds_it_for_a_moment(waf: Any, protected: dict[str, Any], balancer: str) -> None:
    for _ in range(2):
        assert said(remove, waf=waf, acl=protected)[0] == HELD
    waf.disassociate_web_acl(ResourceArn=balancer)
    refused_once(HELD, "used by another resource", remove, waf=waf, acl=protected)


def test_what_another_one_protects_now_holds_it_for_a_moment(waf: Any, protected: dict[str, Any], balancer: str) -> None:
    other = made(waf, "other")
    refused_once(*UNAVAILABLE, waf.associate_web_acl, WebACLArn=other["ARN"], ResourceArn=balancer)
    refused_once(HELD, "used by another resource", remove, waf=waf, acl=protected)


def test_one_that_is_put_again_is_let_go_by_nobody(waf: Any, protected: dict[str, Any], balancer: str) -> None:
    waf.associate_web_acl(WebACLArn=protected["ARN"], ResourceArn=balancer)
    never = made(waf, "never")
    remove(waf, never)


def test_a_deleted_load_balancer_holds_it_for_a_moment(
    connect: Connect, waf: Any, protected: dict[str, Any], balancer: str
) -> None:
    connect("elbv2").delete_load_balancer(LoadBalancerArn=balancer)
    refused_once(HELD, "used by another resource", remove, waf=waf, acl=protected)


def test_a_distribution_that_takes_another_one_holds_it_for_a_moment(connect: Connect, newly: None) -> None:
    cloudfront, waf = connect("cloudfront"), connect("wafv2", "us-east-1")
    acl = made(waf, scope="CLOUDFRONT")
    control = cloudfront.create_origin_access_control(OriginAccessControlConfig=CONTROL)["OriginAccessControl"]["Id"]
    config = _config(control, WebACLId=acl["ARN"])
    asked = {"DistributionConfigWithTags": {"DistributionConfig": config, "Tags": {"Items": []}}}
    said(cloudfront.create_distribution_with_tags, **asked)
    said(cloudfront.create_distribution_with_tags, **asked)
    it = cloudfront.create_distribution_with_tags(**asked)
    name, etag = it["Distribution"]["Id"], it["ETag"]
    etag = cloudfront.update_distribution(Id=name, IfMatch=etag, DistributionConfig={**config, "Comment": "d"})["ETag"]
    cloudfront.update_distribution(Id=name, IfMatch=etag, DistributionConfig={**config, "WebACLId": ""})
    refused_once(HELD, "used by another resource", remove, waf=waf, acl=acl, scope="CLOUDFRONT")
