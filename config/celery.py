"""The Celery application. Brokers carry hints, never facts: publishing may fail fast, workers may die."""

import os
import sys
from typing import Any

from celery import Celery, Task
from celery.signals import beat_init, celeryd_init, setup_logging, task_prerun
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close every connection before and after each task, and connecting costs more than projecting does.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
def use_no_broken_connection(sender: Task[Any, Any], **_: Any) -> None:
    """As before every request: a connection that has failed is closed, the others are asked whether they work."""
    if not sender.request.is_eager:  # then it is the caller's connection, perhaps within a transaction
        close_old_connections()


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Workers and beat log as the web processes do: a receiver here keeps Celery from configuring its own."""


@celeryd_init.connect
@beat_init.connect
def wait_patiently_for_the_broker(**_: Any) -> None:
    """A worker waits on its broker for a living; the publishers' half second would cut it off when idle."""
    from django.conf import settings

    app.conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS
