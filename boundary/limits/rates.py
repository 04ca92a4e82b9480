"""How often something may happen, counted in the cache. Without a cache that answers, nothing is refused."""

import math
import re
import time
from typing import NamedTuple

import structlog
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

logger = structlog.get_logger("boundary.rates")

_WRITTEN = re.compile(
    r"([0-9]{1,9})/(?:(s)(?:ec(?:onds?)?)?|(m)(?:in(?:utes?)?)?|(h)(?:ours?)?|(d)(?:ays?)?)"
)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_REST = 10.0  # seconds for which a cache that failed is left alone: every try can cost its timeout


class Rate(NamedTuple):
    """So many times in so many seconds, counted from the first; twice as many can follow across the border."""

    times: int
    seconds: int

    @classmethod
    def of(cls, written: str) -> "Rate | None":
        """`1000/min` (or s, h, d) as a rate; None for an empty text. Anything else is ImproperlyConfigured."""
        if not written:
            return None
        found = _WRITTEN.fullmatch(written.strip().lower())
        if not found or not int(found[1]):
            raise ImproperlyConfigured(
                f"{written!r} is not a rate such as 1000/min; s, min, h and d are known."
            )
        return cls(int(found[1]), _SECONDS[next(unit for unit in found.groups()[1:] if unit)])


class _Counting:
    """Remembers for this process that the cache does not answer."""

    resting_until = 0.0  # by the monotonic clock


def seconds_to_wait(bucket: str, rate: Rate) -> int:
    """Counts one more in `bucket`: 0 if it is within the rate, else for how long there will be no other."""
    if time.monotonic() < _Counting.resting_until:
        return 0
    try:
        return _counted(f"rate:{bucket}", rate)
    except Exception as error:  # each cache has errors of its own, and none of them may stop the service
        _Counting.resting_until = time.monotonic() + _REST
        logger.warning("not_counting", why="the cache does not answer", error=str(error), seconds=_REST)
        return 0


def _counted(key: str, rate: Rate) -> int:
    now = time.time()
    began = float(cache.get_or_set(key, now, rate.seconds) or now)
    counter = f"{key}:{began}"
    count = 1 if cache.add(counter, 1, rate.seconds) else _one_more(counter)
    return 0 if count <= rate.times else max(1, math.ceil(began + rate.seconds - now))


def _one_more(counter: str) -> int:
    try:
        return cache.incr(counter)
    except ValueError:  # it expired this moment
        return 1
