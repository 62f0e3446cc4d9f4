"""CloudFront: response headers policies, and the certificates of distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from moto.backends import get_backend

from ..conftest import ACCOUNT, refusal

if TYPE_CHECKING:
    from ..conftest import Connect

SECURITY_HEADERS = "67f7725c-6f97-4210-82d7-5512b31e9d03"
CONFIG = {
    "Name": "p",
    "Comment": "c",
    "SecurityHeadersConfig": {"ContentTypeOptions": {"Override": True}},
    "CustomHeadersConfig": {"Quantity": 1, "Items": [{"Header": "x-a", "Value": "1", "Override": False}]},
    "ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 12.5},
}


@pytest.fixture
def cloudfront(connect: Connect) -> Any:
    return connect("cloudfront")


@pytest.fixture
def policy(cloudfront: Any) -> str:
    return str(_create(cloudfront)["ResponseHeadersPolicy"]["Id"])


def _create(cloudfront: Any, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = cloudfront.create_response_headers_policy(ResponseHeadersPolicyConfig={**CONFIG, **more})
    return made


def _distribution(policy: str = "", **more: Any) -> dict[str, Any]:
    origin = {"Id": "b", "DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behavior = {"TargetOriginId": "b", "ViewerProtocolPolicy": "https-only", "CachePolicyId": "658327ea"}
    config = {
        "CallerReference": "once",
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": {**behavior, **({"ResponseHeadersPolicyId": policy} if policy else {})},
        **more,
    }
    return {"DistributionConfig": config}


def _ids(cloudfront: Any, **asked: Any) -> list[str]:
    shown = cloudfront.list_response_headers_policies(**asked)["ResponseHeadersPolicyList"]
    return [one["ResponseHeadersPolicy"]["Id"] for one in shown.get("Items", ())]


def test_a_policy_reads_back_whole(cloudfront: Any) -> None:
    made = _create(cloudfront)
    policy = made["ResponseHeadersPolicy"]["Id"]
    shown = cloudfront.get_response_headers_policy(Id=policy)
    assert shown["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"] == CONFIG
    assert made["ETag"] == shown["ETag"]
    config = cloudfront.get_response_headers_policy_config(Id=policy)
    assert (config["ResponseHeadersPolicyConfig"], config["ETag"]) == (CONFIG, shown["ETag"])
    assert refusal(cloudfront.get_response_headers_policy, Id="none") == "NoSuchResponseHeadersPolicy"


def test_every_change_has_its_etag(cloudfront: Any, policy: str) -> None:
    first = cloudfront.get_response_headers_policy(Id=policy)["ETag"]
    change = {"Id": policy, "ResponseHeadersPolicyConfig": {**CONFIG, "Comment": "changed"}}
    assert refusal(cloudfront.update_response_headers_policy, **change) == "InvalidIfMatchVersion"
    second = cloudfront.update_response_headers_policy(**change, IfMatch=first)
    assert second["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]["Comment"] == "changed"
    assert second["ETag"] != first
    assert refusal(cloudfront.update_response_headers_policy, **change, IfMatch=first) == "PreconditionFailed"
    assert refusal(cloudfront.delete_response_headers_policy, Id=policy, IfMatch=first) == "PreconditionFailed"
    cloudfront.delete_response_headers_policy(Id=policy, IfMatch=second["ETag"])
    assert refusal(cloudfront.delete_response_headers_policy, Id=policy) == "NoSuchResponseHeadersPolicy"


def test_awss_own_policies_are_there_and_can_not_be_changed(cloudfront: Any, policy: str) -> None:
    assert _ids(cloudfront, Type="custom") == [policy]
    managed = _ids(cloudfront, Type="managed")
    assert SECURITY_HEADERS in managed
    assert _ids(cloudfront) == [*managed, policy]
    shown = cloudfront.get_response_headers_policy(Id=SECURITY_HEADERS)
    config = shown["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert config["Name"] == "Managed-SecurityHeadersPolicy"
    asked = {"Id": SECURITY_HEADERS, "IfMatch": shown["ETag"]}
    assert refusal(cloudfront.delete_response_headers_policy, **asked) == "IllegalDelete"
    assert refusal(cloudfront.update_response_headers_policy, **asked, ResponseHeadersPolicyConfig=config) == "IllegalUpdate"


def test_the_list_has_pages(cloudfront: Any) -> None:
    made = [_create(cloudfront, Name=name)["ResponseHeadersPolicy"]["Id"] for name in "abc"]
    first = cloudfront.list_response_headers_policies(Type="custom", MaxItems="2")["ResponseHeadersPolicyList"]
    assert (first["Quantity"], first["NextMarker"]) == (2, "2")
    assert _ids(cloudfront, Type="custom", Marker=first["NextMarker"]) == made[2:]


def test_a_policy_stays_while_it_is_used(cloudfront: Any, policy: str) -> None:
    users = {"ResponseHeadersPolicyId": policy}
    assert cloudfront.list_distributions_by_response_headers_policy_id(**users)["DistributionIdList"]["Quantity"] == 0
    made = cloudfront.create_distribution(**_distribution(policy))
    found = cloudfront.list_distributions_by_response_headers_policy_id(**users)["DistributionIdList"]
    assert found["Items"] == [made["Distribution"]["Id"]]
    unused = {"Id": policy, "IfMatch": cloudfront.get_response_headers_policy(Id=policy)["ETag"]}
    assert refusal(cloudfront.delete_response_headers_policy, **unused) == "ResponseHeadersPolicyInUse"
    cloudfront.update_distribution(
        Id=made["Distribution"]["Id"], IfMatch=made["ETag"], **_distribution(SECURITY_HEADERS, CallerReference="once")
    )
    cloudfront.delete_response_headers_policy(**unused)
    assert _ids(cloudfront, Type="custom") == []


def test_a_distribution_uses_policies_that_exist(cloudfront: Any) -> None:
    assert refusal(cloudfront.create_distribution, **_distribution("none")) == "NoSuchResponseHeadersPolicy"
    unknown = {"ResponseHeadersPolicyId": "none"}
    assert refusal(cloudfront.list_distributions_by_response_headers_policy_id, **unknown) == "NoSuchResponseHeadersPolicy"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "ResponseHeadersPolicyAlreadyExists"),
        ({"Name": "n" * 129}, "InvalidArgument"),
        ({"Name": "q", "Comment": "c" * 129}, "InvalidArgument"),
        ({"Name": "q", "CustomHeadersConfig": {"Quantity": 2, "Items": []}}, "InconsistentQuantities"),
        (
            {"Name": "q", "RemoveHeadersConfig": {"Quantity": 11, "Items": [{"Header": f"x-{n}"} for n in range(11)]}},
            "TooManyRemoveHeadersInResponseHeadersPolicy",
        ),
        (
            {
                "Name": "q",
                "SecurityHeadersConfig": {
                    "XSSProtection": {"Override": True, "Protection": True, "ModeBlock": True, "ReportUri": "/"}
                },
            },
            "InvalidArgument",
        ),
    ],
)
def test_policies_that_cloudfront_refuses(cloudfront: Any, policy: str, change: dict[str, Any], code: str) -> None:
    refused = {"ResponseHeadersPolicyConfig": {**CONFIG, **change}}
    assert refusal(cloudfront.create_response_headers_policy, **refused) == code
    assert _ids(cloudfront, Type="custom") == [policy]


def test_a_policy_without_headers_is_none(cloudfront: Any) -> None:
    empty = {"ResponseHeadersPolicyConfig": {"Name": "p", "Comment": ""}}
    assert refusal(cloudfront.create_response_headers_policy, **empty) == "InvalidArgument"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_distributions_certificate_is_issued_and_in_its_region(connect: Connect, cloudfront: Any, region: str) -> None:
    asked = connect("acm", region).request_certificate(DomainName="example.com", ValidationMethod="DNS")
    arn = asked["CertificateArn"]
    certificate = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
    config = _distribution(ViewerCertificate=certificate)
    assert refusal(cloudfront.create_distribution, **config) == "InvalidViewerCertificate"
    bundle: Any = get_backend("acm")[ACCOUNT][region]._certificates[arn]
    bundle.status = "ISSUED"
    if region != "us-east-1":
        assert refusal(cloudfront.create_distribution, **config) == "InvalidViewerCertificate"
        return
    made = cloudfront.create_distribution(**config)["Distribution"]
    shown = connect("acm", region).describe_certificate(CertificateArn=arn)["Certificate"]
    assert shown["InUseBy"] == [made["ARN"]]
    assert refusal(connect("acm", region).delete_certificate, CertificateArn=arn) == "ResourceInUseException"


def test_a_certificate_that_acm_never_heard_of_is_let_pass(cloudfront: Any) -> None:
    certificate = {"IAMCertificateId": "A", "SSLSupportMethod": "sni-only"}
    assert cloudfront.create_distribution(**_distribution(ViewerCertificate=certificate))["ETag"]
