"""What may stand where the database is thought to be: somebody in between who takes encryption away, and worse."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CLIENT_SSL = 0x0800


@contextmanager
def answering(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server on 127.0.0.1 that does this with each connection; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_serve, args=(listening, serve), daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _serve(listening: socket.socket, serve: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            serve(connection)


def greeting_of(port: int) -> bytes:
    """The first packet of a real server."""
    with socket.create_connection(("127.0.0.1", port)) as upstream:
        return upstream.recv(4096)


def without_tls(greeting: bytes) -> bytes:
    """The same greeting from a server that seems not to know TLS: what somebody in between would make of it."""
    lower = greeting.index(b"\0", 5) + 1 + 4 + 8 + 1  # after the version: a number, half of the challenge, a filler
    flags = int.from_bytes(greeting[lower : lower + 2], "little")
    assert flags & _CLIENT_SSL
    return greeting[:lower] + (flags & ~_CLIENT_SSL).to_bytes(2, "little") + greeting[lower + 2 :]
