"""Rotates the password of the database's master user: what Secrets Manager calls, in four steps, every 30 days.

Each step may be repeated, and may die anywhere: the next run finds what the last one left. The password is in Secrets Manager,
in this process's memory and, over verified TLS, on its way to the database; never in a log line or in an error.

It runs alone in its zip: this file, the driver `pymysql` and `rds-ca-bundle.pem` side by side; boto3 is the runtime's.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import time
import traceback
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pymysql
from botocore.config import Config
from botocore.exceptions import ClientError
from pymysql.constants import ER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pymysql.connections import Connection
    from pymysql.cursors import Cursor
    from types_boto3_secretsmanager import SecretsManagerClient

UNSENDABLE = "'\"/\\@ `"
"""What neither RDS nor a shell takes in a password."""

_CALLS = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
_SAME = ("engine", "host", "port", "dbname", "username")
_REFUSED = (ER.ACCESS_DENIED_ERROR, 1698)  # the second is ER_ACCESS_DENIED_NO_PASSWORD_ERROR
_MOST_TRIED = 10
_LOCK, _LOCK_SECONDS = "provisioner.rotation", 10

Value = dict[str, Any]


class RotationError(Exception):
    """Why a step could not be done. Lambda logs it and Secrets Manager tries again, so it must hold nothing secret."""


def handler(event: Mapping[str, Any], context: object = None) -> None:
    """One step of a rotation, as Secrets Manager asks for it."""
    step, token = str(event.get("Step")), str(event.get("ClientRequestToken"))
    try:
        if step not in _STEPS:
            raise RotationError("This is not a step of a rotation.")
        with closing(boto3.client("secretsmanager", config=_CALLS)) as client:
            rotation = Rotation(client, str(event.get("SecretId")), token)
            done = _STEPS[step](rotation) if rotation.is_due() else "nothing to do: this version is the current one"
    except Exception as error:  # noqa: BLE001 (none may leave as it is)
        reason = _described(error)
        _log("error", "rotation failed", step=step, version=token, error=reason)
        # Without its cause: what a driver or a client says of a call may repeat what was sent.
        raise RotationError(f"{step} failed: {reason}") from None
    _log("info", done, step=step, version=token)


class Rotation:
    """The rotation of one secret to one version of it."""

    def __init__(self, client: SecretsManagerClient, secret: str, token: str) -> None:
        self._client = client
        self._secret = secret
        self._token = token

    def is_due(self) -> bool:
        """Whether there is anything to do; what Secrets Manager did not ask for is refused."""
        described = self._client.describe_secret(SecretId=self._secret)
        stages = described.get("VersionIdsToStages", {}).get(self._token, [])
        if not described.get("RotationEnabled"):
            raise RotationError("The secret's rotation is not enabled.")
        if "AWSCURRENT" in stages:
            return False
        if "AWSPENDING" not in stages:
            raise RotationError("This version is not the pending one: another rotation has taken its place.")
        return True

    def create(self) -> str:
        if self._read("AWSPENDING", self._token):
            return "the new password was there already"
        value = self._current() | {"password": self._new_password()}
        try:
            self._client.put_secret_value(
                SecretId=self._secret,
                ClientRequestToken=self._token,
                SecretString=json.dumps(value),
                VersionStages=["AWSPENDING"],
            )
        except self._client.exceptions.ResourceExistsException:
            return "the new password was there already"  # this step ran twice at once, and the other one was quicker
        return "made a new password"

    def set(self) -> str:
        pending = self._pending()
        if connection := _entered(pending, pending):
            connection.close()
            return "the database had the new password already"
        with closing(self._entered_with_a_former(pending)) as connection, _alone(connection):
            # Whoever waited here may have been overtaken, and would take the database away from the current version.
            if self.is_due():
                _alter(connection, pending["password"])
        return "the database has the new password"

    def test(self) -> str:
        pending = self._pending()
        connection = _entered(pending, pending)
        if not connection:
            raise RotationError("The database refuses the new password.")
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "the new password works"

    def finish(self) -> str:
        stages = self._client.describe_secret(SecretId=self._secret)["VersionIdsToStages"]
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        try:
            # With the version that it is taken from, the label moves only if nobody has moved it meanwhile.
            self._client.update_secret_version_stage(
                SecretId=self._secret,
                VersionStage="AWSCURRENT",
                MoveToVersionId=self._token,
                RemoveFromVersionId=current,
            )
        except self._client.exceptions.InvalidParameterException:
            if self.is_due():
                raise
        return "the new password is the current one"

    def _current(self) -> Value:
        if value := self._read("AWSCURRENT"):
            return value
        raise RotationError("The secret has no current version.")

    def _pending(self) -> Value:
        """The new credentials: those of the current version, with nothing but another password."""
        current, pending = self._current(), self._read("AWSPENDING", self._token)
        if not pending:
            raise RotationError("The pending version has no value: createSecret has not run.")
        for key in _SAME:
            if pending.get(key) != current.get(key):
                raise RotationError(f"The pending version has another {key} than the current one.")
        return pending

    def _entered_with_a_former(self, pending: Value) -> Connection[Cursor]:
        """A connection with whatever password the database has: most likely that of the current version."""
        tried: set[str] = set()
        for former in self._formers():
            if former["password"] in tried or any(former.get(key) != pending.get(key) for key in _SAME):
                continue
            if connection := _entered(pending, former):
                return connection
            tried.add(former["password"])
        raise RotationError(f"The database refuses the passwords of all versions ({len(tried)} tried).")

    def _formers(self) -> Iterator[Value]:
        """The current value, the previous one, and those of all other versions, the newest first.

        A rotation that was overtaken after it had given the database its password leaves such a version, without a label. The
        pending one is among them once more: a twin of this run may have been quicker.
        """
        for stage in ("AWSCURRENT", "AWSPREVIOUS"):
            if value := self._read(stage):
                yield value
        listed = self._client.list_secret_version_ids(SecretId=self._secret, IncludeDeprecated=True, MaxResults=100)["Versions"]
        newest_first = sorted(listed, key=lambda version: version["CreatedDate"], reverse=True)
        for version in newest_first[:_MOST_TRIED]:
            if value := self._read("", version["VersionId"]):
                yield value

    def _read(self, stage: str, version: str = "") -> Value | None:
        wanted = {"VersionStage": stage, "VersionId": version}
        try:
            answer = self._client.get_secret_value(
                SecretId=self._secret, **{key: value for key, value in wanted.items() if value}
            )
        except self._client.exceptions.ResourceNotFoundException:
            return None
        value: Value = json.loads(answer["SecretString"])
        if missing := [key for key in (*_SAME, "password") if key not in value]:
            raise RotationError(f"The secret has no {', '.join(missing)}.")
        return value

    def _new_password(self) -> str:
        answer = self._client.get_random_password(PasswordLength=32, ExcludeCharacters=UNSENDABLE, RequireEachIncludedType=True)
        return answer["RandomPassword"]


_STEPS: Mapping[str, Callable[[Rotation], str]] = {
    "createSecret": Rotation.create,
    "setSecret": Rotation.set,
    "testSecret": Rotation.test,
    "finishSecret": Rotation.finish,
}


def _entered(account: Value, value: Value) -> Connection[Cursor] | None:
    """A connection to the account's database with the value's password, or None where the database refuses it."""
    try:
        return pymysql.connect(
            host=account["host"],
            port=int(account["port"]),
            user=account["username"],
            password=value["password"],
            charset="utf8mb4",
            ssl=_tls(),  # with a context given, the driver leaves before it logs in where the server offers no TLS
            connect_timeout=5,
            read_timeout=_LOCK_SECONDS + 5,
            write_timeout=5,
            # If this process is frozen or killed, the database lets go of its lock after this many seconds.
            init_command="SET SESSION wait_timeout = 60",
        )
    except pymysql.err.OperationalError as error:
        if error.args[0] in _REFUSED:
            return None
        raise


def _tls() -> ssl.SSLContext:
    """The bundle's authorities and no others, for the very name that is dialled."""
    bundle = os.environ.get("CA_BUNDLE") or Path(__file__).with_name("rds-ca-bundle.pem")
    context = ssl.create_default_context(cafile=bundle)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


