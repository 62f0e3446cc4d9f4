"""Serves the embedded AWS over HTTP, on 127.0.0.1 only: in this process (`running`) or as a process (`__main__`)."""

from __future__ import annotations

import secrets
import socket
import threading
from contextlib import contextmanager, suppress
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

from moto.core.routing import get_service_router
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

from . import clock, faults, lifelike
from .application import Application
from .call import HangUp
from .conduct import Conduct
from .control import Control
from .faults.injected import Injected
from .listening import HOST, listen
from .mends import mends
from .mends.under_way import TimePasses

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .call import Behaviour
    from .record import CallRecord
    from .service_model import Violation


class _Handler(MotoRequestHandler):
    """One connection, kept open between calls.

    Stock werkzeug closes after each answer, since it cannot know whether the body was read. Here the body is always read
    first and the answer's length is always known, so a client's connection pool works as it does against AWS.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: Server

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        try:
            body = _whole_body(environ)
            environ["wsgi.input"] = BytesIO(body)
            reply = self.server.endpoint(environ, body)
        except HangUp:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        length = reply.headers.get("Content-Length", "0") if self.command == "HEAD" else str(len(reply.body))
        if reply.status != 204:
            self.send_header("Content-Length", length)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Calls are in the record; a log line for each would only cost time."""


def _whole_body(environ: dict[str, Any]) -> bytes:
    """A request's body. Where the caller died while sending it, there is nobody to answer, and no call to carry out."""
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        try:
            return bytes(stream.read())
        except OSError as error:
            raise HangUp from error
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = bytes(stream.read(length))
    if len(body) < length:
        raise HangUp
    return body


class Server(ThreadedWSGIServer):
    """Werkzeug's threaded server on a socket that was bound before moto was imported."""

    daemon_threads = True
    faulty: Sequence[Behaviour] = ()
    """Those of the behaviours that make things go wrong."""

    def __init__(
        self, listening: socket.socket, behaviours: Sequence[Behaviour], conduct: Conduct, injected: Injected, token: str
    ) -> None:
        self.conduct, self.injected = conduct, injected
        self.application = Application(behaviours)
        self.control = Control(self.application, conduct=conduct, injected=injected, token=token, stop=self.stop_soon)
        self._open: set[socket.socket] = set()
        super().__init__(HOST, listening.getsockname()[1], _unused, handler=_Handler, fd=listening.fileno())
        listening.close()
        self.url = f"http://{HOST}:{self.port}"

    def endpoint(self, environ: dict[str, Any], body: bytes) -> Any:
        if self.control.claims(environ):
            return self.control.serve(environ)
        return self.application.serve(environ, body)

    def stop_soon(self) -> None:
        # From another thread, since shutdown() waits for the loop that may have called us.
        threading.Thread(target=self.shutdown, daemon=True).start()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def serve_until_stopped(self, poll_interval: float) -> None:
        """Serves; after `stop_soon` or `shutdown` the port is free and all connections are closed."""
        self.serve_forever(poll_interval)
        self.server_close()
        self.close_connections()

    def warm_up(self) -> None:
        """Imports what the first calls need, beside the server: EC2's models alone cost more than a second."""
        for service in ("sts", "dynamodb", "ec2", "iam", "s3", "kms", "logs", "cloudfront"):
            import_module(f"moto.{service}.responses")
            get_service_router(service)

    def close_connections(self) -> None:
        """Ends the connections that clients keep open, so that their threads end and no socket is left."""
        for connection in tuple(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _unused(environ: object, start_response: object) -> list[bytes]:
    raise NotImplementedError


def build(
    listening: socket.socket, conduct: Conduct | None = None, *, token: str = "", behaviours: Sequence[Behaviour] = ()
) -> Server:
    """A server with the behaviours of its level; outermost are the given ones, and outside them passes the time."""
    conduct = conduct or Conduct()
    injected = Injected()
    faulty = faults.behaviours(conduct.faults, conduct.seed or 0, injected) if conduct.level == "hostile" else []
    stricter = [] if conduct.level == "plain" else lifelike.behaviours()
    every = [TimePasses(), *behaviours, *faulty, *stricter, *mends()]
    server = Server(listening, every, conduct, injected, token or secrets.token_hex(16))
    server.faulty = faulty
    return server


class Running:
    """A server in this process, as `running` gives it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.port: int = server.port
        self.url = server.url

    @property
    def calls(self) -> CallRecord:
        return self._server.application.calls

    @property
    def violations(self) -> list[Violation]:
        return self._server.application.checked.violations

    @property
    def injected(self) -> Injected:
        """What the level `hostile` has made to go wrong."""
        return self._server.injected

    @property
    def behaviours(self) -> list[Behaviour]:
        """The behaviours in order, first to see a call first; a test may add one."""
        return self._server.application.behaviours

    def reset(self) -> None:
        self._server.control.reset()

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Within it nothing is made to go wrong, whatever the level: for a look at what has come of it."""
        every = self.behaviours[:]
        self.behaviours[:] = [one for one in every if one not in self._server.faulty]
        try:
            yield
        finally:
            self.behaviours[:] = every


@contextmanager
def running(port: int = 0, conduct: Conduct | None = None, *, behaviours: Sequence[Behaviour] = ()) -> Iterator[Running]:
    """The embedded AWS in threads of this process, on a free port unless one is given.

    It starts empty. Moto's state and the clock belong to the process: two servers in one process show the same resources, and
    the one that came last says how fast time goes, until it ends.
    """
    server = build(listen(port), conduct, behaviours=behaviours)
    server.control.reset()
    loop = threading.Thread(target=server.serve_until_stopped, args=(0.01,), daemon=True)
    with clock.going(server.conduct.clock):
        loop.start()
        try:
            yield Running(server)
        finally:
            server.shutdown()
            loop.join()
