import socket
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from boundary.limits import rates
from boundary.limits.rates import Rate, seconds_to_wait
from config.settings.cache import tuned_cache

REDIS = "django.core.cache.backends.redis.RedisCache"


@pytest.fixture(autouse=True)
def counting_not_paused() -> Iterator[None]:
    rates._Counting.resting_until = 0.0
    yield
    rates._Counting.resting_until = 0.0


@pytest.fixture
def bucket() -> str:
    return uuid4().hex


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def cache_at(address: str) -> dict[str, object]:
    return {"default": tuned_cache({"BACKEND": REDIS, "LOCATION": f"redis://{address}/0"})}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1000/min", Rate(1000, 60)),
        ("5/s", Rate(5, 1)),
        ("7/second", Rate(7, 1)),
        ("10/hour", Rate(10, 3600)),
        (" 3/D ", Rate(3, 86400)),
        ("", None),
    ],
)
def test_rate__is_read(written: str, expected: Rate | None) -> None:
    assert Rate.of(written) == expected


@pytest.mark.parametrize(
    "written", ["1000", "0/min", "-1/min", "1/fortnight", "many/min", "1/min/s", "1.5/s"]
)
def test_rate__anything_else_refuses_to_start(written: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="such as 1000/min"):
        Rate.of(written)


def test_seconds_to_wait__within_the_rate_is_none(bucket: str) -> None:
    waits = [seconds_to_wait(bucket, Rate(3, 60)) for _ in range(5)]

    assert waits[:3] == [0, 0, 0]
    assert all(1 <= wait <= 60 for wait in waits[3:])


def test_seconds_to_wait__buckets_do_not_share(bucket: str) -> None:
    assert [seconds_to_wait(f"{bucket}{n}", Rate(1, 60)) for n in range(3)] == [0, 0, 0]


def test_seconds_to_wait__when_the_time_is_over_it_counts_anew(bucket: str) -> None:
    assert [seconds_to_wait(bucket, Rate(1, 1)) for _ in range(2)] == [0, 1]
    time.sleep(1.05)
    assert seconds_to_wait(bucket, Rate(1, 1)) == 0


def test_seconds_to_wait__a_cache_that_is_down_refuses_nobody(settings: Settings, bucket: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    settings.CACHES = cache_at(f"127.0.0.1:{port}")

    started = time.perf_counter()
    waits = [seconds_to_wait(bucket, Rate(1, 60)) for _ in range(100)]

    assert set(waits) == {0}
    assert time.perf_counter() - started < 0.5


def test_seconds_to_wait__a_silent_cache_costs_its_timeout_once(
    settings: Settings, bucket: str, silent_port: int
) -> None:
    settings.CACHES = cache_at(f"127.0.0.1:{silent_port}")

    started = time.perf_counter()
    waits = [seconds_to_wait(bucket, Rate(1, 60)) for _ in range(100)]

    assert set(waits) == {0}
    assert 0.2 < time.perf_counter() - started < 1


def test_seconds_to_wait__a_cache_that_is_back_counts_again(settings: Settings, bucket: str) -> None:
    local = settings.CACHES
    settings.CACHES = cache_at("127.0.0.1:1")
    assert seconds_to_wait(bucket, Rate(1, 60)) == 0
    settings.CACHES = local
    rates._Counting.resting_until = time.monotonic()  # the pause after the failure has ended

    assert [seconds_to_wait(bucket, Rate(1, 60)) for _ in range(2)] == [0, 60]
