from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from provisioner.aws.retry import Meaning
from provisioner.errors import CallFailed
from provisioner.resource import READY, State, needs
from provisioner.resources.ec2.flow_log import FlowLog
from provisioner.resources.ec2.refusals import succeeded
from provisioner.resources.ec2.vpc import Vpc
from provisioner.resources.logs.log_group import LogGroup

from .in_aws import errors, outcome, to_do, up

if TYPE_CHECKING:
    from provisioner.aws.account import Aws

VPC = Vpc("vpc", cidr_block="10.0.0.0/16")


def to_bucket(bucket: str) -> FlowLog:
    return FlowLog(
        "traffic",
        resource=VPC,
        log_destination_type="s3",
        log_destination=f"arn:aws:s3:::{bucket}",
        file_format="parquet",
        hive_compatible_partitions=True,
        per_hour_partition=True,
    )


def test_a_refusal_in_an_answer_of_200_is_an_error(aws: Aws) -> None:
    said = errors(outcome(aws, VPC, to_bucket("not-there")))["FlowLog/traffic"]
    assert said.startswith("AWS refused ec2:CreateFlowLogs: 400: LogDestination: not-there does not exist.")


def test_the_first_refusal_of_a_batch_has_its_code_request_and_meaning() -> None:
    refused = {"ResourceId": "vpc-1", "Error": {"Code": "InvalidParameter", "Message": "Unable to assume given IAM role"}}
    answer = {"Unsuccessful": [refused], "ResponseMetadata": {"RequestId": "r-1", "HTTPStatusCode": 200}}
    with pytest.raises(CallFailed) as caught:
        succeeded("CreateFlowLogs", answer)
    assert (caught.value.code, caught.value.request_id, caught.value.meaning) == ("InvalidParameter", "r-1", Meaning.NOT_YET)


def test_what_a_delete_does_not_find_is_gone(aws: Aws) -> None:
    FlowLog.delete(aws, {"FlowLogId": "fl-0123456789abcdef0"})


def test_records_go_to_a_bucket_in_the_wanted_format(aws: Aws) -> None:
    aws.s3.create_bucket(Bucket="traffic-123456789012")
    shown = up(aws, VPC, to_bucket("traffic-123456789012"))["traffic"]
    assert shown["DestinationOptions"] == {
        "FileFormat": "parquet",
        "HiveCompatiblePartitions": True,
        "PerHourPartition": True,
    }
    other = FlowLog("traffic", resource=VPC, log_destination_type="s3", log_destination="arn:aws:s3:::traffic-123456789012")
    assert to_do(aws, VPC, other) == {}


def test_it_waits_until_its_group_is_made_since_the_service_would_make_a_bare_one() -> None:
    group = LogGroup("traffic")
    assert (group, None) in list(needs(FlowLog("traffic", resource=VPC, log_group=group)))


def test_what_it_can_not_deliver_is_said_and_is_not_final() -> None:
    assert FlowLog.state({"DeliverLogsStatus": "SUCCESS"}) == READY
    shown = {"DeliverLogsStatus": "FAILED", "DeliverLogsErrorMessage": "Access error"}
    assert FlowLog.state(shown) == State("ready", "it can not deliver: Access error")
