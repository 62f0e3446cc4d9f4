"""A rotation may die at any of its actions, and may run twice at once: in the end, secret and database agree."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from pymysql.connections import Connection
from pymysql.cursors import Cursor

from plans.financial_platform.rotation import rotation
from plans.financial_platform.rotation.rotation import Rotation, RotationError

from .conftest import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from types_boto3_secretsmanager import SecretsManagerClient

    from tests.application.mariadb import Master

    from .conftest import Rotating


class Killed(BaseException):
    """The function's process is gone: nothing of it runs any more."""


class Death:
    """Comes at the n-th action, before it was done or when it was done and its answer not yet read."""

    def __init__(self, number: int, moment: str) -> None:
        self._left = number
        self._moment = moment

    @property
    def came(self) -> bool:
        return self._left <= 0

    def around(self, action: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*arguments: Any, **named: Any) -> Any:
            self._left -= 1
            if self._left == 0 and self._moment == "before":
                raise Killed
            answer = action(*arguments, **named)
            if self._left == 0:
                raise Killed
            return answer

        return acted


@pytest.fixture
def one_client(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> SecretsManagerClient:
    """The same client for all runs: threads may share one, but not the making of one."""
    monkeypatch.setattr(boto3, "client", lambda *_, **__: rotating.client)
    return rotating.client


@pytest.mark.parametrize("moment", ["before", "after"])
def test_killed_at_each_of_its_actions_it_is_finished_by_the_next_run(
    rotating: Rotating, one_client: SecretsManagerClient, moment: str
) -> None:
    for number in range(1, 100):
        death = Death(number, moment)
        token = rotating.asked_for()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(one_client, "_make_api_call", death.around(one_client._make_api_call))  # type: ignore[attr-defined]
            patch.setattr(Connection, "connect", death.around(Connection.connect))
            patch.setattr(Cursor, "execute", death.around(Cursor.execute))
            with suppress(Killed):
                rotating.do_all(token)
        rotating.do_all(token)
        assert rotating.is_consistent(), f"killed {moment} action {number}"
        assert "AWSCURRENT" in rotating.versions()[token]
        if not death.came:
            break
    assert number > 20


@pytest.mark.parametrize("step", STEPS)
def test_after_any_step_it_may_begin_again(rotating: Rotating, step: str) -> None:
    token = rotating.asked_for()
    for done in STEPS[: STEPS.index(step) + 1]:
        rotating.do(done, token)
    rotating.do_all(token)
    assert rotating.is_consistent()


def test_until_the_last_step_everybody_can_still_read_a_password_that_is_right(rotating: Rotating, master: Master) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    assert master.takes(rotating.value("AWSCURRENT")["password"])
    rotating.do("setSecret", token)
    assert master.takes(rotating.value("AWSPENDING")["password"])


def test_twice_at_once_it_makes_one_password(rotating: Rotating, one_client: SecretsManagerClient) -> None:
    token = rotating.asked_for()
    together = threading.Barrier(4)

    def run() -> None:
        for step in STEPS:
            together.wait(10)
            rotating.do(step, token)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(run) for _ in range(4)]:
            done.result()
    assert rotating.is_consistent()


