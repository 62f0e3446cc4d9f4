"""A password that changes while the application runs is picked up: no restart, no request that fails."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from plans.financial_platform.app.credentials import Credentials, Secret
from plans.financial_platform.app.failure import Failing

if TYPE_CHECKING:
    from collections.abc import Callable

    from plans.financial_platform.app.database import Database
    from plans.financial_platform.app.service import Response
    from provisioner.embedded.server import Running

    from .conftest import SecretInAws
    from .mariadb import Master


def reads(cloud: Running) -> int:
    return sum(str(call) == "secretsmanager:GetSecretValue" for call in cloud.calls)


def test_the_secret_is_read_once_and_kept(get: Callable[[str], Response], cloud: Running) -> None:
    assert [get("/health").status for _ in range(3)] == [200, 200, 200]
    assert reads(cloud) == 1


def test_a_new_password_is_read_when_the_old_one_is_refused(
    get: Callable[[str], Response], secret: SecretInAws, master: Master, cloud: Running
) -> None:
    assert get("/health").status == 200
    password = master.another_password()
    master.gets(password)
    secret.holds(master.value(password=password))
    assert [get("/health").status for _ in range(3)] == [200, 200, 200]
    assert reads(cloud) == 2


def test_in_the_middle_of_a_rotation_the_pending_password_is_the_right_one(
    get: Callable[[str], Response], secret: SecretInAws, master: Master
) -> None:
    assert get("/health").status == 200
    password = master.another_password()
    secret.holds(master.value(password=password), "AWSPENDING")
    assert get("/health").status == 200
    master.gets(password)
    assert get("/health").status == 200


def test_after_a_rotation_that_was_undone_the_current_password_is_right_again(
    get: Callable[[str], Response], secret: SecretInAws, master: Master
) -> None:
    secret.holds(master.value(password=master.another_password()), "AWSPENDING")
    master.gets(master.another_password())
    assert get("/health").status == 503  # by now it has tried the pending one
    master.gets(master.password)
    assert get("/health").status == 200


def test_a_database_at_another_place_is_found(get: Callable[[str], Response], secret: SecretInAws, master: Master) -> None:
    secret.holds(master.value(port=1))
    assert get("/health").status == 503
    secret.holds(master.value())
    assert get("/health").status == 200


def test_what_is_told_is_the_first_failure_where_the_secret_cannot_be_read_again(
    get: Callable[[str], Response], secret: SecretInAws, master: Master
) -> None:
    assert get("/health").status == 200
    master.gets(master.another_password())
    secret.client.delete_secret(SecretId=secret.arn, ForceDeleteWithoutRecovery=True)
    assert get("/health").body["part"] == "password"


def test_threads_that_are_refused_together_read_the_secret_once(
    database: Database, secret: SecretInAws, master: Master, cloud: Running
) -> None:
    database.check()
    password = master.another_password()
    master.gets(password)
    secret.holds(master.value(password=password))
    together = threading.Barrier(4)

    def work() -> None:
        together.wait(30)
        with database.connection():
            together.wait(30)

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(work) for _ in range(4)]:
            done.result()
    assert reads(cloud) == 2


def test_nobody_sees_a_password_by_looking_at_credentials(secret: SecretInAws, master: Master) -> None:
    credentials = Secret(secret.client, secret.arn).credentials()
    assert credentials == Credentials("localhost", master.server.port, "payments", "financial", master.password)
    assert master.password not in repr(credentials)


def test_a_pending_version_that_makes_no_sense_is_no_password(secret: SecretInAws) -> None:
    mine = Secret(secret.client, secret.arn)
    credentials = mine.credentials()
    secret.holds("{}", "AWSPENDING")
    with pytest.raises(Failing):
        mine.other_than(credentials, refused=True)
    assert mine.credentials() == credentials
