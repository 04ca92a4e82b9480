"""The cache: counters of the throttles, nothing that may not be lost. It may be down; see boundary.limits.rates."""

from typing import Any

from redis.backoff import NoBackoff
from redis.retry import Retry

from config.settings.env import env

_TIMEOUT = 0.25  # seconds: what a request pays, once in a while, for a Redis that doesn't answer
_LOCAL_ENTRIES = 100_000  # in this process's memory; beyond that a third of them is forgotten


def tuned_cache(config: dict[str, Any]) -> dict[str, Any]:
    """The cache of a URL with what this service needs of it; options in the URL's query win."""
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
