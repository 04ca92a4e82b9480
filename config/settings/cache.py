"""The cache, which holds the counters of the throttles.

Its data may be lost, and the service works while it is down; see boundary.limits.rates.
"""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

from config.settings.env import env

_TIMEOUT = 0.25  # seconds that one request loses, once in a while, when Redis does not answer
_LOCAL_ENTRIES = 100_000  # in this process's memory; above that Django drops a third of them


def tuned_cache(config: dict[str, Any]) -> dict[str, Any]:
    """The cache settings of a URL with this service's defaults. Options in the URL's query take precedence."""
    defaults: dict[str, Any] = {}
    if config["BACKEND"].endswith("RedisCache"):
        defaults = {
            "socket_timeout": _TIMEOUT,
            "socket_connect_timeout": _TIMEOUT,
            "retry": Retry(NoBackoff(), 0),
        }
    elif config["BACKEND"].endswith("LocMemCache"):
        defaults = {"MAX_ENTRIES": _LOCAL_ENTRIES}
    return {**config, "OPTIONS": defaults | config.get("OPTIONS", {})}


CACHES = {"default": tuned_cache(env.cache_url("CACHE_URL", default="locmemcache://") or {})}
