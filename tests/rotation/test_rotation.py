"""The four steps, one after the other, with a real database and the embedded Secrets Manager."""

from __future__ import annotations

import json
import string
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pymysql
import pytest
from botocore.exceptions import ClientError

from plans.financial_platform.rotation import rotation
from plans.financial_platform.rotation.rotation import UNSENDABLE, RotationError
from tests.application.certificates import Authority
from tests.application.servers import answering, greeting_of, without_tls

if TYPE_CHECKING:
    from provisioner.embedded.server import Running
    from tests.application.mariadb import Master

    from .conftest import Rotating


def test_a_rotation_gives_the_database_and_the_secret_another_password(rotating: Rotating, master: Master) -> None:
    before = rotating.value()
    token = rotating.asked_for()
    rotating.do_all(token)
    after = rotating.value()
    assert after.pop("password") != before.pop("password")
    assert after == before == {key: value for key, value in master.value(note="kept").items() if key != "password"}
    assert "AWSCURRENT" in rotating.versions()[token]
    assert rotating.is_consistent()
    assert not master.takes(master.password)


def test_the_next_rotation_works_too(rotating: Rotating) -> None:
    passwords = set()
    for _ in range(3):
        rotating.do_all(rotating.asked_for())
        passwords.add(rotating.value()["password"])
        assert rotating.is_consistent()
    assert len(passwords) == 3


def test_a_new_password_is_long_and_can_be_sent_everywhere(rotating: Rotating) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    password = rotating.value("AWSPENDING")["password"]
    assert len(password) == 32
    assert not set(password) & set(UNSENDABLE)
    for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation):
        assert set(password) & set(kind)


@pytest.mark.parametrize("step", ["createSecret", "setSecret", "testSecret", "finishSecret"])
def test_each_step_may_be_repeated(rotating: Rotating, step: str) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    password = rotating.value("AWSPENDING")["password"]
    for one in ("setSecret", "testSecret", "finishSecret"):
        rotating.do(one, token)
        if one == step:
            rotating.do(one, token)
        rotating.do("createSecret", token)
    assert rotating.value()["password"] == password
    assert rotating.is_consistent()


def test_a_rotation_that_is_done_is_not_done_again(rotating: Rotating, cloud: Running) -> None:
    token = rotating.asked_for()
    rotating.do_all(token)
    made = rotating.value()
    cloud.calls.clear()
    rotating.do_all(token)
    assert {call.operation for call in cloud.calls} == {"DescribeSecret"}
    assert rotating.value() == made


@pytest.mark.parametrize(
    "password",
    [
        "".join(character for character in string.punctuation if character not in UNSENDABLE),
        "%s%(x)s%%{}$(id)${HOME};--#",
        string.ascii_letters[:20] + string.digits,
    ],
)
def test_every_character_that_may_be_in_a_password_arrives(rotating: Rotating, master: Master, password: str) -> None:
    token = rotating.asked_for()
    rotating.put(token, master.value(password=password, note="kept"))
    rotating.do_all(token)
    assert rotating.value()["password"] == password
    assert rotating.is_consistent()


@pytest.mark.parametrize("password", ["it's", 'say "yes"', "back\\slash\\", "'; DROP USER financial; --"])
def test_quotes_would_arrive_as_well(rotating: Rotating, master: Master, password: str) -> None:
    """Nobody makes such passwords here, but somebody may put one into the secret."""
    token = rotating.asked_for()
    rotating.put(token, master.value(password=password))
    rotating.do_all(token)
    assert rotating.is_consistent()


def test_the_previous_password_opens_what_was_restored_from_yesterday(rotating: Rotating, master: Master) -> None:
    rotating.do_all(rotating.asked_for())
    master.gets(master.password)
    rotating.do_all(rotating.asked_for())
    assert rotating.is_consistent()


def test_a_database_that_knows_none_of_the_passwords_is_left_alone(rotating: Rotating, master: Master) -> None:
    unknown = master.another_password()
    master.gets(unknown)
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    with pytest.raises(
        RotationError, match=r"setSecret failed: The database refuses the passwords of all versions \(2 tried\)"
    ):
        rotating.do("setSecret", token)
    with pytest.raises(RotationError, match="The database refuses the new password"):
        rotating.do("testSecret", token)
    assert master.takes(unknown)


def test_a_database_that_refuses_the_change_says_by_which_number(rotating: Rotating, master: Master) -> None:
    master.server.execute("REVOKE CREATE USER ON *.* FROM financial@'%'")
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    with pytest.raises(RotationError, match="setSecret failed: OperationalError 1227 at "):
        rotating.do("setSecret", token)
    assert master.takes(master.password)


def test_a_database_that_is_down(rotating: Rotating, master: Master) -> None:
    token = rotating.asked_for()
    rotating.client.put_secret_value(SecretId=rotating.arn, SecretString=json.dumps(master.value(port=1)))
    rotating.do("createSecret", token)
    with pytest.raises(RotationError, match="setSecret failed: OperationalError 2003 at "):
        rotating.do("setSecret", token)


