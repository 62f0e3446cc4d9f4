"""The database's credentials: read from Secrets Manager, kept in memory alone, and read again when they have changed."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from .failure import Failing

if TYPE_CHECKING:
    from types_boto3_secretsmanager import SecretsManagerClient


@dataclass(frozen=True)
class Credentials:
    """Where the database is and who may enter."""

    host: str
    port: int
    dbname: str
    username: str
    password: str = field(repr=False)

    @classmethod
    def from_json(cls, text: str) -> Credentials:
        value = json.loads(text)
        if value["engine"] not in ("mysql", "aurora-mysql"):
            raise ValueError("not a database that this service speaks to")
        return cls(value["host"], int(value["port"]), value["dbname"], value["username"], value["password"])


class Secret:
    """One secret, and what it last held. Threads share it."""

    def __init__(self, client: SecretsManagerClient, arn: str) -> None:
        self._client = client
        self._arn = arn
        self._lock = threading.Lock()
        self._known: Credentials | None = None

    def credentials(self) -> Credentials:
        with self._lock:
            if self._known is None:
                self._known = self._read("AWSCURRENT")
            return self._known

    def other_than(self, useless: Credentials, *, refused: bool) -> Credentials | None:
        """What the secret holds by now, if it is not what just did not work.

        A rotation gives the database its new password a moment before it makes that one current. Whoever is refused in this
        moment finds the new one pending.
        """
        with self._lock:
            if self._known != useless:
                return self._known  # another thread was here before
            newest = self._read("AWSCURRENT")
            if newest == useless and refused:
                newest = self._read("AWSPENDING")
            if newest == useless:
                return None
            self._known = newest
            return newest

    def _read(self, stage: str) -> Credentials:
        try:
            answer = self._client.get_secret_value(SecretId=self._arn, VersionStage=stage)
            return Credentials.from_json(answer["SecretString"])
        except (BotoCoreError, ClientError) as error:
            raise Failing("secret") from error
        except (KeyError, TypeError, ValueError):
            # The error itself holds a piece of the secret.
            raise Failing("secret") from None
