"""The embedded AWS as a WSGI application: decode, ask the behaviours, ask moto, encode, record."""

from __future__ import annotations

import logging
import time
from functools import cache
from io import BytesIO
from threading import RLock
from typing import TYPE_CHECKING, Any

import moto.core.errors
import moto.core.responses
from moto.core.config import default_user_config
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import run_wsgi_app

from .call import Answer, Call, HangUp, Refused
from .record import CallRecord
from .service_model import ServiceModelCheck
from .unsupported import crashed, unsupported, unsupported_route
from .wire import Reply, decode_call, decode_reply, encode, signature

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .call import Behaviour

log = logging.getLogger("provisioner.embedded")

# Moto keeps its state per process and changes it without care for threads: two creates at once may both win.
# So there is one lock for the process, not one for each application.
MOTO = RLock()

_method_names = cache(method_names_from_class)


class _Dispatcher(DomainDispatcherApplication):
    """Moto's choice of a backend for a host, remembered; by itself it looks through its own folder at each request."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self.get_backend_for_host = cache(super().get_backend_for_host)  # type: ignore[method-assign]


class Application:
    """Serves AWS calls from moto, one at a time, through an ordered list of behaviours."""

    def __init__(self, behaviours: Sequence[Behaviour]) -> None:
        self.checked = ServiceModelCheck()
        self.behaviours: list[Behaviour] = [self.checked, *behaviours]
        self.calls = CallRecord()
        self.last_call = time.monotonic()
        self._moto = _Dispatcher()
        # Moto warns its developers of errors that have no model; where warnings are errors, that would end the call.
        errors: Any = moto.core.errors
        errors.warn = lambda *_, **__: None
        # Moto looks through all members of a class at each call.
        responses: Any = moto.core.responses
        responses.method_names_from_class = _method_names
        # AWS-managed policies exist in every real account; a Lambda must not need Docker to be created.
        default_user_config["iam"] = {"load_aws_managed_policies": True}
        default_user_config["lambda"] = {"use_docker": False}
        default_user_config["batch"] = {"use_docker": False}

    def serve(self, environ: dict[str, Any], body: bytes) -> Reply:
        """The response to one request, whether it is a call that we understand or not."""
        if signature(environ) is None:
            return self.ask_moto(environ, body)
        with MOTO:
            self.last_call = time.monotonic()
            call = decode_call(environ, body)
            if call is None:
                return self._serve_opaque(environ, body)
            try:
                answer = self._answer(call, environ, body)
                reply = _encoded(call, answer)
            except HangUp:
                self.calls.add(call, "lost", 0)
                raise
            finally:
                self.last_call = time.monotonic()
            outcome = "ok" if reply.status < 300 or answer.error is None else answer.error.code
            self.calls.add(call, outcome, reply.status)
            return reply

    def ask_moto(self, environ: dict[str, Any], body: bytes) -> Reply:
        """Moto's own answer, without behaviours."""
        inner = {**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body)), "wsgi.input_terminated": True}
        inner.pop("HTTP_TRANSFER_ENCODING", None)
        with MOTO:
            parts, status, headers = run_wsgi_app(self._moto, inner, buffered=True)
            return Reply(int(status.split()[0]), headers, b"".join(parts))

    def _serve_opaque(self, environ: dict[str, Any], body: bytes) -> Reply:
        # A request that no service model knows still deserves an answer, not a closed connection.
        _, region, service = signature(environ) or ("", "", "")
        call = Call(service, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}", {}, region, "")
        try:
            reply = self.ask_moto(environ, body)
        except Exception as error:  # noqa: BLE001 - whatever moto raises is an unsupported request
            log.info("moto failed on %s: %r", call, error)
            reply = Reply(400, body=str(unsupported(call)).encode())
        self.calls.add(call, "ok" if reply.status < 300 else str(reply.status), reply.status)
        return reply

    def _answer(self, call: Call, environ: dict[str, Any], body: bytes) -> Answer:
        passed: list[Behaviour] = []
        answer = None
        for behaviour in self.behaviours:
            answer = _asked(call, behaviour.before, call)
            if answer is not None:
                break
            passed.append(behaviour)
        if answer is None:
            answer = _asked(call, self._emulate, call, environ, body)
        for behaviour in reversed(passed):
            answer = _asked(call, behaviour.after, call, answer)
        assert answer is not None
        return answer

    def _emulate(self, call: Call, environ: dict[str, Any], body: bytes) -> Answer:
        reply = self.ask_moto(environ, body)
        if refusal := unsupported_route(call, reply):
            raise refusal
        return decode_reply(call, reply)


def _asked(call: Call, who: Callable[..., Answer | None], *arguments: Any) -> Answer | None:
    """What a behaviour or moto says; a refusal is an answer, and so is a bug of theirs, which must not end the connection."""
    try:
        return who(*arguments)
    except Refused as refused:
        return Answer.of(refused)
    except HangUp:
        raise
    except Exception as error:  # noqa: BLE001 - moto raises where it should answer
        return Answer.of(crashed(call, error))


def _encoded(call: Call, answer: Answer) -> Reply:
    try:
        return encode(call, answer)
    except Exception as error:  # noqa: BLE001 - an answer that does not fit its operation is a bug of the behaviour that gave it
        return encode(call, Answer.of(crashed(call, error)))
