"""boto3's clients as the rest of the code sees them: errors that say what they mean, one attempt for what must not be doubled,
and nothing that changes anything behind a preview."""

from __future__ import annotations

import os
import threading
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import botocore.loaders
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ..errors import CallFailed
from .retry import CallKind, Meaning, explain, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_NO_PROFILE = {"profile": (None, None, None, None)}
"""botocore's table of variables, without the environment variables that name a profile."""
_UNCONFIGURED: dict[str, object] = {
    "config_file": os.devnull,
    "credentials_file": os.devnull,
    "use_fips_endpoint": False,
    "use_dualstack_endpoint": False,
}


@cache
def shared_loader() -> botocore.loaders.Loader:
    """One loader of service models for all sessions of the process: EC2's alone costs 160 ms and many megabytes."""
    return botocore.loaders.Loader()


class Connection:
    """A boto3 session's clients, made when they are first used, and the count of calls that they made.

    `made_up_credentials` are for an embedded AWS, which must never be reached with real ones. At most `parallelism` calls are
    in flight at any time.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        made_up_credentials: bool = False,
        user_agent: str = "provisioner",
        parallelism: int = 32,
    ) -> None:
        core = botocore.session.Session(profile=profile, session_vars=_NO_PROFILE if made_up_credentials else None)
        core.register_component("data_loader", shared_loader())
        if made_up_credentials:
            # What a person configured for the real AWS must neither count nor be needed.
            for variable, value in _UNCONFIGURED.items():
                core.set_config_variable(variable, value)
        self._proxies: dict[str, str] | None = {} if made_up_credentials else None
        made_up = {"aws_access_key_id": "embedded", "aws_secret_access_key": "embedded"} if made_up_credentials else {}
        self._session = boto3.Session(botocore_session=core, region_name=region, **made_up)
        self.region, self._endpoint_url, self._user_agent = self._session.region_name, endpoint_url, user_agent
        self._clients: dict[tuple[str, str, bool], Any] = {}
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._counts: Counter[str] = Counter()
        self.in_flight = threading.BoundedSemaphore(parallelism)
        self._parallelism = parallelism

    def partition(self, region: str) -> str:
        """The partition of a region: `aws`, `aws-cn`, `aws-us-gov`."""
        return self._session.get_partition_for_region(region)

    def client(self, service: str, region: str, *, once: bool) -> Any:
        """The client of a service in a region; with `once`, the one that never sends a call twice."""
        with self._making:
            key = (service, region, once)
            if key not in self._clients:
                self._clients[key] = self._make(service, region, once=once)
            return self._clients[key]

    def close(self) -> None:
        """Ends the connections that the clients keep open to AWS."""
        with self._making:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def counts(self) -> dict[str, int]:
        """How many calls were made so far: read, write, retried."""
        with self._counting:
            return {kind: self._counts[kind] for kind in ("read", "write", "retried")}

    def _make(self, service: str, region: str, *, once: bool) -> Any:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 1 if once else 8},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=self._parallelism,
            user_agent_extra=self._user_agent,
            proxies=self._proxies,
        )
        client = self._session.client(service, region_name=region, endpoint_url=self._endpoint_url, config=config)  # type: ignore[call-overload]
        client.meta.events.register("before-call", self._count)
        client.meta.events.register("needs-retry", self._count_retry)
        return client

    def _count(self, model: Any, **_: Any) -> None:
        with self._counting:
            self._counts["read" if kind_of(model.name) is CallKind.READ else "write"] += 1

    def _count_retry(self, attempts: int, **_: Any) -> None:
        if attempts > 1:
            with self._counting:
                self._counts["retried"] += 1


class Client:
    """One service in one region. Its attributes are boto3's operations."""

    def __init__(self, connection: Connection, service: str, region: str, *, read_only: bool) -> None:
        self._connection, self._service, self._region, self._read_only = connection, service, region, read_only

    def __getattr__(self, method: str) -> Any:
        raw = self._connection.client(self._service, self._region, once=False)
        if method == "get_paginator":
            return lambda name: _Paginator(self, raw.get_paginator(name), raw.meta.method_to_api_mapping[name])
        operation = raw.meta.method_to_api_mapping.get(method)
        if operation is None:
            return getattr(raw, method)
        kind = kind_of(operation)
        if kind is CallKind.READ:
            return lambda **parameters: self.watched(operation, lambda: getattr(raw, method)(**parameters))
        if self._read_only:
            raise AttributeError(f"a preview has no {self._service}:{operation} to call")
        sender = self._connection.client(self._service, self._region, once=True) if kind is CallKind.MAKE else raw
        if kind is CallKind.REMOVE:
            return lambda **parameters: self._removed(operation, lambda: getattr(sender, method)(**parameters))
        return lambda **parameters: self.watched(operation, lambda: getattr(sender, method)(**parameters))

    def watched(self, operation: str, call: Callable[[], Any]) -> Any:
        """The answer of a call; `CallFailed` where there is none."""
        with self._connection.in_flight:
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                raise explain(self._service, operation, error) from error

    def _removed(self, operation: str, call: Callable[[], Any]) -> Any:
        try:
            return self.watched(operation, call)
        except CallFailed as error:
            if error.meaning is Meaning.GONE:
                return {}
            raise


class _Paginator:
    """A paginator whose pages fail as calls do."""

    def __init__(self, client: Client, raw: Any, operation: str) -> None:
        self._client, self._raw, self._operation = client, raw, operation

    def paginate(self, **parameters: Any) -> Iterator[Any]:
        pages = iter(self._raw.paginate(**parameters))
        while (page := self._client.watched(self._operation, lambda: next(pages, None))) is not None:
            yield page
