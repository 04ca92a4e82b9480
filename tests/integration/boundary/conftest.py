"""The counters of rate limits start at zero in each test."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from boundary.limits import rates


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    cache.clear()
    rates._Counting.resting_until = 0.0
    yield
    cache.clear()
    rates._Counting.resting_until = 0.0
