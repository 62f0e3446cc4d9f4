"""HTTP, as a load balancer speaks it: connections that stay open, limits on all that comes in, and an orderly end."""

from __future__ import annotations

import json
import logging
import re
import socket
import sys
import threading
import time
import uuid
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from .failure import described
from .log import log
from .service import Request, Response

if TYPE_CHECKING:
    from .metrics import Metrics
    from .service import Service

LARGEST_BODY = 16 * 1024
IDLE_SECONDS = 75  # longer than the load balancer's own 60, so that it is never the service that closes under a request
REQUEST_SECONDS = 10
MOST_CONNECTIONS = 256
_DISCARDED = 1024 * 1024  # what is read of a body that is refused, so that its sender gets to see the answer
_LENGTH = re.compile("[0-9]{1,12}")
_BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Server(ThreadingHTTPServer):
    """A thread for each connection. `drain` ends those that rest, and waits for those that are at work."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], service: Service, metrics: Metrics) -> None:
        self.service = service
        self.metrics = metrics
        self.draining = False
        self._changed = threading.Condition()
        self._open: set[socket.socket] = set()
        self._resting: set[socket.socket] = set()
        super().__init__(address, _Connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changed:
            if len(self._open) >= MOST_CONNECTIONS:
                with suppress(OSError):
                    request.send(_BUSY, socket.MSG_DONTWAIT)
                super().shutdown_request(request)
                return
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        super().shutdown_request(request)
        with self._changed:
            self._open.discard(request)
            self._resting.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: object, client_address: object) -> None:
        error = sys.exc_info()[1]
        if error and not isinstance(error, ConnectionError | TimeoutError):  # the caller left: the log has nothing to say
            log(logging.ERROR, "a connection broke", error=described(error))

    def rests(self, connection: socket.socket) -> None:
        with self._changed:
            self._resting.add(connection)
            if self.draining:
                _hush(connection)

    def works(self, connection: socket.socket) -> None:
        with self._changed:
            self._resting.discard(connection)

    def drain(self, seconds: float) -> int:
        """Ends all connections, each after the request that it is at; says how many did not end in time."""
        with self._changed:
            self.draining = True
            for connection in self._resting:
                _hush(connection)
            self._changed.wait_for(lambda: not self._open, seconds)
            return len(self._open)


def _hush(connection: socket.socket) -> None:
    """Nothing more will be read; what has come in already still is, and still gets its answer."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)


class _Connection(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # and never 0.9, which knows no status
    wbufsize = -1  # an answer leaves whole
    server: Server
    started = 0.0

    def handle_one_request(self) -> None:
        self.connection.settimeout(IDLE_SECONDS)
        self.server.rests(self.connection)
        super().handle_one_request()

    def parse_request(self) -> bool:
        self.server.works(self.connection)
        self.connection.settimeout(REQUEST_SECONDS)
        self.started = time.monotonic()
        return super().parse_request()

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        body = self._body()
        if isinstance(body, Response):
            self.close_connection = True
            self._answer(body, path)
            return
        content_type, key = self.headers.get("Content-Type", ""), self.headers.get("Idempotency-Key", "")
        self._answer(self.server.service.respond(Request(self.command, path, query, content_type, key, body)), path)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 (their names in the base class)

    def _body(self) -> bytes | Response:
        """The request's body, or why it is not taken: without one clear length, others may see its end elsewhere."""
        lengths = self.headers.get_all("Content-Length", ["0"])
        if "Transfer-Encoding" in self.headers:
            return Response(411, {"error": "a body must tell its length"})
        if len(lengths) != 1 or not _LENGTH.fullmatch(lengths[0]):
            return Response(400, {"error": "the length of the body is not clear"})
        length = int(lengths[0])
        if length > LARGEST_BODY:
            self._read(min(length, _DISCARDED))
            return Response(413, {"error": f"the body is larger than {LARGEST_BODY} bytes"})
        body = self._read(length)
        return body if len(body) == length else Response(408, {"error": "the body did not arrive"})

    def _read(self, length: int) -> bytes:
        body = b""
        with suppress(OSError):
            while len(body) < length and time.monotonic() - self.started < REQUEST_SECONDS:
                some = self.rfile.read1(length - len(body))
                if not some:
                    break
                body += some
        return body

    def _answer(self, response: Response, path: str) -> None:
        number = str(uuid.uuid4())
        if self.server.draining:
            self.close_connection = True
        try:
            self._send(response, number)
        finally:
            milliseconds = (time.monotonic() - self.started) * 1000
            self.server.metrics.count(response.status, milliseconds)
            log(
                response.level,
                "request",
                request_id=number,
                method=self.command if hasattr(self, f"do_{self.command}") else "(unknown)",
                path=path if self.server.service.known(path) else "(unknown)",  # anything can stand in a wrong path
                status=response.status,
                milliseconds=round(milliseconds, 1),
                **response.notes,
            )

    def _send(self, response: Response, number: str) -> None:
        content = json.dumps(response.body).encode() + b"\n"
        self.send_response_only(response.status)
        headers = {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X-Request-Id": number,
            **response.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What the parser of HTTP refuses, in the same form as any other answer: repeats nothing, is no error of ours."""
        self.close_connection = True
        if not self.command:
            self.started = time.monotonic()
        self._answer(Response(code if code < 500 else 400, {"error": "this is not a request that can be served"}), "")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name in the base class)
        """What there is to say is in the log already."""
