"""HTTP on real sockets: what is refused, what stays open, and how it ends."""

from __future__ import annotations

import json
import socket
import threading
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from plans.financial_platform.app import server as server_module
from plans.financial_platform.app.server import LARGEST_BODY, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plans.financial_platform.app.metrics import Metrics
    from plans.financial_platform.app.service import Service

    Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def server(service: Service, metrics: Metrics) -> Iterator[Server]:
    server = Server(("127.0.0.1", 0), service, metrics)
    loop = threading.Thread(target=server.serve_forever, args=(0.01,))
    loop.start()
    yield server
    server.shutdown()
    server.server_close()
    loop.join()
    assert server.drain(10) == 0


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[[], socket.socket]]:
    made = []

    def new() -> socket.socket:
        made.append(socket.create_connection(("127.0.0.1", server.server_port), timeout=30))
        return made[-1]

    yield new
    for connection in made:
        connection.close()


@pytest.fixture
def send(connect: Callable[[], socket.socket]) -> Callable[[bytes], bytes]:
    """Sends bytes, and reads until the server closes."""

    def exchange(content: bytes) -> bytes:
        connection = connect()
        connection.sendall(content)
        return all_of(connection)

    return exchange


def all_of(connection: socket.socket) -> bytes:
    answer = b""
    while some := connection.recv(65536):
        answer += some
    return answer


def one_of(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"\n") or b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    return answer


def status(answer: bytes) -> int:
    return int(answer.split()[1])


def post(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"POST /transactions HTTP/1.1", b"Host: test", *headers, b"", body])


def test_the_page_says_what_this_is(server: Server) -> None:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.request("GET", "/?a=b")
    answer = connection.getresponse()
    assert json.loads(answer.read()) == {
        "service": "financial",
        "environment": "test",
        "paths": ["/", "/index.html", "/health", "/transactions"],
    }
    assert answer.status == 200
    headers = dict(answer.getheaders())
    assert len(headers.pop("X-Request-Id")) == 36
    assert headers == {
        "Content-Type": "application/json",
        "Content-Length": "107",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    connection.close()


def test_a_connection_serves_many_requests(connect: Callable[[], socket.socket]) -> None:
    connection = connect()
    for _ in range(3):
        connection.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        assert status(one_of(connection)) == 200


@pytest.mark.parametrize(
    ("request_line", "expected"),
    [
        (b"GET /nothing HTTP/1.1", 404),
        (b"DELETE /transactions HTTP/1.1", 405),
        (b"POST /health HTTP/1.1", 405),
        (b"OPTIONS / HTTP/1.1", 405),
        (b"TRACE / HTTP/1.1", 400),
        (b"GET /nothing", 404),
        (b"GET", 400),
        (b"GET / HTTP/9.9", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1", 414),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, 431),
        (b"GET / HTTP/1.1" + b"\r\nX: 1" * 200, 431),
    ],
)
def test_what_cannot_be_served_is_refused(send: Callable[[bytes], bytes], request_line: bytes, expected: int) -> None:
    head, _, body = send(request_line + b"\r\nConnection: close\r\n\r\n").partition(b"\r\n\r\n")
    assert status(head) == expected
    assert list(json.loads(body)) == ["error"]
    assert b"Connection: close" in head
    assert b"Python" not in head


def test_the_allowed_methods_are_told(send: Callable[[bytes], bytes]) -> None:
    assert b"\r\nAllow: GET, POST\r\n" in send(b"PUT /transactions HTTP/1.0\r\n\r\n")


def test_an_answer_to_head_has_no_body(send: Callable[[bytes], bytes]) -> None:
    assert send(b"HEAD / HTTP/1.0\r\n\r\n").endswith(b"\r\n\r\n")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([b"Content-Length: 16385"], 413),
        ([b"Content-Length: 99999999999"], 413),
        ([b"Content-Length: 9999999999999999999999"], 400),
        ([b"Content-Length: -1"], 400),
        ([b"Content-Length: +2"], 400),
        ([b"Content-Length: 2", b"Content-Length: 2"], 400),
        ([b"Transfer-Encoding: chunked"], 411),
        ([b"Transfer-Encoding: chunked", b"Content-Length: 2"], 411),
    ],
)
def test_a_body_without_one_fitting_length_is_not_taken(
    connect: Callable[[], socket.socket], headers: list[bytes], expected: int
) -> None:
    connection = connect()
    connection.sendall(post(b"", *headers))
    connection.shutdown(socket.SHUT_WR)
    assert status(all_of(connection)) == expected


def test_who_sends_too_much_gets_to_read_why(send: Callable[[bytes], bytes]) -> None:
    assert status(send(post(b"a" * 500_000, b"Content-Length: 500000"))) == 413


