from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.errors import PlanError
from provisioner.resource import LEAVING, PENDING, READY, State, broken
from provisioner.resources.firehose.delivery_stream import DeliveryStream
from provisioner.resources.iam.role import Role
from provisioner.resources.kms.key import Key
from provisioner.resources.logs.log_group import LogGroup
from provisioner.resources.s3.bucket import Bucket

from .in_aws import errors, outcome, run, teardown, to_do, up, writes
from .otherwise import refusing

if TYPE_CHECKING:
    from provisioner.aws.account import Aws
    from provisioner.embedded.server import Running

TRUST = {"Effect": "Allow", "Principal": {"Service": "firehose.amazonaws.com"}, "Action": "sts:AssumeRole"}
ROLE = Role("delivery", assume_role_policy={"Version": "2012-10-17", "Statement": [TRUST]})
BACKUP = {"RoleARN": ROLE.arn, "BucketARN": "arn:aws:s3:::raw"}
PARTITIONED = {"dynamic_partitioning_enabled": True, "buffering_size_in_mbs": 64}


def stream(**more: Any) -> DeliveryStream:
    return DeliveryStream("app", **{"role_arn": ROLE.arn, "bucket": "logs", **more})


def changes(server: Running, since: int = 0) -> list[Any]:
    return [call for call in list(server.calls)[since:] if call.operation == "UpdateDestination"]


def test_a_stream_is_made_in_one_call_and_waited_for(aws: Aws, embedded: Running) -> None:
    found = up(aws, ROLE, stream())["app"]
    assert (found["DeliveryStreamStatus"], found["DeliveryStreamName"]) == ("ACTIVE", "shop-app-test")
    assert found["DeliveryStreamEncryptionConfiguration"] == {"KeyType": "AWS_OWNED_CMK", "Status": "ENABLED"}
    assert writes(embedded) == ["CreateRole", "CreateDeliveryStream"]


def test_a_role_that_was_just_made_is_waited_for(aws: Aws, embedded: Running) -> None:
    words = "Firehose is unable to assume role arn:aws:iam::123456789012:role/delivery. Please check the role provided."
    with refusing(embedded, "CreateDeliveryStream", "InvalidArgumentException", words, times=1):
        up(aws, ROLE, stream())


def test_only_what_differs_is_sent(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, stream(prefix="app/"))
    before = len(embedded.calls)
    up(aws, ROLE, stream(prefix="app/", buffering_interval_in_seconds=60))
    [change] = changes(embedded, before)
    assert change.parameters["ExtendedS3DestinationUpdate"] == {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 60}}


def test_somebody_who_changes_it_meanwhile_makes_it_read_again(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, stream())
    with refusing(embedded, "UpdateDestination", "ConcurrentModificationException", times=1):
        assert up(aws, ROLE, stream(prefix="app/"))["app"]["VersionId"] == "2"


def test_the_bucket_and_the_group_go_after_the_stream(aws: Aws, embedded: Running) -> None:
    bucket, group = Bucket("logs"), LogGroup("delivery")
    up(aws, ROLE, bucket, group, stream(bucket=bucket, log_group=group))
    before = len(embedded.calls)
    teardown(aws)
    assert writes(embedded, before)[0] == "DeleteDeliveryStream"


def test_errors_are_logged_until_they_are_wished_away(aws: Aws) -> None:
    logged = up(aws, ROLE, stream(log_group="/firehose"))["app"]
    shown = logged["Destinations"][0]["ExtendedS3DestinationDescription"]["CloudWatchLoggingOptions"]
    assert shown == {"Enabled": True, "LogGroupName": "/firehose", "LogStreamName": "DestinationDelivery"}
    assert to_do(aws, ROLE, stream()) == {}
    assert list(to_do(aws, ROLE, stream(log_group=""))["DeliveryStream/app"]) == ["log_group"]
    up(aws, ROLE, stream(log_group=""))


