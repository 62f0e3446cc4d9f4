"""What the embedded AWS cannot do is said in AWS's own format, and what AWS says itself is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from .conftest import REGION, refusal

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from .conftest import Connect

UNSUPPORTED: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "DescribeInstanceConnectEndpoints", {}),
    ("rds", "DescribePendingMaintenanceActions", {}),
    ("cloudfront", "ListCachePolicies", {}),
    ("kms", "DescribeCustomKeyStores", {}),
    ("lambda", "GetRuntimeManagementConfig", {"FunctionName": "x"}),
    ("s3", "ListBucketMetricsConfigurations", {"Bucket": "some-bucket"}),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), UNSUPPORTED, ids=[row[0] for row in UNSUPPORTED])
def test_an_unknown_call_is_named(
    server: Running, connect: Connect, service: str, operation: str, parameters: dict[str, Any]
) -> None:
    client = connect(service)
    method = {name: method for method, name in client.meta.method_to_api_mapping.items()}[operation]
    with pytest.raises(ClientError) as caught:
        getattr(client, method)(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == "NotImplemented"
    assert error["Message"].startswith(f"the embedded AWS does not know {service}:{operation}")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert [recorded.outcome for recorded in server.calls] == ["NotImplemented"]


def test_a_crash_inside_moto_is_said_and_the_server_goes_on(connect: Connect, ec2: Any) -> None:
    unknown_filter = [{"Name": "no-such-filter", "Values": ["x"]}]
    assert refusal(ec2.describe_subnets, Filters=unknown_filter) == "NotImplemented"
    assert ec2.describe_vpcs()["Vpcs"]


def test_what_is_missing_in_aws_is_still_missing(connect: Connect) -> None:
    s3 = connect("s3")
    assert refusal(s3.head_bucket, Bucket="nobody-has-this") == "404"
    assert refusal(s3.get_bucket_policy, Bucket="nobody-has-this") == "NoSuchBucket"
    s3.create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": REGION})
    assert refusal(s3.get_bucket_policy, Bucket="some-bucket") == "NoSuchBucketPolicy"
    assert refusal(s3.get_object, Bucket="some-bucket", Key="none") == "NoSuchKey"
    assert refusal(connect("cloudfront").get_distribution, Id="E1") == "NoSuchDistribution"
    assert refusal(connect("iam").get_role, RoleName="none") == "NoSuchEntity"
    assert refusal(connect("lambda").get_function, FunctionName="none") == "ResourceNotFoundException"
