"""The delivery of tasks: by Celery and a broker, or, without a broker, eagerly in this process (embedded)."""

from typing import Any

from config.settings.env import env

CELERY_BROKER_URL: str = env.str("CELERY_BROKER_URL", default="")
EMBEDDED = not CELERY_BROKER_URL

CELERY_TASK_ALWAYS_EAGER = EMBEDDED
CELERY_TASK_EAGER_PROPAGATES = True

CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# A command that publishes a hint must not wait for a broker that is down: it tries once, for half a second.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 0.5  # seconds
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_timeout": 0.5,  # seconds
    "socket_connect_timeout": 0.5,  # seconds
}
# An idle worker waits on the broker for longer than a publisher may; see config.celery.
WORKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "socket_timeout": 30,  # seconds
    "socket_connect_timeout": 5,  # seconds
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

# The sweep does the work whose message was lost. A sweep task that waits in the queue for a whole interval expires,
# because the next one replaces it.
SWEEP_INTERVAL: float = env.float("SWEEP_INTERVAL", default=5.0)  # seconds
# A task compares the rows of a few random products with the log. Operators then learn of a wrong row before users do.
VERIFY_INTERVAL: float = env.float("VERIFY_INTERVAL", default=60.0)  # seconds
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # keeps its schedule in memory: plain intervals need no file
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "events.sweep", "schedule": SWEEP_INTERVAL, "options": {"expires": SWEEP_INTERVAL}},
    "verify a sample": {
        "task": "events.verify_sample",
        "schedule": VERIFY_INTERVAL,
        "options": {"expires": VERIFY_INTERVAL},
    },
}

# The mode of each projection, such as product_display=inline. The mode says when the projection is brought up to
# date. A projection without an entry is eventual: see events.projections.sync_modes.
PROJECTION_SYNC: dict[str, str] = env.dict("PROJECTION_SYNC", default={})