def test_what_is_delivered_is_encrypted_with_a_key_or_as_the_bucket_is(aws: Aws) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/11111111-1111-1111-1111-111111111111"
    up(aws, ROLE, stream(kms_key=key))
    assert to_do(aws, ROLE, stream()) == {}
    shown = up(aws, ROLE, stream(kms_key=""))["app"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert shown["EncryptionConfiguration"] == {"NoEncryptionConfig": "NoEncryption"}


def test_encryption_of_what_waits_can_start_and_stop(aws: Aws, embedded: Running) -> None:
    key = Key("data")
    up(aws, ROLE, key, stream(server_side_encryption=False))
    for step, call in (
        (stream(server_side_encryption_key=key), "StartDeliveryStreamEncryption"),
        (stream(server_side_encryption=False), "StopDeliveryStreamEncryption"),
        (stream(), "StartDeliveryStreamEncryption"),
    ):
        before = len(embedded.calls)
        up(aws, ROLE, key, step)
        assert writes(embedded, before) == [call]


def test_a_key_that_firehose_does_not_know_yet_is_waited_for(aws: Aws, embedded: Running) -> None:
    key = Key("data")
    with refusing(embedded, "CreateDeliveryStream", "InvalidKMSResourceException", times=1):
        up(aws, ROLE, key, stream(server_side_encryption_key=key))


def test_backup_can_be_enabled_and_not_disabled_again(aws: Aws) -> None:
    up(aws, ROLE, stream())
    on = stream(s3_backup_mode="Enabled", s3_backup_configuration=BACKUP)
    assert up(aws, ROLE, on)["app"]["Destinations"][0]["ExtendedS3DestinationDescription"]["S3BackupMode"] == "Enabled"
    assert "can not be disabled" in errors(outcome(aws, ROLE, stream()))["DeliveryStream/app"]


def test_partitioning_goes_with_birth(aws: Aws) -> None:
    up(aws, ROLE, stream())
    change = to_do(aws, ROLE, stream(**PARTITIONED))["DeliveryStream/app"]["dynamic_partitioning_enabled"]
    assert (change.before, change.after, change.replaces) == (False, True, True)
    made = up(aws, ROLE, stream(**PARTITIONED))["app"]["Destinations"][0]["ExtendedS3DestinationDescription"]
    assert made["DynamicPartitioningConfiguration"] == {"Enabled": True}


def test_parameters_that_firehose_adds_to_a_processor_are_no_drift(aws: Aws) -> None:
    given = {"ParameterName": "LambdaArn", "ParameterValue": "arn:aws:lambda:us-east-1:123456789012:function:clean"}
    added = {"ParameterName": "NumberOfRetries", "ParameterValue": "3"}

    def processed(*parameters: Any) -> Any:
        return {"Enabled": True, "Processors": [{"Type": "Lambda", "Parameters": list(parameters)}]}

    step = stream(processing_configuration=processed(given))
    live = up(aws, ROLE, step)["app"]
    aws.firehose.update_destination(
        DeliveryStreamName="shop-app-test",
        CurrentDeliveryStreamVersionId=live["VersionId"],
        DestinationId=live["Destinations"][0]["DestinationId"],
        ExtendedS3DestinationUpdate={"ProcessingConfiguration": processed(added, given)},
    )
    assert to_do(aws, ROLE, step) == {}
    assert list(to_do(aws, ROLE, stream(processing_configuration={}))["DeliveryStream/app"]) == ["processing_configuration"]


def test_streams_are_found_by_convention_by_wafs_names_and_by_their_tags(aws: Aws, embedded: Running) -> None:
    steps = [stream(delivery_stream_name=name) for name in (None, "aws-waf-logs-shop", "given")]
    steps = [dataclasses.replace(step, name=f"s{number}") for number, step in enumerate(steps)]
    up(aws, ROLE, *steps)
    for number in range(3):
        aws.firehose.create_delivery_stream(
            DeliveryStreamName=f"theirs-{number}",
            ExtendedS3DestinationConfiguration={"RoleARN": next(iter(Role.living(aws)))["Arn"], "BucketARN": "arn:aws:s3:::x"},
        )
    before = len(embedded.calls)
    found = [live["DeliveryStreamName"] for live in DeliveryStream.living(aws)]
    assert found == ["aws-waf-logs-shop", "given", "shop-s0-test"]
    asked = [call for call in list(embedded.calls)[before:] if call.operation == "ListTagsForDeliveryStream"]
    assert len(asked) == 3


class _Pages(Behaviour):
    """A list of one stream a page; AWS's word that there is more stands even on the last one."""

    def __init__(self, *names: str) -> None:
        self.left, self.asked = list(names), list[str | None]()

    def before(self, call: Call) -> Answer | None:
        if call.operation != "ListDeliveryStreams":
            return None
        self.asked.append(call.parameters.get("ExclusiveStartDeliveryStreamName"))
        return Answer.of({"DeliveryStreamNames": [self.left.pop(0)] if self.left else [], "HasMoreDeliveryStreams": True})


def test_all_pages_are_read(aws: Aws, embedded: Running) -> None:
    pages = _Pages("one", "two")
    embedded.behaviours.insert(0, pages)
    try:
        assert list(DeliveryStream.living(aws)) == []
    finally:
        embedded.behaviours.remove(pages)
    assert pages.asked == [None, "one", "two"]


def test_what_is_not_the_plans_is_not_described(aws: Aws, embedded: Running) -> None:
    role = up(aws, ROLE)["delivery"]["Arn"]
    destination: Any = {"RoleARN": role, "BucketARN": "arn:aws:s3:::x"}
    aws.firehose.create_delivery_stream(DeliveryStreamName="shop-theirs", ExtendedS3DestinationConfiguration=destination)
    before = len(embedded.calls)
    assert list(DeliveryStream.living(aws)) == []
    assert "DescribeDeliveryStream" not in [call.operation for call in list(embedded.calls)[before:]]


def test_a_stream_that_vanishes_while_it_is_read_does_not_live(aws: Aws, embedded: Running) -> None:
    up(aws, ROLE, stream())
    with refusing(embedded, "DescribeDeliveryStream", "ResourceNotFoundException"):
        assert list(DeliveryStream.living(aws)) == []


def test_a_foreign_stream_of_that_name_is_refused(aws: Aws) -> None:
    role = up(aws, ROLE)["delivery"]["Arn"]
    destination: Any = {"RoleARN": role, "BucketARN": "arn:aws:s3:::x"}
    aws.firehose.create_delivery_stream(DeliveryStreamName="shop-app-test", ExtendedS3DestinationConfiguration=destination)
    assert "not this plan's" in errors(outcome(aws, ROLE, stream()))["DeliveryStream/app"]


def test_a_stream_that_could_not_be_deleted_is_deleted_with_force_and_a_leaving_one_let_go(aws: Aws, embedded: Running) -> None:
    live = up(aws, ROLE, stream())["app"]
    DeliveryStream.delete(aws, {**live, "DeliveryStreamStatus": "DELETING"})
    before = len(embedded.calls)
    DeliveryStream.delete(aws, {**live, "DeliveryStreamStatus": "DELETING_FAILED"})
    [call] = list(embedded.calls)[before:]
    assert call.parameters == {"DeliveryStreamName": "shop-app-test", "AllowForceDelete": True}


@pytest.mark.parametrize(
    ("shown", "stands"),
    [
        ({"DeliveryStreamStatus": "CREATING"}, PENDING),
        ({"DeliveryStreamStatus": "ACTIVE"}, READY),
        ({"DeliveryStreamStatus": "DELETING"}, LEAVING),
        (
            {"DeliveryStreamStatus": "CREATING_FAILED", "FailureDescription": {"Type": "KMS_ACCESS_DENIED", "Details": "No."}},
            broken("CREATING_FAILED: No."),
        ),
        (
            {"DeliveryStreamStatus": "DELETING_FAILED", "FailureDescription": {"Type": "RETIRE_KMS_GRANT_FAILED"}},
            broken("DELETING_FAILED: RETIRE_KMS_GRANT_FAILED"),
        ),
        ({"DeliveryStreamStatus": "CREATING_FAILED"}, broken("CREATING_FAILED: AWS does not say why")),
        ({"DeliveryStreamStatus": "ACTIVE", "DeliveryStreamEncryptionConfiguration": {"Status": "ENABLING"}}, PENDING),
        ({"DeliveryStreamStatus": "ACTIVE", "DeliveryStreamEncryptionConfiguration": {"Status": "DISABLED"}}, READY),
        (
            {
                "DeliveryStreamStatus": "ACTIVE",
                "DeliveryStreamEncryptionConfiguration": {
                    "Status": "ENABLING_FAILED",
                    "FailureDescription": {"Type": "KMS_KEY_NOT_FOUND", "Details": "Gone."},
                },
            },
            State("ready", "ENABLING_FAILED: Gone."),
        ),
    ],
)
def test_where_a_stream_stands_in_its_life(shown: dict[str, Any], stands: State) -> None:
    assert DeliveryStream.state(shown) == stands


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"s3_backup_mode": "Enabled"}, "needs s3_backup_configuration"),
        ({"dynamic_partitioning_retry_seconds": 300}, "needs dynamic_partitioning_enabled=True"),
        ({"log_stream_name": "delivery"}, "needs log_group"),
        ({"server_side_encryption": False, "server_side_encryption_key": "k"}, "needs server_side_encryption=True"),
    ],
)
def test_a_stream_that_can_not_be_is_a_wrong_plan(more: dict[str, Any], said: str) -> None:
    with pytest.raises(PlanError, match=f"DeliveryStream/app: .*{said}"):
        stream(**more)


def test_a_preview_of_a_missing_stream_shows_no_replacement(aws: Aws) -> None:
    [action] = [action for action in run(aws, ROLE, stream(**PARTITIONED)).preview().actions if action.type == "DeliveryStream"]
    assert (action.kind, action.changes["dynamic_partitioning_enabled"].replaces) == ("create", False)
