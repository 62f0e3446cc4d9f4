"""Connections to the database: over verified TLS only, few, and shared."""

from __future__ import annotations

import ssl
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pymysql
from pymysql.constants import CR, ER

from .failure import Failing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pymysql.connections import Connection
    from pymysql.cursors import Cursor

    from .credentials import Credentials, Secret

CONNECT_SECONDS = 5
ANSWER_SECONDS = 10
_OURS = range(CR.CR_ERROR_FIRST, 3000)  # the client's numbers; the server's are below and above
_REFUSED = (ER.ACCESS_DENIED_ERROR, 1698)  # the second is ER_ACCESS_DENIED_NO_PASSWORD_ERROR


def connect(credentials: Credentials, tls: ssl.SSLContext) -> Connection[Cursor]:
    try:
        return pymysql.connect(
            host=credentials.host,
            port=credentials.port,
            user=credentials.username,
            password=credentials.password,
            database=credentials.dbname,
            charset="utf8mb4",
            ssl=tls,  # with a context given, the driver leaves before it logs in where the server offers no TLS
            connect_timeout=CONNECT_SECONDS,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            sql_mode="TRADITIONAL",  # what does not fit a column is an error, and never cut
            init_command="SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5",
        )
    except pymysql.err.MySQLError as error:
        raise Failing(_part(error)) from error


def _part(error: pymysql.err.MySQLError) -> str:
    reason, number = getattr(error, "original_exception", None), _number(error)
    if isinstance(reason, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(reason, ssl.SSLError) or number == CR.CR_SSL_CONNECTION_ERROR:
        return "encryption"
    if number in _REFUSED:
        return "password"
    return "connection" if number in _OURS else "database"


def _number(error: pymysql.err.MySQLError) -> int:
    """The server's or the client's number; the driver has none for what is no answer in MySQL's protocol."""
    number = error.args[0] if error.args else None
    return number if isinstance(number, int) else CR.CR_UNKNOWN_ERROR


class Database:
    """A bounded number of connections, each used by one thread at a time; one more is for checks, however busy they are."""

    def __init__(
        self, secret: Secret, tls: ssl.SSLContext, *, size: int = 8, wait_seconds: float = 5, oldest_seconds: float = 300
    ) -> None:
        self._secret = secret
        self._tls = tls
        self._room = threading.BoundedSemaphore(size)
        self._checking = threading.BoundedSemaphore()
        self._idle: list[tuple[Connection[Cursor], float]] = []  # each with the time of its making; the newest is used first
        self._wait_seconds = wait_seconds
        self._oldest_seconds = oldest_seconds

    @contextmanager
    def connection(self) -> Iterator[Connection[Cursor]]:
        """A connection for one piece of work, which commits what it wants to keep."""
        with self._place(self._room):
            connection, made = self._taken()
            try:
                with _answering():
                    yield connection
                    connection.rollback()
            except BaseException:
                connection.close()
                raise
            self._idle.append((connection, made))

    def check(self) -> None:
        """Goes the whole way once: the secret, the certificate, the password, a query; and sees that it is encrypted."""
        with self._place(self._checking), closing(self._connected()) as connection:
            with _answering(), connection.cursor() as cursor:
                cursor.execute("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
                row = cursor.fetchone()
            if not row or not row[1]:
                raise Failing("encryption")

    def close(self) -> None:
        while idle := self._one_idle():
            idle[0].close()

    @contextmanager
    def _place(self, room: threading.Semaphore) -> Iterator[None]:
        if not room.acquire(timeout=self._wait_seconds):
            raise Failing("pool")
        try:
            yield
        finally:
            room.release()

    def _taken(self) -> tuple[Connection[Cursor], float]:
        while idle := self._one_idle():
            connection, made = idle
            if time.monotonic() - made < self._oldest_seconds and _alive(connection):
                return idle
            connection.close()
        return self._connected(), time.monotonic()

    def _one_idle(self) -> tuple[Connection[Cursor], float] | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connected(self) -> Connection[Cursor]:
        credentials = self._secret.credentials()
        try:
            return connect(credentials, self._tls)
        except Failing as failure:
            other = self._other_than(credentials, failure)
            if other is None:
                raise
        return connect(other, self._tls)

    def _other_than(self, credentials: Credentials, failure: Failing) -> Credentials | None:
        """Nothing is worth a second try but a secret that has changed: a new password, or a database at another place."""
        try:
            return self._secret.other_than(credentials, refused=failure.part == "password")
        except Failing:
            return None


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except (pymysql.err.OperationalError, pymysql.err.InterfaceError, pymysql.err.InternalError) as error:
        raise Failing("query") from error


def _alive(connection: Connection[Cursor]) -> bool:
    try:
        connection.ping(reconnect=False)
    except pymysql.err.MySQLError:
        return False
    return True
