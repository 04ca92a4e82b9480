"""Sends raw requests through a socket, so that a test can cut them off anywhere."""

import socket
import time
from collections.abc import Sequence
from http.client import HTTPMessage, HTTPResponse
from typing import NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    """The response of the server."""

    status: int
    headers: HTTPMessage
    body: bytes


def head(method: str, path: str, **headers: str) -> bytes:
    """The bytes before the body. An underscore in the name of a header stands for a hyphen."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(url: str, *pieces: bytes, half_close: bool = False, pause: float = 0.0) -> Answer:
    """Send the pieces, each after `pause` seconds, and read the answer.

    With `half_close` the client closes its sending side after the last piece and still reads. Raises OSError when no
    answer comes within 15 seconds.
    """
    with _sent(url, pieces, pause) as connection:
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        response = HTTPResponse(connection)
        response.begin()
        return Answer(response.status, response.msg, response.read())


def leave(url: str, *pieces: bytes) -> None:
    """Send the pieces, and close the connection without waiting for an answer."""
    _sent(url, pieces, 0.0).close()


def _sent(url: str, pieces: Sequence[bytes], pause: float) -> socket.socket:
    address = urlsplit(url)
    connection = socket.create_connection((address.hostname or "", address.port or 80), timeout=15)
    for piece in pieces:
        time.sleep(pause)
        connection.sendall(piece)
    return connection
