"""A real database server with TLS for what runs on the platform: one for the session, started when it is asked for."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections import deque
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql
import pytest

from .certificates import Authority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioner.embedded.server import Running

HOST = "localhost"
REQUIRED = "PROVISIONER_TESTS_REQUIRE_MARIADB"
_OPTIONS = ("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-flush-log-at-trx-commit=0")


class MariaDb:
    """A server on 127.0.0.1 whose data and certificates live in a folder of their own."""

    def __init__(self, folder: Path, mariadbd: str) -> None:
        self.authority = Authority("the tests' authority")
        self.ca_bundle = self.authority.write(folder / "authority.pem")
        self.port = 0
        self.output: deque[str] = deque()
        self._folder = folder
        self._socket = str(folder / "socket")
        self._write(*self.authority.issue(HOST))
        _install(folder / "data")
        self._process = self._started(mariadbd)
        self._reader = threading.Thread(target=self.output.extend, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def execute(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """As the server's own root, through its socket: what no client of the platform can do."""
        root = pymysql.connect(unix_socket=self._socket, user="root", autocommit=True, ssl_disabled=True)
        with closing(root), root.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def presents(self, host: str = HOST, *, authority: Authority | None = None, lasting: timedelta = timedelta(days=1)) -> None:
        """From now on, the server shows clients another certificate."""
        self._write(*(authority or self.authority).issue(host, lasting=lasting))
        self.execute("FLUSH SSL")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()
        self._reader.join()
        assert self._process.stdout
        self._process.stdout.close()

    def _write(self, certificate: bytes, key: bytes) -> None:
        (self._folder / "certificate.pem").write_bytes(certificate)
        (self._folder / "key.pem").write_bytes(key)

    def _started(self, mariadbd: str) -> subprocess.Popen[str]:
        # Its end comes with this process's, however that ends.
        guard = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
        for _ in range(5):  # somebody else may take the free port before the server does
            self.port = _free_port()
            command = [
                *guard,
                mariadbd,
                *_options(self._folder / "data"),
                f"--socket={self._socket}",
                f"--pid-file={self._folder / 'pid'}",
                f"--port={self.port}",
                "--bind-address=127.0.0.1",
                "--skip-name-resolve",
                "--tls-version=TLSv1.2,TLSv1.3",
                f"--ssl-cert={self._folder / 'certificate.pem'}",
                f"--ssl-key={self._folder / 'key.pem'}",
            ]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            assert process.stdout
            for line in process.stdout:
                self.output.append(line)
                if "ready for connections" in line:
                    return process
            process.wait()
            process.stdout.close()
        raise RuntimeError("mariadbd does not start:\n" + "".join(self.output))


def _options(data: Path) -> list[str]:
    return ["--no-defaults", *(["--user=root"] if os.geteuid() == 0 else []), f"--datadir={data}", *_OPTIONS]


def _install(data: Path) -> None:
    command = ["mariadb-install-db", *_options(data), "--skip-test-db", "--auth-root-authentication-method=normal"]
    subprocess.run(command, check=True, capture_output=True)


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDb]:
    mariadbd = shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if not mariadbd:
        if os.environ.get(REQUIRED):
            pytest.fail(f"there is no mariadbd, and {REQUIRED} says that there must be")
        pytest.skip("needs a database server: mariadbd (Debian's package mariadb-server) is not installed")
    # Not pytest's own folder: the path of a socket may hold 107 characters only.
    with tempfile.TemporaryDirectory(prefix="mariadb-") as folder:
        server = MariaDb(Path(folder), mariadbd)
        try:
            yield server
        finally:
            server.stop()


class Master:
    """The account that the platform uses. As a cluster's master user, it may make users and use the database as it likes."""

    username = "financial"

    def __init__(self, server: MariaDb) -> None:
        self.server = server
        self.passwords: set[str] = set()
        server.presents()
        server.execute("DROP DATABASE IF EXISTS payments")
        server.execute("CREATE DATABASE payments")
        self.password = self.another_password()
        server.execute("CREATE OR REPLACE USER financial@'%%' IDENTIFIED BY %s", self.password)
        server.execute("GRANT CREATE USER ON *.* TO financial@'%'")
        server.execute("GRANT ALL ON payments.* TO financial@'%'")

    def another_password(self) -> str:
        password = secrets.token_urlsafe(24)
        self.passwords.add(password)
        return password

    def gets(self, password: str) -> None:
        self.passwords.add(password)
        self.server.execute("ALTER USER financial@'%%' IDENTIFIED BY %s", password)

    def value(self, **changes: object) -> dict[str, object]:
        """What the secret holds, as the platform's plan writes it."""
        place = {"engine": "mysql", "host": HOST, "port": self.server.port, "dbname": "payments"}
        return place | {"username": self.username, "password": self.password} | changes

    def takes(self, password: str) -> bool:
        try:
            connection = pymysql.connect(
                host=HOST,
                port=self.server.port,
                user=self.username,
                password=password,
                ssl=ssl.create_default_context(cafile=self.server.ca_bundle),
            )
        except pymysql.err.OperationalError:
            return False
        connection.close()
        return True


@pytest.fixture
def master(mariadb_server: MariaDb) -> Master:
    return Master(mariadb_server)


@pytest.fixture
def cloud(embedded: Running, monkeypatch: pytest.MonkeyPatch) -> Running:
    """The embedded AWS, found as the platform's own code finds AWS: through its environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", embedded.url)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")
    return embedded