def test_the_largest_body_is_taken(send: Callable[[bytes], bytes]) -> None:
    length = b"Content-Length: %d" % LARGEST_BODY
    assert status(send(post(b" " * LARGEST_BODY, length, b"Content-Type: application/json", b"Connection: close"))) == 400


def test_a_body_that_ends_early_is_not_taken(connect: Callable[[], socket.socket]) -> None:
    connection = connect()
    connection.sendall(post(b"{", b"Content-Length: 100"))
    connection.shutdown(socket.SHUT_WR)
    assert status(all_of(connection)) == 408


def test_nobody_holds_a_thread_by_sending_slowly(send: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.05)
    assert status(send(post(b"{", b"Content-Length: 100"))) == 408
    assert send(b"GET / HTTP/1.1\r\nHost") == b""


def test_a_body_may_not_trickle_in_for_ever(connect: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.2)
    connection = connect()
    connection.settimeout(0.01)
    connection.sendall(post(b"", b"Content-Length: 16000"))
    answer = b""
    for _ in range(1000):
        connection.sendall(b" ")
        try:
            answer = connection.recv(1024)
            break
        except TimeoutError:
            continue
    assert status(answer) == 408


def test_a_connection_that_rests_too_long_is_closed(
    connect: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "IDLE_SECONDS", 0.05)
    assert all_of(connect()) == b""


def test_there_are_only_so_many_connections(connect: Callable[[], socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 1)
    first = connect()
    first.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    assert status(one_of(first)) == 200
    assert status(all_of(connect())) == 503
    first.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    assert status(one_of(first)) == 200


def test_each_request_is_one_line_of_the_log(send: Callable[[bytes], bytes], lines: Lines, log_file: Path) -> None:
    send(b"GET /transactions?limit=tok3n HTTP/1.1\r\nAuthorization: tok3n\r\nConnection: close\r\n\r\n")
    send(b"GET /tok3n HTTP/1.0\r\n\r\n")
    send(post(b"tok3n", b"Content-Length: 5", b"Content-Type: application/json", b"Connection: close"))
    send(b"tok3n\r\n\r\n")
    first, *others = lines()
    assert set(first) == {"time", "level", "message", "request_id", "method", "path", "status", "milliseconds"}
    assert first["time"].endswith("Z")
    shown = [(one["level"], one["method"], one["path"], one["status"]) for one in (first, *others)]
    assert shown == [
        ("warning", "GET", "/transactions", 400),
        ("warning", "GET", "(unknown)", 404),
        ("warning", "POST", "/transactions", 400),
        ("warning", "(unknown)", "(unknown)", 400),
    ]
    assert "tok3n" not in log_file.read_text()


def test_what_is_in_flight_is_finished_and_what_rests_is_ended(
    server: Server, connect: Callable[[], socket.socket], service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    respond = service.respond

    def slow(request: Any) -> Any:
        at_work.set()
        go_on.wait(30)
        return respond(request)

    rests, rested = server.rests, threading.Semaphore(0)

    def noted(connection: socket.socket) -> None:
        rests(connection)
        rested.release()

    monkeypatch.setattr(server, "rests", noted)
    resting, working = connect(), connect()
    resting.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    one_of(resting)
    for _ in range(3):  # both when they began, and one after its request
        assert rested.acquire(timeout=30)
    monkeypatch.setattr(service, "respond", slow)
    working.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
    assert at_work.wait(30)
    assert server.drain(0) > 0
    assert all_of(resting) == b""
    go_on.set()
    answer = all_of(working)
    assert status(answer) == 200
    assert b"\r\nConnection: close\r\n" in answer


def test_what_came_in_before_the_end_is_still_answered(service: Service, metrics: Metrics) -> None:
    with (
        Server(("127.0.0.1", 0), service, metrics) as server,
        socket.create_connection(("127.0.0.1", server.server_port)) as caller,
    ):
        caller.sendall(b"GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        server.draining = True  # it begins between a request's arrival and the start of its thread
        server.handle_request()
        answer = all_of(caller)
        assert status(answer) == 200
        assert b"\r\nConnection: close\r\n" in answer
        assert server.drain(10) == 0


def test_a_caller_who_leaves_is_nothing_to_log(server: Server, lines: Lines) -> None:
    for error in (ConnectionResetError(), TimeoutError()):
        in_handling(server, error)
    assert lines() == []


def test_a_connection_that_breaks_by_our_mistake_is_logged_without_its_words(server: Server, lines: Lines) -> None:
    in_handling(server, ValueError("tok3n"))
    [line] = lines()
    assert (line["level"], line["message"], line["error"][:10]) == ("error", "a connection broke", "ValueError")
    assert "tok3n" not in str(line)


def in_handling(server: Server, error: Exception) -> None:
    try:
        raise error
    except type(error):
        server.handle_error(None, None)
