"""The embedded AWS's own routes, under `/provisioner/`: what it did, and start over or stop."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from werkzeug.datastructures import Headers

from .application import MOTO
from .wire import Reply, signature

if TYPE_CHECKING:
    from collections.abc import Callable

    from .application import Application
    from .conduct import Conduct
    from .faults.injected import Injected

PREFIX = "/provisioner/"


class Control:
    """Answers `status`, `calls`, `faults`, `violations`, `reset` and `stop`.

    An S3 bucket may be called `provisioner`, so a signed request is never one of ours. Whatever changes something must be
    a POST and must carry no Origin: a page in a browser can reach 127.0.0.1 too.
    """

    def __init__(
        self, application: Application, *, conduct: Conduct, injected: Injected, token: str, stop: Callable[[], None]
    ) -> None:
        self._application = application
        self._conduct = conduct
        self._injected = injected
        self._token = token
        self._stop = stop
        self._started = datetime.now(UTC).isoformat()
        self._reads = {"status": self.status, "calls": self.calls, "faults": self.faults, "violations": self.violations}
        self._writes = {"reset": self.reset, "stop": self.stop}

    def claims(self, environ: dict[str, Any]) -> bool:
        return str(environ["PATH_INFO"]).startswith(PREFIX) and signature(environ) is None

    def serve(self, environ: dict[str, Any]) -> Reply:
        name = environ["PATH_INFO"].removeprefix(PREFIX)
        if name in self._reads:
            return _json(200, self._reads[name]())
        if name not in self._writes:
            return _json(404, {"error": f"no such route; there are {sorted([*self._reads, *self._writes])}"})
        if environ["REQUEST_METHOD"] != "POST" or environ.get("HTTP_ORIGIN"):
            return _json(405, {"error": f"{PREFIX}{name} takes a POST"})
        return _json(200, self._writes[name]())

    def status(self) -> dict[str, Any]:
        return {
            "version": _version(),
            **self._conduct.as_json(),
            "started": self._started,
            "calls": self._application.calls.served,
            "injected": dict(sorted(self._injected.counts.items())),
            "idle_seconds": round(self.idle_seconds(), 3),
            "token": self._token,
        }

    def idle_seconds(self) -> float:
        return time.monotonic() - self._application.last_call

    def calls(self) -> list[dict[str, Any]]:
        return [recorded.as_json() for recorded in self._application.calls]

    def faults(self) -> list[dict[str, Any]]:
        return self._injected.as_json()

    def violations(self) -> list[dict[str, str]]:
        return [violation.as_json() for violation in self._application.checked.violations]

    def reset(self) -> dict[str, Any]:
        """Forgets all: moto's state, what the mends keep with it, the record, the violations and the faults."""
        with MOTO:
            # Moto makes each backend anew before it drops it, which costs a second for some; only S3's has files to close.
            used: Any = BackendDict
            for backends in used._instances:
                if backends.service_name != "s3":
                    backends.clear()
            BackendDict.reset()
            # Moto remembers every object that it ever made, for its own data page.
            reset_model_data()
            self._application.calls.clear()
            self._application.checked.violations.clear()
            self._injected.forget()
            for behaviour in self._application.behaviours:
                behaviour.forget()
        return {"status": "ok"}

    def stop(self) -> dict[str, Any]:
        self._stop()
        return {"status": "stopping"}


def _json(status: int, content: Any) -> Reply:
    return Reply(status, Headers({"Content-Type": "application/json"}), json.dumps(content).encode())


def _version() -> str:
    try:
        return version("provisioner")
    except PackageNotFoundError:
        return "0"
