"""How the world is read: clients that are made once, all pages of a list, and what is found."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import jmespath
from botocore.config import Config
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"


@dataclass(frozen=True)
class Thing:
    """Something in an account: how it is shown, the words that others call it by, and its name where no tag tells its step."""

    kind: str
    shown: Any
    called: tuple[str, ...] = ()
    name: str = ""


class Reader:
    """Reads an account in one region."""

    def __init__(self, region: str) -> None:
        self.region = region

    def client(self, service: str) -> Any:
        """boto3's."""
        with _making:
            if (service, self.region) not in _clients:
                _clients[service, self.region] = _client(service, self.region)
            return _clients[service, self.region]

    def all(self, service: str, operation: str, path: str, **parameters: Any) -> list[Any]:
        """What all pages of an answer have under a JMESPath."""
        client = self.client(service)
        if not client.can_paginate(operation):
            return jmespath.search(path, getattr(client, operation)(**parameters)) or []
        pages = client.get_paginator(operation).paginate(**parameters)
        return [one for page in pages for one in jmespath.search(path, page) or ()]

    def one(self, service: str, operation: str, path: str = "@", **parameters: Any) -> Any:
        """An answer, or what it has under a JMESPath; None where AWS says that there is none of it."""
        try:
            answer = getattr(self.client(service), operation)(**parameters)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if not any(word in code for word in ("NoSuch", "NotFound", "NotEnabled")):
                raise
            return None
        return jmespath.search(path, answer)


# To make a client costs more than all that it is asked here, and each account has an address of its own: so the clients stay,
# and go where they are sent.
_clients: dict[tuple[str, str], Any] = {}
_making, _reading = threading.Lock(), threading.Lock()
_NOWHERE = "http://127.0.0.1:9"
_address = _NOWHERE


@contextmanager
def at(url: str) -> Iterator[None]:
    """Within it, readers read the account at this address."""
    global _address
    with _reading:
        _address = url
        try:
            yield
        finally:
            _address = _NOWHERE


def _client(service: str, region: str) -> Any:
    made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"}
    once = Config(max_pool_connections=8, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    make: Any = boto3.client
    client = make(service, region_name=region, endpoint_url=_NOWHERE, config=once, **made_up)
    client.meta.events.register("request-created", _send_there)
    return client


def _send_there(request: Any, **_: Any) -> None:
    request.url = request.url.replace(_NOWHERE, _address, 1)
