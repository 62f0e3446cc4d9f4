"""CloudFront distributions and origin access controls."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

CONTROL = {"Name": "c", "SigningProtocol": "sigv4", "SigningBehavior": "always", "OriginAccessControlOriginType": "s3"}


@pytest.fixture
def cloudfront(connect: Connect) -> Any:
    return connect("cloudfront")


@pytest.fixture
def control(cloudfront: Any) -> str:
    return str(cloudfront.create_origin_access_control(OriginAccessControlConfig=CONTROL)["OriginAccessControl"]["Id"])


def _config(control: str = "", **more: Any) -> dict[str, Any]:
    origin: dict[str, Any] = {
        "Id": "bucket",
        "DomainName": "b.s3.eu-central-1.amazonaws.com",
        "S3OriginConfig": {"OriginAccessIdentity": ""},
        "OriginAccessControlId": control,
    }
    behavior = {"TargetOriginId": "bucket", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "658327ea"}
    return {
        "CallerReference": "once",
        "Comment": "c",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behavior,
        **more,
    }


def _create(cloudfront: Any, config: dict[str, Any]) -> tuple[str, str]:
    made = cloudfront.create_distribution_with_tags(
        DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": [{"Key": "a", "Value": "b"}]}}
    )
    return made["Distribution"]["Id"], made["ETag"]


def test_what_is_submitted_reads_back(cloudfront: Any, control: str) -> None:
    config = _config(control, HttpVersion="http2and3", PriceClass="PriceClass_100", DefaultRootObject="index.html")
    function = {"FunctionARN": "arn:aws:cloudfront::123456789012:function/f", "EventType": "viewer-request"}
    config["DefaultCacheBehavior"] |= {
        "FunctionAssociations": {"Quantity": 1, "Items": [function]},
        "GrpcConfig": {"Enabled": True},
        "Compress": True,
    }
    inside = {"VpcOriginId": "vo_1", "OriginReadTimeout": 20, "OriginKeepaliveTimeout": 7}
    vpc_origin = {"Id": "vpc", "DomainName": "x.internal", "VpcOriginConfig": inside, "ResponseCompletionTimeout": 90}
    custom = {
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
        "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]},
        "IpAddressType": "dualstack",
    }
    origins = [*config["Origins"]["Items"], vpc_origin, {"Id": "own", "DomainName": "x.example", "CustomOriginConfig": custom}]
    config["Origins"] = {"Quantity": 3, "Items": origins}
    made, etag = _create(cloudfront, config)
    shown = cloudfront.get_distribution_config(Id=made)
    assert _contains(shown["DistributionConfig"], config)
    assert shown["ETag"] == etag
    assert cloudfront.get_distribution(Id=made)["Distribution"]["DistributionConfig"] == shown["DistributionConfig"]
    (listed,) = cloudfront.list_distributions()["DistributionList"]["Items"]
    assert (listed["ETag"], listed["Origins"]) == (etag, shown["DistributionConfig"]["Origins"])
    assert cloudfront.list_tags_for_resource(Resource=listed["ARN"])["Tags"]["Items"] == [{"Key": "a", "Value": "b"}]


def _contains(shown: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return all(name in shown and _contains(shown[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return len(shown) == len(wanted) and all(map(_contains, shown, wanted))
    return bool(shown == wanted)


def test_aws_fills_in_defaults(cloudfront: Any) -> None:
    made, _ = _create(cloudfront, _config())
    shown = cloudfront.get_distribution_config(Id=made)["DistributionConfig"]
    assert shown["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    assert shown["DefaultCacheBehavior"]["AllowedMethods"]["CachedMethods"]["Items"] == ["HEAD", "GET"]
    assert shown["Origins"]["Items"][0]["ConnectionAttempts"] == 3
    assert (shown["Aliases"], shown["PriceClass"], shown["WebACLId"]) == ({"Quantity": 0}, "PriceClass_All", "")


def test_the_etag_changes_with_each_update_and_must_match(cloudfront: Any) -> None:
    made, first = _create(cloudfront, _config())
    config = cloudfront.get_distribution_config(Id=made)["DistributionConfig"]
    changed = {**config, "Comment": "changed"}
    second = cloudfront.update_distribution(Id=made, DistributionConfig=changed, IfMatch=first)["ETag"]
    assert second != first
    assert cloudfront.get_distribution_config(Id=made)["DistributionConfig"] == changed
    assert cloudfront.get_distribution_config(Id=made)["ETag"] == second
    stale = {"Id": made, "DistributionConfig": changed, "IfMatch": first}
    assert refusal(cloudfront.update_distribution, **stale) == "PreconditionFailed"
    assert refusal(cloudfront.update_distribution, Id=made, DistributionConfig=changed) == "InvalidIfMatchVersion"
    other = {**changed, "CallerReference": "another"}
    assert refusal(cloudfront.update_distribution, Id=made, DistributionConfig=other, IfMatch=second) == "IllegalUpdate"


def test_a_distribution_is_disabled_before_it_is_deleted(cloudfront: Any) -> None:
    made, first = _create(cloudfront, _config())
    assert refusal(cloudfront.delete_distribution, Id=made, IfMatch=first) == "DistributionNotDisabled"
    off = {**cloudfront.get_distribution_config(Id=made)["DistributionConfig"], "Enabled": False}
    second = cloudfront.update_distribution(Id=made, DistributionConfig=off, IfMatch=first)["ETag"]
    assert refusal(cloudfront.delete_distribution, Id=made, IfMatch=first) == "PreconditionFailed"
    assert refusal(cloudfront.delete_distribution, Id=made, IfMatch=second) == "DistributionNotDisabled"
    _deployed(cloudfront, made)
    cloudfront.delete_distribution(Id=made, IfMatch=second)
    assert refusal(cloudfront.get_distribution, Id=made) == "NoSuchDistribution"


def _deployed(cloudfront: Any, distribution: str) -> list[str]:
    """What is shown until it is deployed."""
    shown: list[str] = []
    while "Deployed" not in shown:
        shown.append(cloudfront.get_distribution(Id=distribution)["Distribution"]["Status"])
    return shown


def test_each_change_is_in_progress_for_a_while(cloudfront: Any) -> None:
    made, etag = _create(cloudfront, _config())
    for _ in range(2):
        assert _deployed(cloudfront, made) == ["InProgress", "InProgress", "InProgress", "Deployed"]
        config = cloudfront.get_distribution_config(Id=made)["DistributionConfig"]
        changed = cloudfront.update_distribution(Id=made, DistributionConfig=config, IfMatch=etag)
        assert changed["Distribution"]["Status"] == "InProgress"
        (listed,) = cloudfront.list_distributions()["DistributionList"]["Items"]
        assert listed["Status"] == "InProgress"
        etag = changed["ETag"]
        _deployed(cloudfront, made)
        config = {**config, "Comment": "again"}
        etag = cloudfront.update_distribution(Id=made, DistributionConfig=config, IfMatch=etag)["ETag"]


def test_a_behaviour_may_go_to_an_origin_group(cloudfront: Any) -> None:
    config = _config()
    second = {**config["Origins"]["Items"][0], "Id": "second"}
    members = {"Quantity": 2, "Items": [{"OriginId": "bucket"}, {"OriginId": "second"}]}
    criteria = {"StatusCodes": {"Quantity": 1, "Items": [500]}}
    config["Origins"] = {"Quantity": 2, "Items": [*config["Origins"]["Items"], second]}
    config["OriginGroups"] = {"Quantity": 1, "Items": [{"Id": "both", "FailoverCriteria": criteria, "Members": members}]}
    config["DefaultCacheBehavior"]["TargetOriginId"] = "both"
    made, _ = _create(cloudfront, config)
    assert cloudfront.get_distribution_config(Id=made)["DistributionConfig"]["OriginGroups"] == config["OriginGroups"]


def test_configurations_that_aws_refuses(cloudfront: Any) -> None:
    good = _config(Aliases={"Quantity": 1, "Items": ["a.example"]})
    _create(cloudfront, good)

    def refused(change: Any) -> str:
        config = copy.deepcopy({**good, "CallerReference": "other", "Aliases": {"Quantity": 0}})
        change(config)
        return refusal(cloudfront.create_distribution, DistributionConfig=config)

    assert refused(lambda config: config.update(Aliases={"Quantity": 1, "Items": ["a.example"]})) == "CNAMEAlreadyExists"
    assert refused(lambda config: config["Aliases"].update(Quantity=2, Items=["b.example"])) == "InconsistentQuantities"
    assert refused(lambda config: config["DefaultCacheBehavior"].update(TargetOriginId="x")) == "NoSuchOrigin"
    assert refused(lambda config: config["Origins"]["Items"][0].pop("S3OriginConfig")) == "InvalidArgument"
    unknown = {"OriginAccessControlId": "E0"}
    assert refused(lambda config: config["Origins"]["Items"][0].update(unknown)) == "InvalidOriginAccessControl"
    assert len(cloudfront.list_distributions()["DistributionList"]["Items"]) == 1


def test_an_origin_access_control_has_etags_and_a_name_of_its_own(cloudfront: Any, control: str) -> None:
    duplicate = {"OriginAccessControlConfig": CONTROL}
    assert refusal(cloudfront.create_origin_access_control, **duplicate) == "OriginAccessControlAlreadyExists"
    shown = cloudfront.get_origin_access_control_config(Id=control)
    assert shown["OriginAccessControlConfig"] == {**CONTROL, "Description": ""}
    changed = {**CONTROL, "Description": "d", "SigningBehavior": "never"}
    update = {"Id": control, "OriginAccessControlConfig": changed}
    second = cloudfront.update_origin_access_control(**update, IfMatch=shown["ETag"])["ETag"]
    assert second != shown["ETag"]
    assert cloudfront.get_origin_access_control(Id=control)["ETag"] == second
    assert cloudfront.get_origin_access_control(Id=control)["OriginAccessControl"]["OriginAccessControlConfig"] == changed
    assert refusal(cloudfront.update_origin_access_control, **update, IfMatch=shown["ETag"]) == "PreconditionFailed"
    assert refusal(cloudfront.delete_origin_access_control, Id=control) == "InvalidIfMatchVersion"
    cloudfront.delete_origin_access_control(Id=control, IfMatch=second)
    assert refusal(cloudfront.get_origin_access_control_config, Id=control) == "NoSuchOriginAccessControl"


def test_an_origin_access_control_stays_while_it_is_used(cloudfront: Any, control: str) -> None:
    made, first = _create(cloudfront, _config(control, Enabled=False))
    etag = cloudfront.get_origin_access_control_config(Id=control)["ETag"]
    assert refusal(cloudfront.delete_origin_access_control, Id=control, IfMatch=etag) == "OriginAccessControlInUse"
    _deployed(cloudfront, made)
    cloudfront.delete_distribution(Id=made, IfMatch=first)
    cloudfront.delete_origin_access_control(Id=control, IfMatch=etag)