def test_of_two_that_make_a_password_at_once_the_first_wins(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> None:
    token = rotating.asked_for()
    new_password = Rotation._new_password

    def slow(self: Rotation) -> str:
        monkeypatch.setattr(Rotation, "_new_password", new_password)
        rotating.do("createSecret", token)
        return new_password(self)

    monkeypatch.setattr(Rotation, "_new_password", slow)
    rotating.do("createSecret", token)
    first = rotating.value("AWSPENDING")
    rotating.do_all(token)
    assert rotating.value() == first
    assert rotating.is_consistent()


@pytest.mark.parametrize("as_far_as", [1, 2, 3])
def test_one_that_was_overtaken_goes_no_further_and_the_other_one_finishes(rotating: Rotating, as_far_as: int) -> None:
    overtaken = rotating.asked_for()
    for step in STEPS[:as_far_as]:
        rotating.do(step, overtaken)
    other = rotating.overtaken()
    for step in STEPS:
        with pytest.raises(RotationError, match="another rotation has taken its place"):
            rotating.do(step, overtaken)
    rotating.do_all(other)
    assert rotating.is_consistent()


def test_one_that_is_overtaken_on_its_way_into_the_database_does_not_change_it(
    rotating: Rotating, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    enter = Rotation._entered_with_a_former

    def slow(self: Rotation, pending: Any) -> Any:
        connection = enter(self, pending)
        monkeypatch.setattr(Rotation, "_entered_with_a_former", enter)
        rotating.do_all(rotating.overtaken())
        return connection

    monkeypatch.setattr(Rotation, "_entered_with_a_former", slow)
    with pytest.raises(RotationError, match="another rotation has taken its place"):
        rotating.do("setSecret", token)
    assert rotating.is_consistent()


def test_one_that_finds_its_twin_done_leaves_the_database_alone(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    enter = Rotation._entered_with_a_former

    def slow(self: Rotation, pending: Any) -> Any:
        connection = enter(self, pending)
        monkeypatch.setattr(Rotation, "_entered_with_a_former", enter)
        rotating.do_all(token)
        monkeypatch.setattr(rotation, "_alter", None)
        return connection

    monkeypatch.setattr(Rotation, "_entered_with_a_former", slow)
    rotating.do("setSecret", token)
    assert rotating.is_consistent()


@pytest.mark.parametrize("operation", ["DescribeSecret", "UpdateSecretVersionStage"])
def test_of_two_that_finish_at_once_the_second_has_nothing_to_do(
    rotating: Rotating, one_client: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    token = rotating.asked_for()
    for step in STEPS[:3]:
        rotating.do(step, token)
    call = one_client._make_api_call  # type: ignore[attr-defined]

    def slow(name: str, parameters: Any) -> Any:
        answer = call(name, parameters) if operation == "DescribeSecret" else None
        if name == operation:
            monkeypatch.setattr(one_client, "_make_api_call", call)
            rotating.do("finishSecret", token)
        return answer or call(name, parameters)

    monkeypatch.setattr(one_client, "_make_api_call", slow)
    rotating.do("finishSecret", token)
    assert rotating.is_consistent()


def test_a_label_that_another_rotation_moved_is_not_taken_back(
    rotating: Rotating, one_client: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = rotating.asked_for()
    for step in STEPS[:3]:
        rotating.do(step, token)
    call = one_client._make_api_call  # type: ignore[attr-defined]

    def slow(name: str, parameters: Any) -> Any:
        if name == "UpdateSecretVersionStage":
            monkeypatch.setattr(one_client, "_make_api_call", call)
            rotating.do_all(rotating.overtaken())
        return call(name, parameters)

    monkeypatch.setattr(one_client, "_make_api_call", slow)
    with pytest.raises(RotationError, match="another rotation has taken its place"):
        rotating.do("finishSecret", token)
    assert rotating.is_consistent()


def test_a_label_that_somebody_else_moved_is_a_failure(
    rotating: Rotating, master: Master, one_client: SecretsManagerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = rotating.asked_for()
    for step in STEPS[:3]:
        rotating.do(step, token)
    call = one_client._make_api_call  # type: ignore[attr-defined]

    def slow(name: str, parameters: Any) -> Any:
        if name == "UpdateSecretVersionStage":
            monkeypatch.setattr(one_client, "_make_api_call", call)
            one_client.put_secret_value(SecretId=rotating.arn, SecretString=json.dumps(master.value()))
        return call(name, parameters)

    monkeypatch.setattr(one_client, "_make_api_call", slow)
    with pytest.raises(RotationError, match="finishSecret failed: InvalidParameterException UpdateSecretVersionStage at "):
        rotating.do("finishSecret", token)
    rotating.do_all(token)
    assert rotating.is_consistent()


def test_a_version_that_never_got_a_value_is_passed_over(rotating: Rotating, master: Master) -> None:
    rotating.asked_for()
    token = rotating.overtaken()
    master.gets(master.another_password())
    with pytest.raises(RotationError, match="refuses the passwords of all versions"):
        rotating.do("setSecret", token)


def test_who_has_the_database_to_itself_is_waited_for_and_not_for_ever(
    rotating: Rotating, master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_LOCK_SECONDS", 0)
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    with another_at_work(master), pytest.raises(RotationError, match="Another rotation is at work in the database"):
        rotating.do("setSecret", token)
    rotating.do_all(token)
    assert rotating.is_consistent()


@contextmanager
def another_at_work(master: Master) -> Iterator[None]:
    account = master.value()
    connection = rotation._entered(account, account)
    assert connection
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, 1)", (rotation._LOCK,))
        yield


@pytest.mark.parametrize("attempt", range(3))
def test_two_different_ones_at_once_end_in_agreement(
    rotating: Rotating, one_client: SecretsManagerClient, attempt: int
) -> None:
    first = rotating.asked_for()
    second = ""
    together = threading.Barrier(2)

    def run(token: str) -> None:
        with suppress(RotationError):  # overtaken, or refused in the middle of the other one's change
            rotating.do_all(token)

    def overtake() -> None:
        nonlocal second
        together.wait(30)
        second = rotating.overtaken()
        run(second)

    def go_first() -> None:
        together.wait(30)
        run(first)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(go_first), threads.submit(overtake)]:
            done.result()
    run(second)  # as Secrets Manager does with what did not succeed: it may have been overtaken in its turn
    rotating.do_all(rotating.overtaken())  # whatever became of the two, the next one finds nothing in its way
    assert rotating.is_consistent()
