"""Calls that end badly, as a plain client of boto3's that asks once sees them."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from ..conftest import REGION, refusal
from .conftest import TRUST, vpcs

if TYPE_CHECKING:
    from collections.abc import Callable

    from provisioner.embedded.server import Running

    from ..conftest import Connect
    from .conftest import GoingWrong

RANGE = "10.0.0.0/16"


def test_of_a_lost_call_the_answer_is_lost(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("lost ec2:CreateVpc") as injected:
        with pytest.raises(ConnectionClosedError):
            ec2.create_vpc(CidrBlock=RANGE)
        assert len(vpcs(ec2)) == 1
        ec2.create_vpc(CidrBlock=RANGE)
    assert len(vpcs(ec2)) == 2
    assert [fault[:3] for fault in injected] == [(1, "lost", "ec2:CreateVpc")]


def test_a_refusal_is_not_lost(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("lost ec2:* 1") as injected:
        assert refusal(ec2.delete_vpc, VpcId="vpc-0123456789abcdef0") == "InvalidVpcID.NotFound"
    assert not injected.counts


def test_a_connection_that_is_reset_has_carried_nothing(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("reset ec2:CreateVpc 2"):
        for _ in range(2):
            with pytest.raises(ConnectionClosedError):
                ec2.create_vpc(CidrBlock=RANGE)
    assert vpcs(ec2) == []


def test_each_call_is_befallen_once_where_that_is_asked_for(connect: Connect, going_wrong: GoingWrong) -> None:
    iam = connect("iam")
    with going_wrong("error iam:CreateRole each"):
        for name in ("a", "b"):
            make = {"RoleName": name, "AssumeRolePolicyDocument": TRUST}
            assert refusal(iam.create_role, **make) in ("ServiceFailure", "ServiceUnavailable")
            iam.create_role(**make)


SERVICES: dict[str, tuple[str, str, set[str]]] = {
    "autoscaling": ("describe_auto_scaling_groups", "Throttling", {"InternalFailure", "ServiceUnavailable"}),
    "cloudfront": ("list_distributions", "Throttling", {"InternalFailure", "ServiceUnavailable"}),
    "dynamodb": ("list_tables", "ThrottlingException", {"InternalServerError", "ServiceUnavailable"}),
    "ec2": ("describe_vpcs", "RequestLimitExceeded", {"InternalError", "Unavailable"}),
    "iam": ("list_roles", "Throttling", {"ServiceFailure", "ServiceUnavailable"}),
    "kms": ("list_keys", "ThrottlingException", {"KMSInternalException", "DependencyTimeoutException"}),
    "lambda": ("list_functions", "TooManyRequestsException", {"ServiceException", "ServiceUnavailable"}),
    "s3": ("list_buckets", "SlowDown", {"InternalError", "ServiceUnavailable"}),
}


@pytest.mark.parametrize("service", SERVICES)
def test_each_service_fails_in_its_own_words(connect: Connect, going_wrong: GoingWrong, service: str) -> None:
    call, too_many, failed = SERVICES[service]
    client = getattr(connect(service), call)
    with going_wrong("throttle *:* 100%"):
        assert refusal(client) == too_many
    with going_wrong("error *:* 100%"):
        answers = [_answer(client) for _ in range(20)]
        assert {code for code, _ in answers} == failed
        assert {status for _, status in answers} == {500, 503}


def _answer(call: Callable[[], Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call()
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_a_failure_may_come_after_the_call_was_carried_out(ec2: Any, going_wrong: GoingWrong) -> None:
    with going_wrong("error-after ec2:CreateVpc"):
        assert _answer(lambda: ec2.create_vpc(CidrBlock=RANGE)) == ("InternalError", 500)
    assert len(vpcs(ec2)) == 1


@pytest.mark.parametrize(("seed", "another"), [(7, 8)])
def test_the_same_seed_draws_the_same(connect: Connect, going_wrong: GoingWrong, seed: int, another: int) -> None:
    def drawn(seed: int, *between: str) -> list[bool]:
        answers = []
        with going_wrong("throttle *:* 30%", seed=seed):
            for _ in range(40):
                for service in between:
                    with suppress(ClientError):
                        getattr(connect(service), SERVICES[service][0])()
                with suppress(ClientError):
                    connect("sts").get_caller_identity()
                    answers.append(True)
                    continue
                answers.append(False)
        return answers

    first = drawn(seed)
    assert 6 < first.count(False) < 20
    assert drawn(seed) == first
    assert drawn(seed, "iam") == first, "calls to other operations change nothing"
    assert drawn(another) != first


def test_one_call_fails_three_times_in_a_row_at_most(connect: Connect, going_wrong: GoingWrong) -> None:
    sts = connect("sts")
    ends = []
    with going_wrong("throttle *:* 90%"):
        for _ in range(60):
            try:
                sts.get_caller_identity()
                ends.append("ok")
            except ClientError:
                ends.append("no")
    assert "no no no ok" in " ".join(ends)
    assert "no no no no" not in " ".join(ends)


def test_a_batch_may_fail_in_an_answer_that_says_200(ec2: Any, connect: Connect, going_wrong: GoingWrong, vpc: str) -> None:
    connect("logs").create_log_group(logGroupName="flows")
    flow = {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "flows",
        "DeliverLogsPermissionArn": "arn:aws:iam::123456789012:role/flows",
    }
    bucket = {"Bucket": "some-bucket"}
    s3 = connect("s3")
    s3.create_bucket(**bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(**bucket, Key="a", Body=b"")
    with going_wrong("partial *:* 100%") as injected:
        answer = ec2.create_flow_logs(**flow)
        assert (answer["FlowLogIds"], [one["ResourceId"] for one in answer["Unsuccessful"]]) == ([], [vpc])
        assert ec2.describe_flow_logs()["FlowLogs"] == []
        answer = s3.delete_objects(**bucket, Delete={"Objects": [{"Key": "a"}]})
        assert [(one["Key"], one["Code"]) for one in answer["Errors"]] == [("a", "InternalError")]
    assert [one["Key"] for one in s3.list_objects_v2(**bucket)["Contents"]] == ["a"]
    assert injected.counts == {"partial": 2}


BATCHES: dict[str, tuple[str, dict[str, Any], str]] = {
    "ec2 flow logs": ("delete_flow_logs", {"FlowLogIds": ["fl-1"]}, "Unsuccessful"),
    "ec2 endpoints": ("delete_vpc_endpoints", {"VpcEndpointIds": ["vpce-1"]}, "Unsuccessful"),
    "ec2 versions": (
        "delete_launch_template_versions",
        {"LaunchTemplateId": "lt-1", "Versions": ["1"]},
        "UnsuccessfullyDeletedLaunchTemplateVersions",
    ),
    "firehose": ("put_record_batch", {"DeliveryStreamName": "a", "Records": [{"Data": b"a"}]}, "RequestResponses"),
    "sns": (
        "publish_batch",
        {"TopicArn": "arn:aws:sns:eu-central-1:123456789012:a", "PublishBatchRequestEntries": [{"Id": "1", "Message": "a"}]},
        "Failed",
    ),
    "dynamodb": (
        "batch_write_item",
        {"RequestItems": {"a": [{"PutRequest": {"Item": {"id": {"S": "1"}}}}]}},
        "UnprocessedItems",
    ),
    "autoscaling put": (
        "batch_put_scheduled_update_group_action",
        {"AutoScalingGroupName": "a", "ScheduledUpdateGroupActions": [{"ScheduledActionName": "x"}]},
        "FailedScheduledUpdateGroupActions",
    ),
    "autoscaling delete": (
        "batch_delete_scheduled_action",
        {"AutoScalingGroupName": "a", "ScheduledActionNames": ["x"]},
        "FailedScheduledActions",
    ),
    "resourcegroupstaggingapi": (
        "tag_resources",
        {"ResourceARNList": ["arn:aws:sns:eu-central-1:123456789012:a"], "Tags": {"a": "b"}},
        "FailedResourcesMap",
    ),
}


@pytest.mark.parametrize("batch", BATCHES)
def test_every_batch_says_in_its_own_form_what_failed(connect: Connect, going_wrong: GoingWrong, batch: str) -> None:
    call, asked, member = BATCHES[batch]
    with going_wrong("partial *:*"):
        answer = getattr(connect(batch.split()[0]), call)(**asked)
    assert len(answer[member]) == 1


EXPIRED = {
    "ec2": "RequestExpired",
    "iam": "ExpiredToken",
    "kms": "ExpiredTokenException",
    "lambda": "ExpiredTokenException",
    "s3": "ExpiredToken",
}


@pytest.mark.parametrize("service", EXPIRED)
def test_credentials_expire_until_others_come(server: Running, going_wrong: GoingWrong, connect: Connect, service: str) -> None:
    call = SERVICES[service][0]
    with going_wrong("expire 2"):
        for _ in range(2):
            getattr(connect(service), call)()
        for _ in range(2):
            assert refusal(getattr(connect(service), call)) == EXPIRED[service]
        getattr(_with_other_key(server.url, service, "ASIAANOTHER"), call)()


def test_the_keys_that_expire_can_be_named(server: Running, going_wrong: GoingWrong, connect: Connect) -> None:
    temporary = _with_other_key(server.url, "iam", "ASIAANOTHER")
    with going_wrong("expire ASIA* 1"):
        temporary.list_roles()
        assert refusal(temporary.list_roles) == "ExpiredToken"
        for _ in range(3):
            connect("iam").list_roles()


def _with_other_key(url: str, service: str, key: str) -> Any:
    once = Config(retries={"total_max_attempts": 1})
    make: Any = boto3.client
    return make(service, endpoint_url=url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key="x", config=once)
