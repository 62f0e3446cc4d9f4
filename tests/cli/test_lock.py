"""One run at a time, and `unlock`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from provisioner.embedded.call import Answer, Behaviour, Call
from provisioner.embedded.clock import looking
from provisioner.embedded.mends.mending import backend
from provisioner.engine.clock import Clock
from provisioner.engine.lock import RunLock

from ..conftest import REGION
from .conftest import Provisioner, all_writes, started, writes
from .test_terminal import SECONDS, Terminal
from .test_up import Refusing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from provisioner.aws.lease import Leases
    from provisioner.embedded.server import Running

TABLE, NAME = "provisioner-locks", "shop/local"
IN_OUR_TIME = ["--set", "embedded_minute_ms=60000"]
"""A lease of a minute is one of ours: nothing expires while a test looks."""


class At(Behaviour):
    """Does something once, when the answer of the first call of an operation is on its way."""

    def __init__(self, operation: str, do: Callable[[Call], None]) -> None:
        self.operation, self._do = operation, do
        self.done = threading.Event()

    def after(self, call: Call, answer: Answer) -> Answer:
        if call.operation == self.operation and not self.done.is_set():
            self._do(call)
            self.done.set()
        return answer


@pytest.fixture
def at(embedded: Running) -> Iterator[Callable[[str, Callable[[Call], None]], At]]:
    added: list[At] = []

    def add(operation: str, do: Callable[[Call], None]) -> At:
        added.append(At(operation, do))
        embedded.behaviours.insert(0, added[-1])
        return added[-1]

    yield add
    for one in added:
        embedded.behaviours.remove(one)


@pytest.fixture
def process(
    folder: Path, embedded: Running, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a command as a process of its own."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.url)
    running: list[subprocess.Popen[bytes]] = []
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        running.append(started(*arguments, "--plan", "shop.py", cwd=folder, **pipes))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


@pytest.fixture
def dynamodb(embedded: Running) -> Any:
    """Another hand in the same AWS."""
    made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    return boto3.client("dynamodb", endpoint_url=embedded.url, region_name=REGION, **made_up)  # type: ignore[call-overload]


@pytest.fixture
def leases(embedded: Running) -> Iterator[Leases]:
    from provisioner.aws.client import Connection
    from provisioner.aws.lease import Leases

    connection = Connection(region=REGION, endpoint_url=embedded.url, made_up_credentials=True)
    yield Leases(connection, REGION)
    connection.close()


@pytest.fixture
def elsewhere(leases: Leases) -> RunLock:
    """Another run of the same plan and environment."""
    return RunLock(leases, NAME, "another-run", who=lambda: "arn:aws:iam::123456789012:user/bob", clock=Clock())


def lost() -> None:
    raise AssertionError("the lease was lost")


def held_by(dynamodb: Any) -> str | None:
    item = dynamodb.get_item(TableName=TABLE, Key={"lock": {"S": NAME}})["Item"]
    return str(item["holder"]["M"]["run"]["S"]) if "holder" in item else None


def lift(call: Call) -> None:
    """As `unlock` does, from within the embedded AWS."""
    (item,) = backend(call, "dynamodb").get_table(TABLE).items.values()
    item.attrs["version"].value = "another"
    item.attrs.pop("holder")


# -- who may run


def test_only_what_is_going_to_change_anything_takes_the_lock(provisioner: Provisioner, embedded: Running) -> None:
    def of_the_lock(*arguments: str) -> list[str]:
        before = len(embedded.calls)
        assert provisioner(*arguments).code == 0
        return [call.operation for call in list(embedded.calls)[before:] if call.service == "dynamodb"]

    # A second PutItem more would be a heartbeat.
    assert list(dict.fromkeys(of_the_lock("up", "--yes"))) == ["GetItem", "PutItem", "CreateTable"]
    assert of_the_lock("up", "--yes") == ["GetItem"]
    assert [of_the_lock(command) for command in ("plan", "status", "outputs")] == [[], [], []]
    assert set(of_the_lock("teardown", "--yes")) == {"GetItem", "PutItem"}
    assert of_the_lock("teardown", "--yes") == ["GetItem"]


@pytest.mark.parametrize("command", ["up", "teardown"])
def test_a_command_is_refused_while_another_run_is_at_work_and_says_whose(
    provisioner: Provisioner, embedded: Running, elsewhere: RunLock, command: str
) -> None:
    with elsewhere.held(lost):
        before = len(embedded.calls)
        ended = provisioner(command, "--yes")
        calls = [str(call) for call in list(embedded.calls)[before:]]
    assert (ended.code, ended.out) == (3, "")
    # Before the long read, and of course before any change.
    assert set(calls) == {"sts:GetCallerIdentity", "dynamodb:GetItem"}
    first, who, where, since, until, advice = ended.err.splitlines()
    assert first == "✗ another run is at work on shop/local; nothing was changed"
    assert who == "  held by  arn:aws:iam::123456789012:user/bob, run another-run"
    assert where == f"  from     {socket.gethostname()}, process {os.getpid()}"
    assert re.fullmatch(r"  since    20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC, \d+ s ago", since)
    assert re.fullmatch(r"  until    .* UTC, unless it says again that it lives, as it did \d+ s ago", until)
    assert advice.startswith("  Wait for it. If it is dead, lift its lock: ")
    assert advice.endswith(" unlock --plan shop.py")


def test_with_a_json_log_a_refusal_is_an_event(provisioner: Provisioner, elsewhere: RunLock) -> None:
    with elsewhere.held(lost):
        ended = provisioner("up", "--yes", "--log-format", "json")
    (event,) = (json.loads(line) for line in ended.err.splitlines())
    assert ended.code == 3
    assert "run another-run" in event["error"]


def test_a_plan_and_a_look_are_for_all_at_any_time(provisioner: Provisioner, elsewhere: RunLock) -> None:
    with elsewhere.held(lost):
        assert [provisioner(command).code for command in ("plan", "status")] == [0, 0]


def test_a_run_of_a_process_that_stands_still_is_not_disturbed(
    provisioner: Provisioner, process: Any, at: Any, dynamodb: Any
) -> None:
    first: list[subprocess.Popen[bytes]] = []
    stopped = at("CreateVpc", lambda _: first[0].send_signal(signal.SIGSTOP))
    first.append(process("up", "--yes", *IN_OUR_TIME))
    assert stopped.done.wait(SECONDS)
    second = provisioner("up", "--yes", *IN_OUR_TIME)
    assert (second.code, second.out) == (3, "")
    assert f"from     {socket.gethostname()}, process {first[0].pid}\n" in second.err
    first[0].send_signal(signal.SIGCONT)
    first[0].communicate(timeout=SECONDS)
    assert first[0].returncode == 0
    assert held_by(dynamodb) is None


def test_a_killed_run_is_in_nobodys_way_on_its_own_machine(
    provisioner: Provisioner, process: Any, at: Any, dynamodb: Any
) -> None:
    first: list[subprocess.Popen[bytes]] = []
    at("CreateVpc", lambda _: first[0].kill())
    first.append(process("up", "--yes", *IN_OUR_TIME))
    assert first[0].wait(SECONDS) == -signal.SIGKILL
    assert held_by(dynamodb) is not None
    assert provisioner("up", "--yes", *IN_OUR_TIME).code == 0
    assert held_by(dynamodb) is None


@pytest.mark.parametrize(("silent", "code"), [(30, 3), (90, 3), (121, 0)])
def test_the_lock_of_another_machine_expires(
    provisioner: Provisioner, elsewhere: RunLock, dynamodb: Any, silent: float, code: int
) -> None:
    with elsewhere.held(lost):
        dynamodb.update_item(
            TableName=TABLE,
            Key={"lock": {"S": NAME}},
            UpdateExpression="SET heartbeat = :then, holder.process = :unknown",
            ExpressionAttributeValues={":then": {"N": str(time.time() - silent)}, ":unknown": {"S": ""}},
        )
        ended = provisioner("up", "--yes")
    assert ended.code == code
    assert ("UTC: run again then. It has not said for " in ended.err) is (silent == 90)


@pytest.fixture
def at_terminal(folder: Path, embedded: Running) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def start(*arguments: str) -> Terminal:
        terminals.append(Terminal(folder, embedded.url, *arguments))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


def test_of_two_who_are_asked_at_once_one_runs(at_terminal: Callable[..., Terminal], ec2: Any, embedded: Running) -> None:
    both = [at_terminal("up"), at_terminal("up")]
    for terminal in both:
        terminal.until("[y/N]")
    # Both have seen that nobody is at work, and the lock's table is not there yet.
    with looking(2):
        for terminal in both:
            terminal.type("y\n")
        codes = sorted(terminal.ended() for terminal in both)
    said = "".join(terminal.text for terminal in both)
    assert codes in ([0, 3], [0, 4])
    assert ("another run is at work on shop/local" in said) is (codes == [0, 3])
    assert ("another run changed things while this one looked" in said) is (codes == [0, 4])
    assert len(ec2.describe_vpcs(Filters=[{"Name": "tag:provisioner:plan", "Values": ["shop"]}])["Vpcs"]) == 1
    assert len([call for call in embedded.calls if str(call) == "dynamodb:CreateTable" and call.outcome == "ok"]) == 1


def test_what_another_run_left_as_it_was_is_done(provisioner: Provisioner, monkeypatch: Any, elsewhere: RunLock) -> None:
    between(monkeypatch, elsewhere, lambda: None)
    assert provisioner("up", "--yes").code == 0


def test_what_another_run_has_changed_meanwhile_is_refused(
    provisioner: Provisioner, monkeypatch: Any, elsewhere: RunLock, ec2: Any, embedded: Running, dynamodb: Any
) -> None:
    assert provisioner("up", "--yes").code == 0
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:provisioner:plan", "Values": ["shop"]}])["Vpcs"][0]["VpcId"]
    between(monkeypatch, elsewhere, lambda: ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": False}))
    before = writes(embedded)
    ended = provisioner("up", "--yes", "--set", "zones=3")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err.endswith("✗ another run changed things while this one looked; this one changed nothing. Run again.\n")
    assert writes(embedded)[len(before) :] == ["ec2:ModifyVpcAttribute"]
    assert held_by(dynamodb) is None


def between(monkeypatch: pytest.MonkeyPatch, elsewhere: RunLock, work: Callable[[], Any]) -> None:
    """Another run comes, works and goes after this one has shown what it will do."""
    from provisioner.cli import applying

    show = applying.show_plan

    def show_and_wait(*given: Any) -> None:
        show(*given)
        with elsewhere.held(lost):
            work()

    monkeypatch.setattr(applying, "show_plan", show_and_wait)


# -- how it ends


def test_a_run_that_fails_releases_the_lock(provisioner: Provisioner, embedded: Running, at: Any, dynamodb: Any) -> None:
    refusing = Refusing("CreateSubnet", "UnauthorizedOperation", "no")
    embedded.behaviours.insert(0, refusing)
    try:
        assert provisioner("up", "--yes").code == 1
    finally:
        embedded.behaviours.remove(refusing)
    assert held_by(dynamodb) is None


def test_a_run_that_lost_its_lock_stops_before_its_next_change(
    provisioner: Provisioner, at: Any, embedded: Running, monkeypatch: pytest.MonkeyPatch, dynamodb: Any
) -> None:
    # A lease of 30 milliseconds; while a call is served there is no heartbeat, so it is over when that is answered.
    monkeypatch.setattr("provisioner.cli.endpoint.EMBEDDED_SPEED", 2000)

    def lift_and_wait(call: Call) -> None:
        lift(call)
        threading.Event().wait(0.05)

    at("CreateVpc", lift_and_wait)
    ended = provisioner("up", "--yes", "--set", "embedded_minute_ms=0.01")
    assert (ended.code, ended.out) == (1, "")
    assert writes(embedded) == ["ec2:CreateVpc"]
    assert ended.err.endswith(
        "✗ this run lost its lock on shop/local: somebody lifted it\n"
        "  What was under way is finished, nothing else was begun: run again when nobody is at work.\n"
    )
    assert provisioner("up", "--yes").code == 0


def test_without_permission_for_the_lock_nothing_is_changed(provisioner: Provisioner, embedded: Running) -> None:
    refusing = Refusing("PutItem", "AccessDeniedException", "User is not authorized to perform: dynamodb:PutItem")
    embedded.behaviours.insert(0, refusing)
    try:
        ended = provisioner("up", "--yes")
    finally:
        embedded.behaviours.remove(refusing)
    assert (ended.code, ended.out) == (1, "")
    assert "✗ the lock on shop/local is out of reach: AWS refused dynamodb:PutItem: AccessDeniedException" in ended.err
    assert "  These credentials need dynamodb:GetItem and PutItem, " in ended.err
    assert ended.err.endswith("  → these credentials may not do this\n")
    assert writes(embedded) == []


# -- unlock


def test_where_nobody_holds_the_lock_there_is_nothing_to_lift(provisioner: Provisioner, embedded: Running) -> None:
    ended = provisioner("unlock")
    assert (ended.code, ended.out, ended.err) == (0, "", "Nobody holds the lock on shop/local.\n")
    assert provisioner("up", "--yes").code == 0
    before = all_writes(embedded)
    ended = provisioner("unlock", "--output", "json")
    assert (ended.code, ended.err) == (0, "")
    assert ended.document == {"plan": "shop", "environment": "local", "holder": None, "lifted": False}
    assert all_writes(embedded) == before


def test_unlock_shows_who_holds_it_and_lifts_it(provisioner: Provisioner, elsewhere: RunLock, dynamodb: Any) -> None:
    with elsewhere.held(lambda: None):
        ended = provisioner("unlock", "--yes")
        assert (ended.code, ended.out) == (0, "")
        assert ended.err.startswith(
            "The lock on shop/local is\n  held by  arn:aws:iam::123456789012:user/bob, run another-run\n"
        )
        assert ended.err.endswith("\nThe lock on shop/local is lifted.\n")
        assert held_by(dynamodb) is None
        assert provisioner("up", "--yes").code == 0


def test_unlock_in_json(provisioner: Provisioner, elsewhere: RunLock) -> None:
    with elsewhere.held(lambda: None):
        document = provisioner("unlock", "--yes", "--output", "json").document
    holder = document.pop("holder")
    assert document == {"plan": "shop", "environment": "local", "lifted": True}
    assert (holder["run"], holder["host"], holder["pid"]) == ("another-run", socket.gethostname(), os.getpid())
    assert holder["until"] >= holder["since"] + 59


def test_unlock_lifts_nothing_unasked(provisioner: Provisioner, elsewhere: RunLock, dynamodb: Any) -> None:
    with elsewhere.held(lost):
        ended = provisioner("unlock")
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.endswith("✗ There is no terminal to ask at: give --yes. Nothing was changed.\n")
        assert held_by(dynamodb) == "another-run"


def test_a_lock_whose_run_gave_a_sign_of_life_meanwhile_is_not_lifted(
    provisioner: Provisioner, elsewhere: RunLock, at: Any, dynamodb: Any
) -> None:
    with elsewhere.held(lost):

        def beat(call: Call) -> None:
            (item,) = backend(call, "dynamodb").get_table(TABLE).items.values()
            item.attrs["version"].value = "another"

        at("GetItem", beat)
        ended = provisioner("unlock", "--yes")
        assert ended.code == 1
        assert ended.err.endswith("shop/local is still locked: its run has just said that it lives. Stop it, or give --yes.\n")
        assert held_by(dynamodb) == "another-run"


def test_unlock_asks(at_terminal: Callable[..., Terminal], elsewhere: RunLock, dynamodb: Any) -> None:
    with elsewhere.held(lambda: None):
        terminal = at_terminal("unlock")
        terminal.until("Lift the lock on shop/local? [y/N]")
        assert held_by(dynamodb) == "another-run"
        terminal.type("y\n")
        assert terminal.ended() == 0
        assert held_by(dynamodb) is None
