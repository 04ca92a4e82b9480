"""Rate limits, counted in the cache. While the cache does not answer, nothing is refused."""

import math
import re
import time
from typing import NamedTuple

import structlog
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured

logger = structlog.get_logger("boundary.rates")

_RATE = re.compile(r"([0-9]{1,9})/(?:(s)(?:ec(?:onds?)?)?|(m)(?:in(?:utes?)?)?|(h)(?:ours?)?|(d)(?:ays?)?)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_REST = 10.0  # seconds without a call to a cache that failed: each call to it can take a whole timeout


class Rate(NamedTuple):
    """At most `times` in a window of `seconds`. The first event opens the window.

    Around the border of two windows, twice `times` can fall within `seconds`.
    """

    times: int
    seconds: int

    @classmethod
    def of(cls, text: str) -> "Rate | None":
        """Reads a rate such as `1000/min`. The units are s, min, h and d. None for an empty text.

        Raises ImproperlyConfigured for any other text.
        """
        if not text:
            return None
        found = _RATE.fullmatch(text.strip().lower())
        if not found or not int(found[1]):
            raise ImproperlyConfigured(
                f"{text!r} is not a rate. Write a number above 0, a slash and one of the units s, min, h and d, "
                "such as 1000/min."
            )
        return cls(int(found[1]), _SECONDS[next(unit for unit in found.groups()[1:] if unit)])


class _Counting:
    """This process's note that the cache did not answer."""

    resting_until = 0.0  # by the monotonic clock


def seconds_to_wait(bucket: str, rate: Rate) -> int:
    """Counts one event in `bucket`. Returns 0 if it is within the rate, else the seconds until the next is allowed.

    Returns 0 too when the cache does not answer.
    """
    if time.monotonic() < _Counting.resting_until:
        return 0
    try:
        return _counted(f"rate:{bucket}", rate)
    except Exception as error:  # each cache backend raises errors of its own, and none may stop the service
        _Counting.resting_until = time.monotonic() + _REST
        logger.warning("not_counting", why="the cache does not answer", error=str(error), seconds=_REST)
        return 0


def _counted(key: str, rate: Rate) -> int:
    now = time.time()
    began = float(cache.get_or_set(key, now, rate.seconds) or now)
    # Each window has its own counter. A counter that outlives its window cannot count in the next one.
    counter = f"{key}:{began}"
    count = 1 if cache.add(counter, 1, rate.seconds) else _increment(counter)
    return 0 if count <= rate.times else max(1, math.ceil(began + rate.seconds - now))


def _increment(counter: str) -> int:
    try:
        return cache.incr(counter)
    except ValueError:  # the counter expired between add() and incr()
        return 1
