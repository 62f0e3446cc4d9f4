"""Requests are held against the service model, as AWS holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

    from .conftest import Connect

BROKEN: list[tuple[str, str, dict[str, Any], str, str, str]] = [
    (
        "ec2",
        "create_vpc",
        {"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "x"},
        "InvalidParameterValue",
        "InstanceTenancy",
        "enum value set",
    ),
    (
        "iam",
        "get_role",
        {"RoleName": "x" * 65},
        "ValidationError",
        "RoleName",
        "length less than or equal to 64",
    ),
    ("iam", "get_role", {"RoleName": "a b"}, "ValidationError", "RoleName", "regular expression pattern"),
    (
        "kms",
        "tag_resource",
        {"KeyId": "k", "Tags": [{"TagKey": "ok", "TagValue": ""}, {"TagKey": "k" * 129, "TagValue": ""}]},
        "ValidationException",
        "Tags.2.TagKey",
        "length less than or equal to 128",
    ),
    (
        "kms",
        "enable_key_rotation",
        {"KeyId": "k", "RotationPeriodInDays": 2561},
        "ValidationException",
        "RotationPeriodInDays",
        "value less than or equal to 2560",
    ),
    ("logs", "create_log_group", {"logGroupName": "a b"}, "InvalidParameterException", "logGroupName", "pattern"),
    (
        "s3",
        "put_bucket_versioning",
        {"Bucket": "some-bucket", "VersioningConfiguration": {"Status": "On"}},
        "InvalidArgument",
        "VersioningConfiguration.Status",
        "enum value set",
    ),
    (
        "lambda",
        "update_function_configuration",
        {"FunctionName": "f", "Timeout": 901, "Environment": {"Variables": {"1a": "x"}}},
        "ValidationException",
        "Environment.Variables.key",
        "pattern",
    ),
]


@pytest.mark.parametrize(
    ("service", "method", "parameters", "code", "where", "rule"), BROKEN, ids=[f"{row[0]}-{row[4]}" for row in BROKEN]
)
def test_what_the_model_does_not_allow_is_refused(
    server: Running,
    connect: Connect,
    service: str,
    method: str,
    parameters: dict[str, Any],
    code: str,
    where: str,
    rule: str,
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(connect(service), method)(**parameters)
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert where in error["Message"]
    assert rule in error["Message"]
    assert where in {violation.parameter for violation in server.violations}


def test_a_good_request_leaves_no_violation(server: Running, connect: Connect, vpc: str) -> None:
    connect("logs").create_log_group(logGroupName="/a/b.c_d-e#1", tags={"a:b": "c d"})
    connect("kms").create_key(Description="", Tags=[{"TagKey": "a", "TagValue": ""}])
    assert server.violations == []


def test_a_secret_is_not_in_the_refusal(server: Running, connect: Connect) -> None:
    with pytest.raises(ClientError) as caught:
        connect("secretsmanager").create_secret(Name="s", SecretString="hunter2" * 10_000)
    assert "hunter2" not in str(caught.value)
    assert [violation.parameter for violation in server.violations] == ["SecretString"]
    assert "hunter2" not in str(server.violations)


def test_a_model_that_says_less_than_aws_is_not_held_against_a_request(server: Running, connect: Connect) -> None:
    data = {"InstanceType": "z99.huge"}
    connect("ec2").create_launch_template(LaunchTemplateName="some", LaunchTemplateData=data)
    assert server.violations == []
