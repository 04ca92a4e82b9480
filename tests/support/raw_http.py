"""Requests as a socket sends them, to be cut off where no client library ends them."""

import socket
import time
from collections.abc import Sequence
from http.client import HTTPMessage, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """What the server answers."""

    status: int
    headers: HTTPMessage
    body: bytes


def head(method: str, path: str, **headers: str) -> bytes:
    """The bytes before the body; an underscore in a header's name stands for a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(url: str, *pieces: bytes, half_close: bool = False, pause: float = 0.0) -> Answer:
    """Sends the pieces, each after `pause` seconds, and reads the answer.

    With `half_close` the client says that nothing more comes, and still listens. Raises OSError when no answer comes
    within 15 seconds.
    """
    with _sent(url, pieces, pause) as connection:
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        response = HTTPResponse(connection)
        response.begin()
        return Answer(response.status, response.msg, response.read())


def leave(url: str, *pieces: bytes) -> None:
    """Sends the pieces and closes the connection without waiting for an answer."""
    _sent(url, pieces, 0.0).close()


def _sent(url: str, pieces: Sequence[bytes], pause: float) -> socket.socket:
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "", address.port or 80), timeout=15)
    for piece in pieces:
        time.sleep(pause)
        connection.sendall(piece)
    return connection
