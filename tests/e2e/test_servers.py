"""The development servers end when the process that started them ends in any way."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
import redis

from tests.support.processes import eventually
from tools.processes import ROOT
from tools.servers import redis_server


@pytest.fixture
def started() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.servers"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def addresses(process: subprocess.Popen[str]) -> tuple[str, str]:
    assert process.stdout is not None
    database, broker = (process.stdout.readline().strip().split("=", 1)[1] for _ in range(2))
    return database, broker


def is_open(url: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(url).port or 0)) == 0


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_servers__end_with_their_parent(started: subprocess.Popen[str], how: signal.Signals) -> None:
    urls = addresses(started)
    assert all(map(is_open, urls))

    os.kill(started.pid, how)

    eventually(lambda: not any(map(is_open, urls)))


def test_postgresql__is_unicode_and_durable(started: subprocess.Popen[str]) -> None:
    with psycopg.connect(addresses(started)[0]) as connection:
        row = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('fsync'), upper('é')"
        ).fetchone()

    assert row == ("UTF8", "on", "É")


def test_redis_server__refuses_a_client_without_its_password() -> None:
    with redis_server() as url, redis.Redis(port=urlsplit(url).port or 0) as stranger:
        with pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis.from_url(url) as client:
            assert client.ping()
