"""A proxy before PostgreSQL that cuts a connection at the COMMIT of a transaction that appends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit


@contextmanager
def cutting_proxy(url: str, *, commits: bool) -> Iterator[str]:
    """Yield the URL of the database through the proxy. It cuts the first connection that appends, at its COMMIT.

    With `commits` PostgreSQL gets the COMMIT and its reply is lost. Without it PostgreSQL does not get the COMMIT.
    """
    server = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy_cut = threading.Event()
        accepting = threading.Thread(
            target=_accept, args=(listener, server.port, proxy_cut, commits), daemon=True
        )
        accepting.start()
        port = listener.getsockname()[1]
        netloc = f"{server.netloc.rpartition(':')[0]}:{port}"
        yield server._replace(netloc=netloc).geturl()
        assert proxy_cut.is_set(), "nothing was cut"


def _accept(listener: socket.socket, port: int | None, proxy_cut: threading.Event, commits: bool) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            database = socket.create_connection(("127.0.0.1", port or 5432))
            connection_cut = threading.Event()
            for forward in (
                partial(_forward_commands, client, database, proxy_cut, connection_cut, commits),
                partial(_forward_replies, database, client, connection_cut),
            ):
                threading.Thread(target=forward, daemon=True).start()


def _forward_replies(database: socket.socket, client: socket.socket, connection_cut: threading.Event) -> None:
    with suppress(OSError):
        while (data := database.recv(65536)) and not connection_cut.is_set():
            client.sendall(data)
    _shut(database, client)


def _forward_commands(
    client: socket.socket,
    database: socket.socket,
    proxy_cut: threading.Event,
    connection_cut: threading.Event,
    commits: bool,
) -> None:
    has_appended = False
    with suppress(OSError):
        while data := client.recv(65536):
            has_appended = has_appended or b"events_event" in data
            if has_appended and b"COMMIT" in data and not proxy_cut.is_set():
                proxy_cut.set()
                connection_cut.set()
                if not commits:
                    break
            database.sendall(data)
    # After a COMMIT the other direction closes the connection, when PostgreSQL has replied.
    if not connection_cut.is_set() or not commits:
        _shut(client, database)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