@pytest.mark.parametrize(
    ("presented", "reason"),
    [
        ({"host": "another.test"}, "Hostname mismatch"),
        ({"lasting": timedelta(days=-1)}, "certificate has expired"),
        ({"authority": Authority("somebody")}, "unable to get local issuer certificate"),
    ],
    ids=["another name", "expired", "another authority"],
)
def test_a_server_that_cannot_prove_who_it_is_gets_no_password(
    rotating: Rotating, master: Master, presented: dict[str, Any], reason: str
) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    master.server.presents(**presented)
    with pytest.raises(RotationError, match=f"setSecret failed: OperationalError 2003 {reason}"):
        rotating.do("setSecret", token)


def test_a_server_that_offers_no_tls_hears_nothing(rotating: Rotating, master: Master) -> None:
    greeting, heard = without_tls(greeting_of(master.server.port)), []

    def serve(connection: Any) -> None:
        connection.sendall(greeting)
        heard.append(connection.recv(4096))

    with answering(serve) as port:
        rotating.client.put_secret_value(SecretId=rotating.arn, SecretString=json.dumps(master.value(port=port)))
        token = rotating.asked_for()
        rotating.do("createSecret", token)
        with pytest.raises(RotationError, match="setSecret failed: OperationalError 2026 at "):
            rotating.do("setSecret", token)
    assert heard == [b""]


@pytest.mark.parametrize("key", ["engine", "host", "port", "dbname", "username"])
def test_a_pending_version_may_differ_in_nothing_but_the_password(rotating: Rotating, master: Master, key: str) -> None:
    token = rotating.asked_for()
    rotating.put(token, master.value(**{key: "another", "password": master.another_password()}))
    for step in ("setSecret", "testSecret"):
        with pytest.raises(RotationError, match=f"{step} failed: The pending version has another {key} than the current one"):
            rotating.do(step, token)
    assert master.takes(master.password)


def test_what_was_never_created_is_not_set(rotating: Rotating) -> None:
    token = rotating.asked_for()
    with pytest.raises(RotationError, match="setSecret failed: The pending version has no value: createSecret has not run"):
        rotating.do("setSecret", token)


def test_a_step_that_does_not_exist(rotating: Rotating) -> None:
    with pytest.raises(RotationError, match="dropSecret failed: This is not a step of a rotation"):
        rotating.do("dropSecret", rotating.asked_for())


def test_a_rotation_that_is_not_enabled(rotating: Rotating) -> None:
    with pytest.raises(RotationError, match="The secret's rotation is not enabled"):
        rotating.do("createSecret", str(uuid.uuid4()))


def test_a_version_that_nobody_asked_for(rotating: Rotating) -> None:
    rotating.asked_for()
    with pytest.raises(RotationError, match="This version is not the pending one"):
        rotating.do("createSecret", str(uuid.uuid4()))


def test_a_secret_that_is_gone(rotating: Rotating) -> None:
    with pytest.raises(RotationError, match="createSecret failed: ResourceNotFoundException DescribeSecret at "):
        rotation.handler({"Step": "createSecret", "SecretId": "gone", "ClientRequestToken": str(uuid.uuid4())})


def test_a_secret_without_a_current_version(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> None:
    token = rotating.asked_for()
    monkeypatch.setattr(rotation.Rotation, "_read", lambda *_: None)
    with pytest.raises(RotationError, match="The secret has no current version"):
        rotating.do("createSecret", token)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("{tok3n", "JSONDecodeError at decoder.py:"),
        ('{"host": "tok3n"}', "The secret has no engine, port, dbname, username, password"),
    ],
)
def test_a_secret_that_makes_no_sense_is_not_repeated(
    rotating: Rotating, capfd: pytest.CaptureFixture[str], value: str, said: str
) -> None:
    rotating.client.put_secret_value(SecretId=rotating.arn, SecretString=value)
    with pytest.raises(RotationError, match=f"createSecret failed: {said}"):
        rotating.do("createSecret", rotating.asked_for())
    assert "tok3n" not in capfd.readouterr().out


def test_each_step_is_one_line_of_the_log(rotating: Rotating, capfd: pytest.CaptureFixture[str]) -> None:
    token = rotating.asked_for()
    rotating.do_all(token)
    rotating.do("createSecret", token)
    with pytest.raises(RotationError):
        rotating.do("dropSecret", token)
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {line["version"] for line in lines} == {token}
    assert [(line["level"], line["step"], line["message"]) for line in lines] == [
        ("info", "createSecret", "made a new password"),
        ("info", "setSecret", "the database has the new password"),
        ("info", "testSecret", "the new password works"),
        ("info", "finishSecret", "the new password is the current one"),
        ("info", "createSecret", "nothing to do: this version is the current one"),
        ("error", "dropSecret", "rotation failed"),
    ]


def test_errors_carry_no_word_of_a_driver_or_a_client(rotating: Rotating, monkeypatch: pytest.MonkeyPatch) -> None:
    token = rotating.asked_for()
    rotating.do("createSecret", token)
    failures: list[Exception] = [
        pymysql.err.ProgrammingError(1064, "near 'tok3n'"),
        pymysql.err.InternalError("tok3n"),
        ClientError({"Error": {"Code": "Denied", "Message": "tok3n"}}, "PutSecretValue"),
        ValueError("tok3n"),
    ]
    for failure in failures:
        monkeypatch.setattr(rotation, "_alter", Mock(side_effect=failure))
        with pytest.raises(RotationError) as caught:
            rotating.do("setSecret", token)
        assert "tok3n" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__
