"""The record of a lock in DynamoDB."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioner.aws.client import Connection
from provisioner.aws.lease import TABLE, Holder, Leases, Record
from provisioner.aws.retry import Meaning
from provisioner.embedded.call import Behaviour, Call, Refused
from provisioner.embedded.clock import looking
from provisioner.errors import CallFailed, NotSettled

from ..conftest import REGION

if TYPE_CHECKING:
    from provisioner.embedded.server import Running

LOCK = "shop/test"
ME = Holder("run-1", "arn:aws:iam::123456789012:user/ann", "desk", 42, "desk 42 7", 1_700_000_000.5)


def no_pause(_: float) -> None:
    """Waits for nothing."""


@pytest.fixture
def leases(connection: Connection) -> Leases:
    found = Leases(connection, REGION)
    found.make_table(no_pause)
    return found


@pytest.fixture
def dynamodb(embedded: Running) -> Any:
    """Another hand in the same AWS."""
    made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return boto3.client("dynamodb", endpoint_url=embedded.url, region_name=REGION, **made_up)  # type: ignore[call-overload]


def race(leases: Leases, seen: Record) -> Meaning:
    with pytest.raises(CallFailed) as caught:
        leases.write(LOCK, seen, replace(ME, run="run-2"), 60.0)
    return caught.value.meaning


def test_the_table_is_made_as_it_should_be(leases: Leases, dynamodb: Any) -> None:
    table = dynamodb.describe_table(TableName=TABLE)["Table"]
    assert table["KeySchema"] == [{"AttributeName": "lock", "KeyType": "HASH"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSEDescription"]["Status"] == "ENABLED"
    assert table["DeletionProtectionEnabled"]
    tags = dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"]
    assert [tag["Key"] for tag in tags] == ["provisioner:holds"]


def test_without_a_table_nobody_holds_anything_and_a_write_says_so(connection: Connection, embedded: Running) -> None:
    leases = Leases(connection, REGION)
    assert replace(leases.read(LOCK), read_at=0.0) == Record()
    assert race(leases, Record()) is Meaning.GONE
    assert {str(call) for call in embedded.calls} == {"dynamodb:GetItem", "dynamodb:PutItem"}


def test_what_was_written_is_read(leases: Leases) -> None:
    written = leases.write(LOCK, leases.read(LOCK), ME, 60.0)
    found = leases.read(LOCK)
    assert (found.holder, found.version, found.expires) == (ME, written.version, written.heartbeat + 60.0)
    assert found.is_of("run-1")
    assert not found.is_of("run-2")
    assert abs(found.read_at - time.time()) < 60


def test_the_record_of_a_lock_that_nobody_holds_stays(leases: Leases, dynamodb: Any) -> None:
    leases.write(LOCK, leases.write(LOCK, Record(), ME, 60.0), None, 0.0)
    assert leases.read(LOCK).holder is None
    assert sorted(dynamodb.get_item(TableName=TABLE, Key={"lock": {"S": LOCK}})["Item"]) == [
        "heartbeat",
        "lease",
        "lock",
        "version",
    ]


def test_of_two_who_write_over_one_version_the_second_races(leases: Leases) -> None:
    nobody = leases.read(LOCK)
    first = leases.write(LOCK, nobody, ME, 60.0)
    assert race(leases, nobody) is Meaning.RACE
    second = leases.write(LOCK, first, ME, 60.0)
    assert race(leases, first) is Meaning.RACE
    assert leases.read(LOCK).version == second.version
    assert len({nobody.version, first.version, second.version}) == 3


def test_locks_of_other_environments_are_others(leases: Leases) -> None:
    leases.write(LOCK, Record(), ME, 60.0)
    assert leases.read("shop/prod").holder is None
    leases.write("shop/prod", Record(), replace(ME, run="run-2"), 60.0)
    assert leases.read(LOCK).is_of("run-1")


def test_whoever_makes_the_table_waits_until_it_can_be_used(connection: Connection, embedded: Running) -> None:
    paused: list[float] = []
    with looking(2):
        Leases(connection, REGION).make_table(paused.append)
        # The second to come finds it there.
        Leases(connection, REGION).make_table(paused.append)
    assert paused == [1.0, 1.0, 1.0, 1.0]
    outcomes = [call.outcome for call in embedded.calls if call.operation == "CreateTable"]
    assert outcomes == ["ok", "ResourceInUseException"]
    assert Leases(connection, REGION).write(LOCK, Record(), ME, 60.0).is_of("run-1")


def test_two_may_make_the_table_at_once(connection: Connection, embedded: Running) -> None:
    both, made = threading.Barrier(2), list[Record]()

    def use(name: str) -> None:
        leases = Leases(connection, REGION)
        both.wait()
        leases.make_table(no_pause)
        made.append(leases.write(name, Record(), ME, 60.0))

    with looking(2):
        threads = [threading.Thread(target=use, args=(name,)) for name in ("shop/a", "shop/b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(made) == 2


class Unsettled(Behaviour):
    """DynamoDB, whose table is not there yet for some of its servers, and never gets ready."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = answers

    def before(self, call: Call) -> None:
        if call.operation == "DescribeTable" and self.answers:
            raise Refused(self.answers.pop(0), "Requested resource not found")


def test_a_table_that_is_not_seen_yet_is_looked_for_again(connection: Connection, embedded: Running) -> None:
    behaviour = Unsettled(["ResourceNotFoundException"])
    embedded.behaviours.insert(0, behaviour)
    try:
        with looking(1):
            Leases(connection, REGION).make_table(no_pause)
    finally:
        embedded.behaviours.remove(behaviour)
    outcomes = [(call.operation, call.outcome) for call in embedded.calls]
    assert outcomes == [
        ("CreateTable", "ok"),
        ("DescribeTable", "ResourceNotFoundException"),
        ("CreateTable", "ResourceInUseException"),
        ("DescribeTable", "ok"),
        ("DescribeTable", "ok"),
    ]


def test_a_table_that_never_gets_ready_is_an_error(connection: Connection, embedded: Running) -> None:
    with looking(1000), pytest.raises(NotSettled, match="the table provisioner-locks is still CREATING"):
        Leases(connection, REGION).make_table(no_pause)


@pytest.mark.parametrize("operation", ["CreateTable", "DescribeTable"])
def test_what_aws_does_not_allow_is_an_error(connection: Connection, embedded: Running, operation: str) -> None:
    class Forbidding(Behaviour):
        def before(self, call: Call) -> None:
            if call.operation == operation:
                raise Refused("AccessDeniedException", "not authorized")

    behaviour = Forbidding()
    embedded.behaviours.insert(0, behaviour)
    try:
        with looking(1), pytest.raises(CallFailed, match=f"AWS refused dynamodb:{operation}: AccessDeniedException"):
            Leases(connection, REGION).make_table(no_pause)
    finally:
        embedded.behaviours.remove(behaviour)


def test_the_time_is_that_of_aws_and_not_of_this_machine(leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("provisioner.aws.lease.time", SimpleNamespace(time=lambda: time.time() + 3600))
    leases.read(LOCK)
    record = leases.write(LOCK, Record(), ME, 60.0)
    assert abs(record.heartbeat - time.time()) < 60


def test_a_lock_waits_for_no_other_call_and_is_not_counted(embedded: Running) -> None:
    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True, parallelism=1)
    with connection.in_flight:
        leases = Leases(connection, REGION)
        leases.make_table(no_pause)
        leases.write(LOCK, leases.read(LOCK), ME, 60.0)
    assert connection.counts() == {"read": 0, "write": 0, "retried": 0}
    connection.close()
