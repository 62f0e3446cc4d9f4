"""What goes wrong on the way to the database, in words that hold nothing secret."""

from __future__ import annotations

import traceback
from pathlib import Path

from botocore.exceptions import ClientError

_SENTENCES = {
    "secret": "The database's credentials could not be read.",
    "connection": "The database could not be reached.",
    "encryption": "The database does not speak TLS.",
    "certificate": "The database's certificate could not be verified.",
    "password": "The database refused the credentials.",
    "database": "The database turned the connection away.",
    "query": "The database did not answer a query.",
    "pool": "All connections to the database are in use.",
}


class Failing(Exception):
    """One part of the way to the database does not work. Who asks is told which, and no more."""

    def __init__(self, part: str) -> None:
        super().__init__(_SENTENCES[part])
        self.part = part


def described(error: BaseException) -> str:
    """An error's kind, its code and where it arose, for the log: never its message, which may hold what was sent."""
    cause = error.__cause__ if isinstance(error, Failing) and error.__cause__ else error
    return f"{type(cause).__name__}{_code(cause)} at {_place(error)}"


def _code(error: BaseException) -> str:
    if isinstance(error, ClientError):
        return f" {error.response['Error']['Code']}"
    # The driver's errors, and the system's, begin with their number. What is wrong with a certificate is in OpenSSL's words.
    number = f" {error.args[0]}" if error.args and isinstance(error.args[0], int) else ""
    reason = getattr(getattr(error, "original_exception", None), "verify_message", "")
    return f"{number} ({reason})" if reason else number


def _place(error: BaseException) -> str:
    *_, innermost = traceback.extract_tb(error.__traceback__)
    return f"{Path(innermost.filename).name}:{innermost.lineno}"
