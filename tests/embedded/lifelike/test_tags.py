"""What tags may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.lifelike.tags import Tags

from ..conftest import REGION, behaving, make_client, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.embedded.server import Running

    from ..conftest import Connect

SEEN = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
ALARM: dict[str, Any] = {
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "MetricName": "m",
    "Namespace": "n",
}
TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'


@pytest.fixture
def tagging(server: Running) -> Iterator[None]:
    with behaving(server, Tags()):
        yield


def _listed(tags: dict[str, str], key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in tags.items()]


def _in_list(parameter: str = "Tags", **more: Any) -> Callable[[dict[str, str]], dict[str, Any]]:
    return lambda tags: {parameter: _listed(tags), **more}


def _distribution(tags: dict[str, str]) -> dict[str, Any]:
    config = {
        "CallerReference": "1",
        "Comment": "",
        "Enabled": False,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "a.example.com"}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
    }
    return {"DistributionConfigWithTags": {"DistributionConfig": config, "Tags": {"Items": _listed(tags)}}}


def _specified(tags: dict[str, str]) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": "vpc", "Tags": _listed(tags)}], "CidrBlock": "10.0.0.0/16"}


def _of_a_group(tags: dict[str, str]) -> dict[str, Any]:
    listed = [{**tag, "PropagateAtLaunch": True} for tag in _listed(tags)]
    return {"AutoScalingGroupName": "a", "MinSize": 0, "MaxSize": 0, "AvailabilityZones": [f"{REGION}a"], "Tags": listed}


def _function(tags: dict[str, str]) -> dict[str, Any]:
    return {"FunctionName": "f", "Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": b""}, "Tags": tags}


WEB_ACL: dict[str, Any] = {"Name": "a", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": SEEN}
TARGETS: dict[str, Any] = {"Name": "t", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1"}
SUBNETS: dict[str, Any] = {"DBSubnetGroupName": "g", "DBSubnetGroupDescription": "d", "SubnetIds": ["subnet-1"]}

# Service and operation, the call by its tags, and the codes for AWS's own tag and for too many (none: others refuse them).
CASES: list[tuple[str, str, Callable[[dict[str, str]], dict[str, Any]], str, str]] = [
    ("acm", "request_certificate", _in_list(DomainName="example.com"), "InvalidTagException", ""),
    ("autoscaling", "create_auto_scaling_group", _of_a_group, "ValidationError", "LimitExceeded"),
    ("cloudfront", "create_distribution_with_tags", _distribution, "InvalidTagging", "InvalidTagging"),
    (
        *("cloudtrail", "create_trail", _in_list("TagsList", Name="trail", S3BucketName="b")),
        *("InvalidTagParameterException", "TagsLimitExceededException"),
    ),
    ("cloudwatch", "put_metric_alarm", _in_list(AlarmName="a", **ALARM), "ValidationError", "LimitExceeded"),
    ("ec2", "create_vpc", _specified, "InvalidParameterValue", ""),
    ("ec2", "create_tags", _in_list(Resources=["vpc-1"]), "InvalidParameterValue", ""),
    ("elbv2", "create_target_group", _in_list(**TARGETS), "ValidationError", ""),
    ("firehose", "create_delivery_stream", _in_list(DeliveryStreamName="s"), "InvalidArgumentException", ""),
    ("iam", "create_role", _in_list(RoleName="r", AssumeRolePolicyDocument=TRUST), "InvalidInput", ""),
    (
        *("kms", "create_key", lambda tags: {"Tags": _listed(tags, "TagKey", "TagValue")}),
        *("TagException", "LimitExceededException"),
    ),
    ("lambda", "create_function", _function, "InvalidParameterValueException", "InvalidParameterValueException"),
    ("logs", "create_log_group", lambda tags: {"logGroupName": "g", "tags": tags}, "InvalidParameterException", ""),
    ("rds", "create_db_subnet_group", _in_list(**SUBNETS), "InvalidParameterValue", "InvalidParameterValue"),
    (
        "s3",
        "put_bucket_tagging",
        lambda tags: {"Bucket": "b", "Tagging": {"TagSet": _listed(tags)}},
        "InvalidTag",
        "BadRequest",
    ),
    ("secretsmanager", "create_secret", _in_list(Name="s"), "InvalidParameterException", "LimitExceededException"),
    ("sns", "create_topic", _in_list(Name="t"), "InvalidParameter", "TagLimitExceeded"),
    ("wafv2", "create_web_acl", _in_list(**WEB_ACL), "WAFInvalidParameterException", "WAFLimitsExceededException"),
]


@pytest.mark.usefixtures("tagging")
@pytest.mark.parametrize(("service", "operation", "call", "own", "many"), CASES, ids=[case[1] for case in CASES])
def test_tags_of_aws_and_too_many_of_them_are_refused(
    connect: Connect, service: str, operation: str, call: Any, own: str, many: str
) -> None:
    create = getattr(connect(service), operation)
    for key in ("aws:x", "AWS:x"):
        assert refusal(create, **call({"a": "b", key: "v"})) == own
    if many:
        assert refusal(create, **call({f"k{number}": "v" for number in range(51)})) == many


@pytest.mark.usefixtures("tagging")
def test_keys_and_values_have_their_lengths(ec2: Any) -> None:
    for key, value in (("", "v"), ("k" * 129, "v"), ("k", "v" * 257)):
        assert refusal(ec2.create_vpc, **_specified({key: value})) == "InvalidParameterValue"
    made = ec2.create_vpc(**_specified({"k" * 128: "v" * 256, "awsome": ""}))["Vpc"]
    assert len(made["Tags"]) == 2
    ec2.create_tags(Resources=[made["VpcId"]], Tags=_listed({f"k{number}": "v" for number in range(48)}))


@pytest.mark.usefixtures("tagging")
def test_what_only_looks_or_takes_away_is_let_pass(server: Running, ec2: Any, vpc: str) -> None:
    ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "aws:x"}])
    ssm = make_client("ssm", server.url)
    ssm.put_parameter(Name="p", Value="v", Type="String", Tags=[{"Key": "aws:x", "Value": "of a service that is not held"}])
    ssm.close()
