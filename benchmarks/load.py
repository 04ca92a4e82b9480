"""HTTP load from one thread. It uses several keep-alive connections, each with one open request.

It uses little CPU, because it shares two cores with the server that it measures.
"""

import selectors
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

CONNECTIONS = 8
_END_OF_HEADERS = b"\r\n\r\n"
_LENGTH = b"content-length:"


class Load(NamedTuple):
    """The number of responses, all with a status of 2xx, and the seconds that they took."""

    answers: int
    seconds: float

    @property
    def rate(self) -> float:
        """Responses per second."""
        return self.answers / self.seconds


class Refused(Exception):
    """A response whose status is not 2xx, or a connection that the server closed."""


class _Connection:
    def __init__(self, port: int, number: int, request: Callable[[int], bytes]) -> None:
        self.number, self.request, self.received = number, request, b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self) -> None:
        self.socket.sendall(self.request(self.number))

    def has_answer(self) -> bool:
        """Reads the bytes that have arrived. Returns whether the response is complete. Raises Refused."""
        part = self.socket.recv(262_144)
        if not part:
            raise Refused("The server closed the connection.")
        self.received += part
        headers, found, body = self.received.partition(_END_OF_HEADERS)
        if not found or len(body) < _length(headers):
            return False
        if not headers.startswith(b"HTTP/1.1 2"):
            raise Refused(self.received[:2_000].decode(errors="replace"))
        self.received = b""
        return True


def _length(headers: bytes) -> int:
    lowered = headers.lower()
    start = lowered.index(_LENGTH) + len(_LENGTH)
    return int(lowered[start:].split(b"\r\n", 1)[0])


def load(port: int, request: Callable[[int], bytes], seconds: float, connections: int = CONNECTIONS) -> Load:
    """Sends requests on all connections for `seconds`, each after the response to the one before. Raises Refused.

    `request` makes the bytes of a request from the number of its connection.
    """
    with selectors.DefaultSelector() as selector:
        open_connections = [_Connection(port, number, request) for number in range(connections)]
        for connection in open_connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        answers, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            for key, _ in selector.select(5):
                if key.data.has_answer():
                    answers += 1
                    key.data.send()
        passed = time.perf_counter() - started
        for connection in open_connections:
            connection.socket.close()
    return Load(answers, passed)


def get(path: str, headers: str = "") -> bytes:
    """The bytes of a GET request. Each line of `headers` ends with CR LF."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n{headers}\r\n".encode()


def post(path: str, body: str, headers: str = "") -> bytes:
    """The bytes of a POST request with a JSON body in ASCII. Each line of `headers` ends with CR LF."""
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n{headers}\r\n{body}"
    ).encode()