@contextmanager
def _alone(connection: Connection[Cursor]) -> Iterator[None]:
    """No other rotation changes the password meanwhile. The lock goes with the connection, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT GET_LOCK(%s, %s)", (_LOCK, _LOCK_SECONDS))
        if cursor.fetchone() != (1,):
            raise RotationError("Another rotation is at work in the database.")
    yield


def _alter(connection: Connection[Cursor], password: str) -> None:
    with connection.cursor() as cursor:
        # By its full name: MariaDB takes ALTER USER CURRENT_USER(), says that all is well, and changes nothing.
        cursor.execute("SELECT CURRENT_USER()")
        user, _, host = str((cursor.fetchone() or ("",))[0]).rpartition("@")
        cursor.execute("ALTER USER %s@%s IDENTIFIED BY %s", (user, host, password))


def _described(error: Exception) -> str:
    """An error in words that hold nothing secret: its kind, its number or code, and where it arose."""
    if isinstance(error, RotationError):
        return str(error)
    words = [type(error).__name__]
    if isinstance(error, ClientError):
        words = [error.response["Error"]["Code"], error.operation_name]
    if isinstance(error, pymysql.err.MySQLError):
        words += [str(number) for number in error.args[:1] if isinstance(number, int)]
        words += [str(getattr(getattr(error, "original_exception", None), "verify_message", ""))]
    *_, innermost = traceback.extract_tb(error.__traceback__)
    return " ".join([*filter(None, words), f"at {Path(innermost.filename).name}:{innermost.lineno}"])


def _log(level: str, message: str, **fields: str) -> None:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    sys.stdout.write(json.dumps({"time": now, "level": level, "message": message, **fields}) + "\n")
    sys.stdout.flush()
