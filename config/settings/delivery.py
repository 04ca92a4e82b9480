"""Delivery: Celery over a broker, or eagerly in this process when none is configured (embedded)."""

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

# A dead or silent broker must not hurt the command that publishes a hint: one try, half a second.
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
# Workers wait on the broker for as long as it takes; see config.celery.
WORKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    "socket_timeout": 30,  # seconds
    "socket_connect_timeout": 5,  # seconds
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None

# The sweep is the guarantee behind every lost message; one that waited longer than that is superseded.
SWEEP_INTERVAL: float = env.float("SWEEP_INTERVAL", default=5.0)  # seconds
# A few products at random are held against the log, so that a wrong row raises an alarm before a person finds it.
VERIFY_INTERVAL: float = env.float("VERIFY_INTERVAL", default=60.0)  # seconds
CELERY_BEAT_SCHEDULER = "celery.beat.Scheduler"  # one interval needs no schedule file
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "events.sweep", "schedule": SWEEP_INTERVAL, "options": {"expires": SWEEP_INTERVAL}},
    "verify a sample": {
        "task": "events.verify_sample",
        "schedule": VERIFY_INTERVAL,
        "options": {"expires": VERIFY_INTERVAL},
    },
}

# When each projection is brought up to date, such as product_display=inline. A projection that is not named is
# eventual: see events.projections.sync_modes.
PROJECTION_SYNC: dict[str, str] = env.dict("PROJECTION_SYNC", default={})
