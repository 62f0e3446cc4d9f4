"""boto3's clients as the rest of the code sees them: errors that say what they mean, one attempt for what must not be doubled,
and nothing that changes anything behind a preview."""

from __future__ import annotations

import os
import re
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
from .behaviour import MINUTE
from .retry import CallKind, Meaning, explain, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .rates import Limiter

_EXPIRED = re.compile(r"ExpiredToken(Exception)?|RequestExpired|TokenRefreshRequired")
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
    in flight at any time, and none goes before the `limiter` lets it (None: this AWS takes them as they come).
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
        limiter: Limiter | None = None,
    ) -> None:
        self.limiter = limiter
        self._profile, self._made_up, self._age = profile, made_up_credentials, 0
        self._proxies: dict[str, str] | None = {} if made_up_credentials else None
        self._session = self._new_session(region)
        self._retired: list[Any] = []
        self.region, self._endpoint_url, self._user_agent = self._session.region_name, endpoint_url, user_agent
        self._clients: dict[tuple[str, str, object], Any] = {}
        self._making = threading.Lock()
        self._counting = threading.Lock()
        self._counts: Counter[str] = Counter()
        self.in_flight = threading.BoundedSemaphore(parallelism)
        self._parallelism = parallelism
        self.gate: Callable[[], None] | None = None
        """Asked before anything leaves this process that changes something, at every attempt; what it raises ends the call."""

    def _new_session(self, region: str | None) -> boto3.Session:
        core = botocore.session.Session(profile=self._profile, session_vars=_NO_PROFILE if self._made_up else None)
        core.register_component("data_loader", shared_loader())
        if not self._made_up:
            return boto3.Session(botocore_session=core, region_name=region)
        # What a person configured for the real AWS must neither count nor be needed.
        for variable, value in _UNCONFIGURED.items():
            core.set_config_variable(variable, value)
        key = f"embedded-{self._age}" if self._age else "embedded"
        return boto3.Session(botocore_session=core, region_name=region, aws_access_key_id=key, aws_secret_access_key=key)

    @property
    def age(self) -> int:
        """How often the credentials were renewed."""
        return self._age

    def renew(self, age: int) -> bool:
        """Takes the credentials anew from where they come from, since those of this age have expired; whether there are others.

        The SDK renews by itself what can be renewed. This finds what a person, or a program of theirs, has put there since.
        """
        with self._making:
            if self._age != age:
                return True
            before = self._session.get_credentials()
            self._age += 1
            session = self._new_session(self.region)
            now = session.get_credentials()
            if before is None or now is None or before.get_frozen_credentials() == now.get_frozen_credentials():
                self._age = age
                return False
            # Calls may be under way with the old ones.
            self._retired += self._clients.values()
            self._clients.clear()
            self._session = session
            return True

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

    def explained(self, service: str, operation: str, error: ClientError | BotoCoreError, age: int) -> CallFailed:
        """What an error means for a call by a client of this age; where its credentials have expired, there may be others."""
        failed = explain(service, operation, error)
        # The answer to a HEAD has no body, so S3 can not say more than 400.
        expired = failed.code == "400" if operation.startswith("Head") else _EXPIRED.fullmatch(failed.code)
        if expired and self.renew(age):
            # Nothing was carried out, and the next one will be.
            failed.meaning, failed.patience = Meaning.THROTTLED, 10 * MINUTE
        return failed

    def apart(self, service: str, region: str) -> Any:
        """A client for what goes beside the plan's own work, which must not wait until that lets a call through: it sends a
        call once, gives up soon, asks no gate, and is not counted."""
        with self._making:
            key = (service, region, "apart")
            if key not in self._clients:
                config = Config(connect_timeout=3, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
                self._clients[key] = self._configured(service, region, config)
            return self._clients[key]

    def close(self) -> None:
        """Ends the connections that the clients keep open to AWS."""
        with self._making:
            for client in (*self._clients.values(), *self._retired):
                client.close()
            self._clients.clear()
            self._retired.clear()

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
        )
        client = self._configured(service, region, config)
        client.meta.events.register("before-call", self._count)
        client.meta.events.register("before-send", self._ask_gate)
        client.meta.events.register("needs-retry", self._count_retry)
        return client

    def _configured(self, service: str, region: str, config: Config) -> Any:
        config = config.merge(Config(user_agent_extra=self._user_agent, proxies=self._proxies))
        return self._session.client(service, region_name=region, endpoint_url=self._endpoint_url, config=config)  # type: ignore[call-overload]

    def _ask_gate(self, event_name: str, **_: Any) -> None:
        # The event's name ends in the operation's. The SDK sends a call again by itself, so each attempt asks.
        if self.gate is not None and kind_of(event_name.rpartition(".")[2]) is not CallKind.READ:
            self.gate()

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
        # The age first: a client may be younger than it says, never older.
        age = self._connection.age
        raw = self._connection.client(self._service, self._region, once=False)
        if method == "get_paginator":
            return lambda name: _Paginator(self, raw.get_paginator(name), raw.meta.method_to_api_mapping[name], age)
        operation = raw.meta.method_to_api_mapping.get(method)
        if operation is None:
            return getattr(raw, method)
        kind = kind_of(operation)
        if kind is not CallKind.READ and self._read_only:
            raise AttributeError(f"a preview has no {self._service}:{operation} to call")
        sender = self._connection.client(self._service, self._region, once=True) if kind is CallKind.MAKE else raw
        call = self._removed if kind is CallKind.REMOVE else self.watched
        return lambda **parameters: call(operation, lambda: getattr(sender, method)(**parameters), age)

    def watched(self, operation: str, call: Callable[[], Any], age: int) -> Any:
        """The answer of a call by a client of this age; `CallFailed` where there is none."""
        if self._connection.limiter is not None:
            self._connection.limiter.await_turn(self._service, operation, self._region)
        with self._connection.in_flight:
            try:
                return call()
            except (ClientError, BotoCoreError) as error:
                raise self._connection.explained(self._service, operation, error, age) from error

    def _removed(self, operation: str, call: Callable[[], Any], age: int) -> Any:
        try:
            return self.watched(operation, call, age)
        except CallFailed as error:
            if error.meaning is Meaning.GONE:
                return {}
            raise


class _Paginator:
    """A paginator whose pages fail as calls do."""

    def __init__(self, client: Client, raw: Any, operation: str, age: int) -> None:
        self._client, self._raw, self._operation, self._age = client, raw, operation, age

    def paginate(self, **parameters: Any) -> Iterator[Any]:
        pages = iter(self._raw.paginate(**parameters))
        while (page := self._client.watched(self._operation, lambda: next(pages, None), self._age)) is not None:
            yield page
