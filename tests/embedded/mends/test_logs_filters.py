"""Filters of log groups: metrics, and subscriptions."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ..conftest import refusal

if TYPE_CHECKING:
    from ..conftest import Connect

METRIC = {"metricName": "Errors", "metricNamespace": "Shop", "metricValue": "1"}
# More than anything here takes to be active.
LOOKS = 4
CENTRAL = "arn:aws:logs:eu-central-1:210987654321:destination:central"


@pytest.fixture
def logs(connect: Connect) -> Any:
    client = connect("logs")
    client.create_log_group(logGroupName="g")
    return client


def counted(logs: Any, name: str = "f", group: str = "g", **more: Any) -> dict[str, Any]:
    return {"logGroupName": group, "filterName": name, "filterPattern": "", "metricTransformations": [METRIC], **more}


def handed_on(name: str = "f", arn: str = CENTRAL, **more: Any) -> dict[str, Any]:
    return {"logGroupName": "g", "filterName": name, "filterPattern": "", "destinationArn": arn, **more}


def role(connect: Connect, service: str) -> str:
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]}
    made = connect("iam").create_role(RoleName=service.replace(".", "-"), AssumeRolePolicyDocument=json.dumps(trust))
    return str(made["Role"]["Arn"])


def test_a_metric_filter_reads_back_and_is_replaced_whole(logs: Any) -> None:
    full: dict[str, Any] = {
        "applyOnTransformedLogs": True,
        "fieldSelectionCriteria": "a = b",
        "emitSystemFieldDimensions": ["@aws.region"],
        "metricTransformations": [{**METRIC, "unit": "Count", "dimensions": {"Code": "$.code"}}],
    }
    logs.put_metric_filter(**counted(logs, **full))
    [first] = logs.describe_metric_filters()["metricFilters"]
    assert {name: first[name] for name in full} == full
    logs.put_metric_filter(**counted(logs))
    [second] = logs.describe_metric_filters(logGroupName="g")["metricFilters"]
    assert second == {**counted(logs), "applyOnTransformedLogs": False, "creationTime": first["creationTime"]}
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 1


def test_filters_stand_in_groups_that_are_there(logs: Any) -> None:
    assert refusal(logs.put_metric_filter, **counted(logs, group="none")) == "ResourceNotFoundException"
    assert refusal(logs.describe_metric_filters, logGroupName="none") == "ResourceNotFoundException"
    for call in (logs.delete_metric_filter, logs.delete_subscription_filter):
        for group in ("g", "none"):
            assert refusal(call, logGroupName=group, filterName="f") == "ResourceNotFoundException"


def test_a_groups_filters_end_with_it(logs: Any) -> None:
    logs.create_log_group(logGroupName="h")
    for group in ("g", "h"):
        logs.put_metric_filter(**counted(logs, group=group))
    logs.delete_log_group(logGroupName="g")
    logs.create_log_group(logGroupName="g")
    assert [one["logGroupName"] for one in logs.describe_metric_filters()["metricFilters"]] == ["h"]
    assert {one["logGroupName"]: one["metricFilterCount"] for one in logs.describe_log_groups()["logGroups"]} == {
        "g": 0,
        "h": 1,
    }
    logs.delete_metric_filter(logGroupName="h", filterName="f")
    assert logs.describe_metric_filters()["metricFilters"] == []


def test_metric_filters_come_in_pages_and_by_what_is_asked_for(logs: Any) -> None:
    for number in range(100):
        logs.put_metric_filter(**counted(logs, f"f{number:03}"))
    assert refusal(logs.put_metric_filter, **counted(logs, "more")) == "LimitExceededException"
    first = logs.describe_metric_filters()
    assert len(first["metricFilters"]) == 50
    assert "nextToken" not in logs.describe_metric_filters(nextToken=first["nextToken"])
    asked = {"logGroupName": "g", "filterNamePrefix": "f00", "limit": 2}
    assert [one["filterName"] for one in logs.describe_metric_filters(**asked)["metricFilters"]] == ["f000", "f001"]
    assert logs.describe_metric_filters(metricName="None", metricNamespace="Shop")["metricFilters"] == []
    assert refusal(logs.describe_metric_filters, metricName="Errors") == "InvalidParameterException"


@pytest.mark.parametrize(
    "wrong",
    [
        {"metricTransformations": [{**METRIC, "defaultValue": 0, "dimensions": {"a": "$.a"}}]},
        {"metricTransformations": [{**METRIC, "dimensions": dict.fromkeys("abcd", "$.a")}]},
        {"emitSystemFieldDimensions": ["@source.log"]},
    ],
)
def test_metric_filters_that_are_refused(logs: Any, wrong: dict[str, Any]) -> None:
    assert refusal(logs.put_metric_filter, **counted(logs, **wrong)) == "InvalidParameterException"


def test_a_subscription_filter_reads_back_and_is_replaced_whole(logs: Any) -> None:
    full: dict[str, Any] = {
        "distribution": "Random",
        "applyOnTransformedLogs": True,
        "fieldSelectionCriteria": "a = b",
        "emitSystemFields": ["@source.log"],
    }
    logs.put_subscription_filter(**handed_on(**full))
    [first] = logs.describe_subscription_filters(logGroupName="g")["subscriptionFilters"]
    assert {name: first[name] for name in full} == full
    logs.put_subscription_filter(**handed_on())
    [second] = logs.describe_subscription_filters(logGroupName="g", filterNamePrefix="f")["subscriptionFilters"]
    about = {"distribution": "ByLogStream", "applyOnTransformedLogs": False, "creationTime": first["creationTime"]}
    assert second == {**handed_on(), **about}


def test_a_group_has_two_subscriptions_and_both_can_change(logs: Any) -> None:
    for name in ("a", "b"):
        logs.put_subscription_filter(**handed_on(name))
    assert refusal(logs.put_subscription_filter, **handed_on("c")) == "LimitExceededException"
    for name in ("a", "b"):
        logs.put_subscription_filter(**handed_on(name, filterPattern="ERROR"))
    found = logs.describe_subscription_filters(logGroupName="g")["subscriptionFilters"]
    assert [(one["filterName"], one["filterPattern"]) for one in found] == [("a", "ERROR"), ("b", "ERROR")]
    logs.delete_subscription_filter(logGroupName="g", filterName="a")
    logs.put_subscription_filter(**handed_on("c"))


def test_a_kinesis_stream_must_be_there_and_its_role_let_logs_in(logs: Any, connect: Connect) -> None:
    kinesis = connect("kinesis")
    kinesis.create_stream(StreamName="s", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="s")["StreamDescription"]["StreamARN"]
    writer, other = role(connect, "logs.amazonaws.com"), role(connect, "ec2.amazonaws.com")
    for wrong in ({}, {"roleArn": other}, {"roleArn": "arn:aws:iam::123456789012:role/none"}):
        assert refusal(logs.put_subscription_filter, **handed_on(arn=stream, **wrong)) == "InvalidParameterException"
    missing = handed_on(arn=f"{stream}-none", roleArn=writer)
    assert refusal(logs.put_subscription_filter, **missing) == "InvalidParameterException"
    logs.put_subscription_filter(**handed_on(arn=stream, roleArn=writer))


def test_a_firehose_stream_must_be_active(logs: Any, connect: Connect) -> None:
    firehose, writer = connect("firehose"), role(connect, "logs.eu-central-1.amazonaws.com")
    deliverer = role(connect, "firehose.amazonaws.com")
    connect("s3").create_bucket(Bucket="some-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    to = {"RoleARN": deliverer, "BucketARN": "arn:aws:s3:::some-bucket"}
    arn = firehose.create_delivery_stream(DeliveryStreamName="d", ExtendedS3DestinationConfiguration=to)["DeliveryStreamARN"]
    wanted = handed_on(arn=arn, roleArn=writer)
    assert refusal(logs.put_subscription_filter, **wanted) == "InvalidParameterException"
    for _ in range(LOOKS):
        firehose.describe_delivery_stream(DeliveryStreamName="d")
    logs.put_subscription_filter(**wanted)
    none = handed_on(arn=arn.replace("stream/d", "stream/none"), roleArn=writer)
    assert refusal(logs.put_subscription_filter, **none) == "InvalidParameterException"


def test_a_function_must_let_logs_call_it(logs: Any, connect: Connect) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): ...")
    functions, runs_as = connect("lambda"), role(connect, "lambda.amazonaws.com")
    about = {"Runtime": "python3.12", "Handler": "index.handler", "Code": {"ZipFile": code.getvalue()}}
    arn = functions.create_function(FunctionName="h", Role=runs_as, **about)["FunctionArn"]
    assert refusal(logs.put_subscription_filter, **handed_on(arn=arn)) == "InvalidParameterException"
    for _ in range(LOOKS):
        functions.get_function_configuration(FunctionName="h")
    functions.add_permission(
        FunctionName="h", StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com"
    )
    logs.put_subscription_filter(**handed_on(arn=arn))
    assert refusal(logs.put_subscription_filter, **handed_on("g", arn=f"{arn}-none")) == "InvalidParameterException"


def test_other_services_take_no_logs(logs: Any) -> None:
    assert refusal(logs.put_subscription_filter, **handed_on(arn="arn:aws:s3:::bucket")) == "InvalidParameterException"
