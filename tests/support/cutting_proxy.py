"""A way to PostgreSQL that breaks at the COMMIT of a transaction that appends."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from urllib.parse import urlsplit


@contextmanager
def cutting_proxy(url: str, *, commits: bool) -> Iterator[str]:
    """The URL of the same database; its first connection that appends and then commits is cut there.

    With `commits` PostgreSQL still gets the COMMIT and its word is lost, without it does not.
    """
    server = urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cut = threading.Event()
        accepting = threading.Thread(target=_accept, args=(listener, server.port, cut, commits), daemon=True)
        accepting.start()
        port = listener.getsockname()[1]
        netloc = f"{server.netloc.rpartition(':')[0]}:{port}"
        yield server._replace(netloc=netloc).geturl()
        assert cut.is_set(), "nothing was cut"


def _accept(listener: socket.socket, port: int | None, cut: threading.Event, commits: bool) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            database = socket.create_connection(("127.0.0.1", port or 5432))
            is_last_word = threading.Event()
            for forward in (
                partial(_forward_commands, client, database, cut, is_last_word, commits),
                partial(_forward_answers, database, client, is_last_word),
            ):
                threading.Thread(target=forward, daemon=True).start()


def _forward_answers(database: socket.socket, client: socket.socket, is_last_word: threading.Event) -> None:
    with suppress(OSError):
        while (data := database.recv(65536)) and not is_last_word.is_set():
            client.sendall(data)
    _shut(database, client)


def _forward_commands(
    client: socket.socket,
    database: socket.socket,
    cut: threading.Event,
    is_last_word: threading.Event,
    commits: bool,
) -> None:
    has_appended = False
    with suppress(OSError):
        while data := client.recv(65536):
            has_appended = has_appended or b"events_event" in data
            if has_appended and b"COMMIT" in data and not cut.is_set():
                cut.set()
                is_last_word.set()
                if not commits:
                    break
            database.sendall(data)
    if (
        not is_last_word.is_set() or not commits
    ):  # else the other direction ends it, once PostgreSQL has spoken
        _shut(client, database)


def _shut(*sockets: socket.socket) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
