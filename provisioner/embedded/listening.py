"""The address the embedded AWS listens on: the loopback interface and no other."""

from __future__ import annotations

import socket

HOST = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """A socket that listens on 127.0.0.1; raises OSError where the port is taken."""
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
