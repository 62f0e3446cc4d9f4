"""`/health` answers 200 after a real query over verified TLS, and otherwise says which part of the way fails."""

from __future__ import annotations

import socket
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pymysql
import pytest

from plans.financial_platform.app import database as database_module
from plans.financial_platform.app.database import Database
from plans.financial_platform.app.failure import Failing
from plans.financial_platform.app.service import Response

from .certificates import Authority
from .servers import answering, greeting_of, without_tls

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import SecretInAws
    from .mariadb import Master


def failing(response: Response) -> str:
    """The part that fails; the person who asked learns no more than that and a sentence."""
    assert response.status == 503
    assert set(response.body) == {"status", "part", "error"}
    return str(response.body["part"])


def test_healthy_means_a_query_over_tls_was_answered(get: Callable[[str], Response], master: Master) -> None:
    before = int(master.server.execute("SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'")[0][1])
    assert get("/health") == Response(200, {"status": "healthy"})
    assert int(master.server.execute("SHOW GLOBAL STATUS LIKE 'Ssl_finished_accepts'")[0][1]) == before + 1


@pytest.mark.parametrize(
    "value",
    [
        "not JSON",
        '["a list"]',
        '{"engine": "mysql"}',
        '{"engine": "postgres", "host": "h", "port": 1, "dbname": "d", "username": "u", "password": "p"}',
        '{"engine": "mysql", "host": "h", "port": "one", "dbname": "d", "username": "u", "password": "p"}',
    ],
)
def test_a_secret_that_makes_no_sense(get: Callable[[str], Response], secret: SecretInAws, value: str) -> None:
    secret.holds(value)
    assert failing(get("/health")) == "secret"


def test_a_secret_that_is_gone(get: Callable[[str], Response], secret: SecretInAws) -> None:
    secret.client.delete_secret(SecretId=secret.arn, ForceDeleteWithoutRecovery=True)
    response = get("/health")
    assert failing(response) == "secret"
    assert str(response.notes["error"]).startswith("ResourceNotFoundException ResourceNotFoundException at credentials.py:")


def test_a_database_that_is_down(get: Callable[[str], Response], secret: SecretInAws, master: Master) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    secret.holds(master.value(port=port))
    response = get("/health")
    assert failing(response) == "connection"
    assert str(response.notes["error"]).startswith("OperationalError 2003 at ")


def test_a_database_that_says_nothing(
    get: Callable[[str], Response], secret: SecretInAws, master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "ANSWER_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        secret.holds(master.value(port=listening.getsockname()[1]))
        assert failing(get("/health")) == "connection"


def test_something_that_is_no_database(get: Callable[[str], Response], secret: SecretInAws, master: Master) -> None:
    with answering(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        secret.holds(master.value(port=port))
        assert failing(get("/health")) == "connection"


def test_a_wrong_password(get: Callable[[str], Response], secret: SecretInAws, master: Master) -> None:
    secret.holds(master.value(password=master.another_password()))
    assert failing(get("/health")) == "password"


def test_no_such_database(get: Callable[[str], Response], secret: SecretInAws, master: Master) -> None:
    secret.holds(master.value(dbname="nothing"))
    response = get("/health")
    assert failing(response) == "database"
    assert str(response.notes["error"]).startswith("OperationalError 10")


def test_an_account_that_is_locked(get: Callable[[str], Response], master: Master) -> None:
    master.server.execute("ALTER USER financial@'%' ACCOUNT LOCK")
    assert failing(get("/health")) == "database"


@pytest.mark.parametrize(
    ("presented", "reason"),
    [
        ({"host": "another.test"}, "Hostname mismatch, certificate is not valid for 'localhost'."),
        ({"lasting": timedelta(days=-1)}, "certificate has expired"),
        ({"authority": Authority("somebody")}, "unable to get local issuer certificate"),
    ],
    ids=["another name", "expired", "another authority"],
)
def test_a_certificate_that_proves_nothing(
    get: Callable[[str], Response], master: Master, presented: dict[str, Any], reason: str
) -> None:
    master.server.presents(**presented)
    response = get("/health")
    assert failing(response) == "certificate"
    assert f"({reason})" in str(response.notes["error"])
    master.server.presents()
    assert get("/health").status == 200


def test_nothing_is_said_to_a_server_that_offers_no_tls(
    get: Callable[[str], Response], secret: SecretInAws, master: Master
) -> None:
    greeting, heard = without_tls(greeting_of(master.server.port)), []

    def serve(connection: socket.socket) -> None:
        connection.sendall(greeting)
        heard.append(connection.recv(4096))

    with answering(serve) as port:
        secret.holds(master.value(port=port))
        assert failing(get("/health")) == "encryption"
    assert heard == [b""]


def test_a_server_that_offers_tls_and_does_not_speak_it(
    get: Callable[[str], Response], secret: SecretInAws, master: Master
) -> None:
    greeting = greeting_of(master.server.port)

    def serve(connection: socket.socket) -> None:
        connection.sendall(greeting)
        connection.recv(4096)
        connection.sendall(b"this is not a handshake")

    with answering(serve) as port:
        secret.holds(master.value(port=port))
        assert failing(get("/health")) == "encryption"


def test_a_plain_connection_is_not_healthy_though_it_answers(
    get: Callable[[str], Response], master: Master, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(*_: object) -> object:
        return pymysql.connect(
            host="localhost", port=master.server.port, user="financial", password=master.password, ssl_disabled=True
        )

    monkeypatch.setattr(database_module, "connect", plain)
    assert failing(get("/health")) == "encryption"


def test_health_is_seen_however_busy_the_pool_is(new_database: Callable[..., Database]) -> None:
    busy = new_database(size=1, wait_seconds=0.01)
    with busy.connection():
        busy.check()


def failing_check(database: Database) -> None:
    with pytest.raises(Failing, match="could not be reached"):
        database.check()


def test_checks_do_not_pile_up(new_database: Callable[..., Database], secret: SecretInAws, master: Master) -> None:
    held, go_on = threading.Event(), threading.Event()

    def serve(_: socket.socket) -> None:
        held.set()
        go_on.wait(30)

    database = new_database(wait_seconds=0.01)
    with answering(serve) as port:
        secret.holds(master.value(port=port))
        first = threading.Thread(target=failing_check, args=(database,))
        first.start()
        assert held.wait(30)
        with pytest.raises(Failing, match="All connections to the database are in use"):
            database.check()
        go_on.set()
        first.join()
