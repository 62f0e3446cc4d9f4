"""One run at a time: take, keep, lose and release the lock, through the wire."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioner.aws.lease import TABLE, Leases
from provisioner.embedded.call import Answer, Behaviour, Call, HangUp, Refused
from provisioner.engine.clock import Clock
from provisioner.engine.lock import AGAIN, HEARTBEAT, LEASE, RunLock, told
from provisioner.engine.whereabouts import has_died, this_process
from provisioner.errors import LeaseLost, Locked, NoLock

from ..conftest import REGION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from provisioner.aws.account import Aws
    from provisioner.aws.client import Connection
    from provisioner.embedded.server import Running

NAME = "shop/test"
ANN, BOB = "arn:aws:iam::123456789012:user/ann", "arn:aws:iam::123456789012:user/bob"
PATIENCE = 30


class ByHand(Clock):
    """A clock that stands until a test moves it: nothing is renewed meanwhile but what a test asks for."""

    def __init__(self, speed: float = 1.0) -> None:
        super().__init__(speed)
        self.at = 0.0

    def now_with_sleep(self) -> float:
        return self.at


class Faults(Behaviour):
    """Refuses calls by their operation, or loses their answers, once for each time that they are listed."""

    def __init__(self) -> None:
        self.refusals: list[tuple[str, str, int]] = []
        self.lost: list[str] = []

    def before(self, call: Call) -> None:
        for one in self.refusals:
            if one[0] == call.operation:
                self.refusals.remove(one)
                raise Refused(one[1], "no", one[2])

    def after(self, call: Call, answer: Answer) -> Answer:
        if call.operation in self.lost:
            self.lost.remove(call.operation)
            raise HangUp
        return answer


@pytest.fixture
def faults(embedded: Running) -> Iterator[Faults]:
    behaviour = Faults()
    embedded.behaviours.insert(0, behaviour)
    yield behaviour
    embedded.behaviours.remove(behaviour)


@pytest.fixture
def leases(connection: Connection) -> Iterator[Leases]:
    yield Leases(connection, REGION)
    connection.gate = None


@pytest.fixture
def others(embedded: Running) -> Iterator[Leases]:
    """The locks as another process sees them."""
    from provisioner.aws.client import Connection

    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True)
    yield Leases(connection, REGION)
    connection.close()


@pytest.fixture
def dynamodb(embedded: Running) -> Any:
    """A hand that writes what it likes."""
    made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return boto3.client("dynamodb", endpoint_url=embedded.url, region_name=REGION, **made_up)  # type: ignore[call-overload]


def lock(leases: Leases, run: str = "run-a", who: str = ANN, clock: Clock | None = None) -> RunLock:
    return RunLock(leases, NAME, run, who=lambda: who, clock=clock or ByHand(), advice="Wait for it.")


def look_and_hold(mine: RunLock) -> None:
    mine.look()
    with mine.held(never):
        pass


def never() -> None:
    raise AssertionError("the lease was lost")


def grow_old(dynamodb: Any, seconds: float) -> None:
    """The holder has not said for so long that it lives."""
    dynamodb.update_item(
        TableName=TABLE,
        Key={"lock": {"S": NAME}},
        UpdateExpression="SET heartbeat = :then",
        ExpressionAttributeValues={":then": {"N": str(time.time() - seconds)}},
    )


def hold_elsewhere(leases: Leases, run: str = "run-b", process: str = "") -> None:
    """The lock is held by a run on another machine, unless its process is one of this."""
    myself = replace(lock(leases, run, BOB)._myself(), host="elsewhere", process=process)
    leases.write(NAME, leases.read(NAME), myself, LEASE)


def writes(embedded: Running) -> list[str]:
    return [str(call) for call in embedded.calls if not call.operation.startswith(("Get", "Describe"))]


def until(shown: Callable[[], bool]) -> None:
    """Waits until it is so."""
    by = time.monotonic() + PATIENCE
    while not shown():
        assert time.monotonic() < by


# -- look and take


def test_to_look_changes_nothing(leases: Leases, embedded: Running) -> None:
    lock(leases).look()
    assert [str(call) for call in embedded.calls] == ["dynamodb:GetItem"]


def test_who_holds_it_is_told_and_at_the_end_nobody_does(leases: Leases, others: Leases) -> None:
    mine = lock(leases)
    mine.look()
    with mine.held(never) as came_between:
        holder = others.read(NAME).holder
        assert not came_between
        assert holder is not None
        assert (holder.run, holder.who, holder.host, holder.pid) == ("run-a", ANN, socket.gethostname(), os.getpid())
        assert not has_died(holder.process)
        assert abs(holder.since - time.time()) < PATIENCE
    assert others.read(NAME).holder is None
    until(lambda: "lock" not in [thread.name for thread in threading.enumerate()])


def test_it_is_released_where_the_run_raises(leases: Leases, others: Leases) -> None:
    with pytest.raises(KeyboardInterrupt), lock(leases).held(never):
        raise KeyboardInterrupt
    assert others.read(NAME).holder is None


def test_a_second_run_is_refused_and_told_who_is_at_work(leases: Leases, others: Leases, embedded: Running) -> None:
    with lock(leases).held(never):
        before = writes(embedded)
        with pytest.raises(Locked) as caught:
            lock(others, "run-b", BOB).look()
        with pytest.raises(Locked), lock(others, "run-b", BOB).held(never):
            raise AssertionError("it holds what another one holds")
        assert lock(leases).read().is_of("run-a")
    first, held, where, since, still, advice = str(caught.value).splitlines()
    assert caught.value.exit_code == 3
    assert first == "another run is at work on shop/test; nothing was changed"
    assert held == f"held by  {ANN}, run run-a"
    assert where == f"from     {socket.gethostname()}, process {os.getpid()}"
    assert since.startswith("since    20")
    assert still.startswith("until    20")
    assert "UTC, unless it says again that it lives, as it did " in still
    assert advice == "Wait for it."
    # The second one's write was refused by its condition.
    assert writes(embedded)[len(before) :] == ["dynamodb:PutItem"] * 2


def test_another_environment_is_free(leases: Leases, others: Leases) -> None:
    with lock(leases).held(never), RunLock(others, "shop/prod", "run-b", who=lambda: BOB, clock=ByHand()).held(never):
        assert others.read("shop/prod").is_of("run-b")


def test_a_run_that_came_and_went_since_the_look_is_told(leases: Leases, others: Leases) -> None:
    mine = lock(leases)
    mine.look()
    with lock(others, "run-b", BOB).held(never):
        pass
    with mine.held(never) as came_between:
        assert came_between
        assert others.read(NAME).is_of("run-a")


def test_a_run_that_came_since_the_look_and_is_at_work_refuses(leases: Leases, others: Leases) -> None:
    mine = lock(leases)
    mine.look()
    with lock(others, "run-b", BOB).held(never):
        with pytest.raises(Locked, match=f"held by  {BOB}, run run-b"), mine.held(never):
            raise AssertionError("it holds what another one holds")
        assert others.read(NAME).is_of("run-b")


# -- what dead runs left


def test_the_lock_of_a_process_of_this_machine_that_died_is_taken_at_once(leases: Leases, others: Leases) -> None:
    with subprocess.Popen(["true"]) as dead:
        pass
    machine, _, began = this_process().split(" ")
    hold_elsewhere(prepared(others), process=f"{machine} {dead.pid} {began}")
    lock(leases).look()
    with lock(leases).held(never):
        assert others.read(NAME).is_of("run-a")


def test_a_process_whose_id_was_given_again_and_one_that_only_its_parent_knows_of_have_died() -> None:
    machine, pid, began = this_process().split(" ")
    assert not has_died(this_process())
    assert has_died(f"{machine} {pid} {int(began) - 1}")
    with subprocess.Popen(["sleep", "60"]) as child:
        there = f"{machine} {child.pid} {began_of(child.pid)}"
        assert not has_died(there)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert has_died(there)


def test_of_other_machines_and_systems_nobody_knows_who_died() -> None:
    _, pid, began = this_process().split(" ")
    assert not has_died(f"another/boot/pid:[1] {pid} {int(began) - 1}")
    assert not has_died("")
    assert not has_died(this_process().split(" ")[0])


def test_a_process_that_nobody_may_look_at_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(_: int, __: int) -> None:
        raise PermissionError

    machine = this_process().split(" ")[0]
    monkeypatch.setattr(os, "kill", forbidden)
    # There is none of this number, so nothing of it can be seen.
    assert not has_died(f"{machine} 99999999 1")


def test_where_the_system_does_not_tell_a_process_has_no_mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    known = this_process()
    monkeypatch.setattr("provisioner.engine.whereabouts._PROC", tmp_path)
    assert this_process() == ""
    assert not has_died(known)


def began_of(pid: int) -> str:
    from provisioner.engine.whereabouts import _began

    return str(_began(pid))


def prepared(leases: Leases) -> Leases:
    leases.make_table(lambda _: None)
    return leases


@pytest.mark.parametrize("silent", [0, LEASE - 10, LEASE + 1, 2 * LEASE - 10])
def test_the_lock_of_another_machine_is_believed_until_it_is_over_for_as_long_again(
    leases: Leases, others: Leases, dynamodb: Any, silent: float
) -> None:
    hold_elsewhere(prepared(others))
    grow_old(dynamodb, silent)
    with pytest.raises(Locked) as caught:
        lock(leases).look()
    assert ("run again then. It has not said for " in str(caught.value)) is (silent > LEASE)


def test_the_lock_of_another_machine_that_is_long_over_is_taken(leases: Leases, others: Leases, dynamodb: Any) -> None:
    hold_elsewhere(prepared(others))
    grow_old(dynamodb, 2 * LEASE)
    mine = lock(leases)
    mine.look()
    with mine.held(never) as came_between:
        assert not came_between
        assert others.read(NAME).is_of("run-a")


def test_of_two_who_take_a_dead_runs_lock_one_gets_it(leases: Leases, others: Leases, dynamodb: Any) -> None:
    hold_elsewhere(prepared(others), "run-c")
    grow_old(dynamodb, 2 * LEASE)
    first, second = lock(leases), lock(others, "run-b", BOB)
    first.look()
    second.look()
    with first.held(never), pytest.raises(Locked, match="run run-a"), second.held(never):
        raise AssertionError("both hold it")


# -- keep


def test_a_run_says_again_and_again_that_it_lives(leases: Leases, others: Leases) -> None:
    with lock(leases, clock=Clock(speed=2000)).held(never):
        for _ in range(3):
            before = others.read(NAME).version
            until(lambda: others.read(NAME).version != before)  # noqa: B023 - it is called at once
        assert others.read(NAME).is_of("run-a")


def test_heartbeats_come_in_good_time_and_sooner_where_one_failed(leases: Leases, faults: Faults) -> None:
    clock = ByHand()
    mine = lock(leases, clock=clock)
    with mine.held(never):
        assert mine._until_next() == HEARTBEAT
        clock.at = 15.0
        assert mine._until_next() == HEARTBEAT - 15.0
        clock.at = HEARTBEAT
        faults.refusals = [("PutItem", "InternalServerError", 500)]
        mine._renew()
        assert mine._until_next() == AGAIN
        mine._renew()
        assert mine._until_next() == HEARTBEAT


def test_a_run_that_slept_past_its_lease_has_it_again_before_it_goes_on(aws: Aws, leases: Leases, others: Leases) -> None:
    clock = ByHand()
    with lock(leases, clock=clock).held(never):
        before = others.read(NAME)
        aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        assert others.read(NAME).version == before.version
        clock.at = 10 * LEASE
        aws.ec2.create_vpc(CidrBlock="10.1.0.0/16")
        assert others.read(NAME).version != before.version


def test_a_run_that_slept_while_another_one_took_its_lock_changes_nothing_more(
    aws: Aws, leases: Leases, others: Leases, dynamodb: Any, embedded: Running
) -> None:
    clock, losses = ByHand(), list[int]()
    mine = lock(leases, clock=clock)
    with mine.held(lambda: losses.append(1)):
        clock.at = LEASE
        hold_elsewhere(others)
        for _ in range(2):
            with pytest.raises(LeaseLost, match=r"^not sent: this run lost its lock on shop/test: another run has taken it$"):
                aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        assert aws.ec2.describe_vpcs()["Vpcs"]
        assert "ec2:CreateVpc" not in writes(embedded)
        with pytest.raises(LeaseLost) as caught:
            mine.check_kept()
    assert losses == [1]
    assert caught.value.exit_code == 1
    first, held, where, *_, last = str(caught.value).splitlines()
    assert first == "this run lost its lock on shop/test: another run has taken it"
    assert (held, where.split(",")[0]) == (f"held by  {BOB}, run run-b", "from     elsewhere")
    assert last == "What was under way is finished, nothing else was begun: run again when nobody is at work."
    # What another one holds is not released.
    assert others.read(NAME).is_of("run-b")


def test_a_run_whose_lock_was_lifted_finds_it_by_itself(aws: Aws, leases: Leases, others: Leases, embedded: Running) -> None:
    lost = threading.Event()
    with lock(leases, clock=Clock(speed=2000)).held(lost.set):
        while not lock(others, "run-b", BOB).lift(others.read(NAME)):
            pass
        assert lost.wait(PATIENCE)
        with pytest.raises(LeaseLost, match="not sent: this run lost its lock on shop/test: somebody lifted it"):
            aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert "ec2:CreateVpc" not in writes(embedded)


def test_a_lease_that_can_not_be_renewed_until_its_end_is_lost(aws: Aws, leases: Leases, faults: Faults) -> None:
    clock = ByHand()
    mine = lock(leases, clock=clock)
    with mine.held(lambda: None):
        faults.refusals = [("PutItem", "AccessDeniedException", 400)] * 2
        clock.at = LEASE - 1
        mine._renew()
        aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        clock.at = LEASE
        with pytest.raises(LeaseLost, match=r"it could not be renewed\. the lock on shop/test is out of reach: AWS refused"):
            aws.ec2.create_vpc(CidrBlock="10.1.0.0/16")


def test_the_sdk_sends_nothing_again_once_the_lease_is_lost(
    aws: Aws, leases: Leases, others: Leases, embedded: Running
) -> None:
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    clock = ByHand()

    class Sleep(Behaviour):
        """While a call is under way, the run sleeps, and the call fails in a way that the SDK tries again."""

        def before(self, call: Call) -> None:
            if call.operation == "ModifyVpcAttribute":
                clock.at = LEASE
                raise Refused("Unavailable", "try again", 503)

    with lock(leases, clock=clock).held(lambda: None):
        hold_elsewhere(others)
        embedded.behaviours.insert(0, Sleep())
        try:
            with pytest.raises(LeaseLost):
                aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        finally:
            del embedded.behaviours[0]
    assert [call for call in writes(embedded) if call.startswith("ec2:")] == ["ec2:CreateVpc", "ec2:ModifyVpcAttribute"]


def test_after_its_end_a_run_changes_nothing(aws: Aws, leases: Leases, embedded: Running) -> None:
    mine = lock(leases)
    with mine.held(never):
        mine.check()
    before = writes(embedded)
    # A heartbeat that was due when the lock was released.
    mine._renew()
    assert writes(embedded) == before
    with pytest.raises(LeaseLost, match="the run that held the lock on shop/test is over"):
        aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    mine.check_kept()
    assert "ec2:CreateVpc" not in writes(embedded)


# -- what goes wrong between a run and AWS


@pytest.mark.parametrize("operation", ["GetItem", "CreateTable", "PutItem"])
@pytest.mark.parametrize(
    "word",
    ["ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError", "ExpiredTokenException"],
)
def test_what_passes_is_waited_for(leases: Leases, others: Leases, faults: Faults, operation: str, word: str) -> None:
    faults.refusals = [(operation, word, 500 if word == "InternalServerError" else 400)] * 3
    mine = lock(leases, clock=Clock(speed=1000))
    mine.look()
    with mine.held(never) as came_between:
        assert not came_between
        assert others.read(NAME).is_of("run-a")
    assert others.read(NAME).holder is None


@pytest.mark.parametrize("lost", [["PutItem"], ["GetItem", "PutItem", "PutItem"], ["CreateTable", "PutItem"]])
def test_an_answer_that_is_lost_while_it_is_taken_is_looked_for(
    leases: Leases, others: Leases, faults: Faults, lost: list[str]
) -> None:
    faults.lost = lost
    mine = lock(leases, clock=ByHand(speed=1000))
    mine.look()
    with mine.held(never) as came_between:
        assert (came_between, faults.lost) == (False, [])
        assert others.read(NAME).is_of("run-a")
    assert others.read(NAME).holder is None


def test_an_answer_that_is_lost_while_it_is_kept_or_released_is_looked_for(
    leases: Leases, others: Leases, faults: Faults
) -> None:
    clock = ByHand(speed=1000)
    mine = lock(leases, clock=clock)
    with mine.held(never):
        before = others.read(NAME).version
        faults.lost = ["PutItem", "PutItem"]
        clock.at = LEASE
        mine.check()
        assert others.read(NAME).version != before
        faults.lost = ["PutItem"]
    assert (others.read(NAME).holder, faults.lost) == (None, [])


@pytest.mark.parametrize("operation", ["GetItem", "PutItem", "CreateTable"])
def test_without_permission_the_error_says_what_is_needed(
    aws: Aws, leases: Leases, faults: Faults, operation: str, embedded: Running
) -> None:
    faults.refusals = [(operation, "AccessDeniedException", 400)] * 2
    mine = lock(leases)
    with pytest.raises(NoLock) as caught:
        look_and_hold(mine)
    first, last = str(caught.value).splitlines()
    assert caught.value.exit_code == 1
    assert first.startswith(f"the lock on shop/test is out of reach: AWS refused dynamodb:{operation}: AccessDeniedException")
    assert last == (
        "These credentials need dynamodb:GetItem and PutItem, and once CreateTable, DescribeTable and TagResource, "
        "on the table provisioner-locks."
    )


def test_what_does_not_pass_in_time_is_an_error(leases: Leases, faults: Faults) -> None:
    faults.refusals = [("GetItem", "ThrottlingException", 400)] * 100
    with pytest.raises(NoLock, match="ThrottlingException"):
        lock(leases, clock=Clock(speed=10_000)).look()


def test_a_lock_that_can_not_be_released_does_not_fail_the_run(leases: Leases, others: Leases, faults: Faults) -> None:
    with lock(leases).held(never):
        faults.refusals = [("PutItem", "AccessDeniedException", 400)]
    assert others.read(NAME).is_of("run-a")


# -- lift


def test_a_lock_is_lifted_only_from_whom_it_was_seen_with(leases: Leases, others: Leases) -> None:
    hold_elsewhere(prepared(others))
    mine, seen = lock(leases), lock(leases).read()
    others.write(NAME, seen, seen.holder, LEASE)
    assert not mine.lift(seen)
    assert others.read(NAME).is_of("run-b")
    assert mine.lift(mine.read())
    assert others.read(NAME).holder is None
    assert mine.lift(seen)


def test_times_are_told_as_a_person_reads_them(leases: Leases, others: Leases, dynamodb: Any) -> None:
    hold_elsewhere(prepared(others))
    record = others.read(NAME)
    assert record.holder is not None
    holder = replace(record.holder, since=1_700_000_000.0, host="desk", pid=7, run="r", who="w")
    aged = replace(record, holder=holder, heartbeat=1_700_000_580.0, lease=60.0, read_at=1_700_000_590.0)
    assert told(aged, holder) == [
        "held by  w, run r",
        "from     desk, process 7",
        "since    2023-11-14 22:13:20 UTC, 10 min ago",
        "until    2023-11-14 22:24:00 UTC, unless it says again that it lives, as it did 10 s ago",
    ]
    assert told(replace(aged, read_at=1_700_000_650.0), holder)[-1] == (
        "until    2023-11-14 22:25:00 UTC: run again then. It has not said for 70 s that it lives"
    )
