"""Calls and answers survive the way through each of AWS's wire formats."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from provisioner.embedded.call import Answer, Behaviour, Call, HangUp, Refused

from .conftest import ACCOUNT, REGION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

    from .conftest import Connect

WHEN = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)

# One call of each protocol: (service, operation, parameters, an answer).
PROTOCOLS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    (
        "ec2",
        "DescribeVpcs",
        {"VpcIds": ["vpc-1", "vpc-2"], "Filters": [{"Name": "tag:a", "Values": ["1", "2"]}], "MaxResults": 5},
        {"Vpcs": [{"VpcId": "vpc-1", "IsDefault": True, "Tags": [{"Key": "a", "Value": "<&>"}]}], "NextToken": "more"},
    ),
    (
        "iam",
        "GetRole",
        {"RoleName": "x"},
        {
            "Role": {
                "Path": "/",
                "RoleName": "x",
                "RoleId": "AROA",
                "Arn": "arn:aws:iam::1:role/x",
                "CreateDate": WHEN,
                "MaxSessionDuration": 3600,
                "Tags": [{"Key": "a", "Value": "b"}],
            }
        },
    ),
    (
        "kms",
        "DescribeKey",
        {"KeyId": "alias/x", "GrantTokens": ["t"]},
        {"KeyMetadata": {"KeyId": "1", "CreationDate": WHEN, "Enabled": False}},
    ),
    (
        "lambda",
        "UpdateFunctionConfiguration",
        {"FunctionName": "f", "MemorySize": 256, "Environment": {"Variables": {"A": "1"}}},
        {"FunctionName": "f", "MemorySize": 256, "Layers": [{"Arn": "a", "CodeSize": 7}]},
    ),
    (
        "s3",
        "GetBucketLifecycleConfiguration",
        {"Bucket": "some-bucket", "ExpectedBucketOwner": ACCOUNT},
        {
            "Rules": [
                {"ID": "r", "Status": "Enabled", "Filter": {"And": {"Prefix": "p", "ObjectSizeGreaterThan": 10}}},
                {"ID": "s", "Status": "Disabled", "Expiration": {"Days": 3}},
            ],
            "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        },
    ),
    (
        "cloudfront",
        "GetOriginAccessControlConfig",
        {"Id": "E1"},
        {
            "ETag": "E2",
            "OriginAccessControlConfig": {
                "Name": "n",
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            },
        },
    ),
]


class Says(Behaviour):
    """Answers each call alike and remembers what it was asked."""

    def __init__(self, content: dict[str, Any] | Refused) -> None:
        self.asked: list[Call] = []
        self.content = content

    def before(self, call: Call) -> Answer:
        self.asked.append(call)
        return Answer.of(self.content)


@pytest.fixture
def behaviours(server: Running) -> Iterator[list[Behaviour]]:
    before = list(server.behaviours)
    yield server.behaviours
    server.behaviours[:] = before


def _method(client: Any, operation: str) -> Any:
    return getattr(client, {name: method for method, name in client.meta.method_to_api_mapping.items()}[operation])


@pytest.mark.parametrize(("service", "operation", "parameters", "result"), PROTOCOLS, ids=[row[0] for row in PROTOCOLS])
def test_a_call_and_its_answer_pass_unchanged(
    connect: Connect,
    behaviours: list[Behaviour],
    service: str,
    operation: str,
    parameters: dict[str, Any],
    result: dict[str, Any],
) -> None:
    says = Says(result)
    behaviours.insert(0, says)
    answer = _method(connect(service), operation)(**parameters)
    answer.pop("ResponseMetadata")
    assert answer == result
    (call,) = says.asked
    assert (call.service, call.operation, call.parameters) == (service, operation, parameters)
    assert (call.region, call.account) == (REGION, ACCOUNT)
    assert "Boto3" in call.user_agent


@pytest.mark.parametrize(("service", "operation", "parameters", "result"), PROTOCOLS, ids=[row[0] for row in PROTOCOLS])
def test_an_error_arrives_with_code_message_and_status(
    connect: Connect,
    behaviours: list[Behaviour],
    service: str,
    operation: str,
    parameters: dict[str, Any],
    result: dict[str, Any],
) -> None:
    behaviours.insert(0, Says(Refused("SomeCode.Odd", "is <not> & was", 409)))
    with pytest.raises(ClientError) as caught:
        _method(connect(service), operation)(**parameters)
    error = caught.value.response
    assert (error["Error"]["Code"], error["Error"]["Message"]) == ("SomeCode.Odd", "is <not> & was")
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 409
    assert error["ResponseMetadata"]["RequestId"]


def test_a_behaviour_sees_and_changes_what_moto_answers(connect: Connect, behaviours: list[Behaviour], vpc: str) -> None:
    class Renames(Behaviour):
        def after(self, call: Call, answer: Answer) -> Answer:
            if call.operation != "DescribeVpcs" or answer.error:
                return answer
            assert isinstance(answer.content, dict)
            return Answer.of({"Vpcs": [{**shown, "State": "pending"} for shown in answer.content["Vpcs"]]})

    behaviours.append(Renames())
    (shown,) = connect("ec2").describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert (shown["VpcId"], shown["State"], shown["CidrBlock"]) == (vpc, "pending", "10.0.0.0/16")


def test_the_first_behaviour_is_the_outermost(connect: Connect, behaviours: list[Behaviour]) -> None:
    order: list[str] = []

    class Notes(Behaviour):
        def __init__(self, name: str) -> None:
            self.name = name

        def before(self, call: Call) -> None:
            order.append(f"before {self.name}")

        def after(self, call: Call, answer: Answer) -> Answer:
            order.append(f"after {self.name}")
            return answer

    behaviours[:0] = [Notes("first"), Notes("second")]
    connect("ec2").describe_vpcs()
    assert order == ["before first", "before second", "after second", "after first"]


def test_a_failing_behaviour_is_answered_not_dropped(connect: Connect, behaviours: list[Behaviour]) -> None:
    class Fails(Behaviour):
        def before(self, call: Call) -> Answer | None:
            raise KeyError("oops")

    behaviours.append(Fails())
    with pytest.raises(ClientError, match=r"NotImplemented.*KeyError: 'oops'"):
        connect("ec2").describe_vpcs()


def test_an_answer_that_does_not_fit_is_said(connect: Connect, behaviours: list[Behaviour]) -> None:
    behaviours.insert(0, Says({"Vpcs": 7}))
    with pytest.raises(ClientError, match="NotImplemented"):
        connect("ec2").describe_vpcs()


def test_a_response_can_get_lost_after_the_work_is_done(server: Running, connect: Connect, behaviours: list[Behaviour]) -> None:
    class Loses(Behaviour):
        def after(self, call: Call, answer: Answer) -> Answer:
            if call.operation == "CreateInternetGateway":
                raise HangUp
            return answer

    behaviours.insert(0, Loses())
    with pytest.raises(ConnectionClosedError):
        connect("ec2").create_internet_gateway()
    assert len(connect("ec2").describe_internet_gateways()["InternetGateways"]) == 1
    assert [recorded.outcome for recorded in server.calls] == ["lost", "ok"]


def test_an_outer_behaviour_sees_the_refusal_of_an_inner_one(connect: Connect, behaviours: list[Behaviour]) -> None:
    class Pardons(Behaviour):
        def after(self, call: Call, answer: Answer) -> Answer:
            return Answer.of({"Vpcs": []}) if answer.error else answer

    class Refuses(Behaviour):
        def before(self, call: Call) -> Answer | None:
            raise Refused("No", "no")

    behaviours[:0] = [Pardons(), Refuses()]
    assert connect("ec2").describe_vpcs()["Vpcs"] == []


def _by_query(server: Running, action: str) -> str:
    """What CloudWatch says to an SDK that knows but its oldest protocol, as most did until 2025."""
    signed = f"AWS4-HMAC-SHA256 Credential=test/20300102/{REGION}/monitoring/aws4_request, SignedHeaders=host, Signature=0"
    form = {"Authorization": signed, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    request = urllib.request.Request(server.url, f"Action={action}&Version=2010-08-01".encode(), form)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()


def test_a_service_of_several_protocols_answers_in_the_one_it_is_asked_in(
    server: Running, connect: Connect, behaviours: list[Behaviour]
) -> None:
    alarm = {"AlarmName": "busy", "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    metric: dict[str, Any] = {"Namespace": "N", "MetricName": "M", "Statistic": "Sum", "Period": 60}
    connect("cloudwatch").put_metric_alarm(**alarm, **metric)
    # A mend writes the first of these answers; moto does the second; the third is a refusal.
    assert "<AlarmName>busy</AlarmName>" in _by_query(server, "DescribeAlarms")
    assert "<ListMetricsResponse" in _by_query(server, "ListMetrics")
    behaviours.insert(0, Says(Refused("No", "no")))
    assert "<ErrorResponse><Error><Type>Sender</Type><Code>No</Code>" in _by_query(server, "DescribeAlarms")


def test_s3_objects_pass_as_they_are(connect: Connect) -> None:
    s3 = connect("s3")
    s3.create_bucket(Bucket="provisioner", CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("status", "a b/ü+%20", "folder/"):
        s3.put_object(Bucket="provisioner", Key=key, Body=key.encode() * 3)
    listed = s3.list_objects_v2(Bucket="provisioner")["Contents"]
    assert [entry["Key"] for entry in listed] == ["a b/ü+%20", "folder/", "status"]
    assert s3.get_object(Bucket="provisioner", Key="a b/ü+%20")["Body"].read() == "a b/ü+%20".encode() * 3
    assert s3.head_object(Bucket="provisioner", Key="status")["ContentLength"] == 18


def test_regions_are_apart(connect: Connect, vpc: str) -> None:
    there = connect("ec2", "us-west-2").describe_vpcs()["Vpcs"]
    assert vpc not in {shown["VpcId"] for shown in there}
