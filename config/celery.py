"""The Celery application.

Messages are hints only; all facts are in the database. Publishing may therefore fail fast, and a worker may die.
"""

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
# By default Celery closes all database connections around each task. Connecting takes longer than a projection does.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
def use_no_broken_connection(sender: Task[Any, Any], **_: Any) -> None:
    """Closes failed database connections before each task, as Django does before each request."""
    if (
        not sender.request.is_eager
    ):  # an eager task uses its caller's connection, perhaps inside a transaction
        close_old_connections()


@setup_logging.connect
def keep_django_logging(**_: Any) -> None:
    """Makes workers and beat log like the web processes: with a receiver here, Celery leaves logging as it is."""


@celeryd_init.connect
@beat_init.connect
def use_worker_transport_options(**_: Any) -> None:
    """Gives workers and beat a longer broker timeout than publishers have.

    An idle worker waits on the broker; the publishers' half second would end its connection.
    """
    from django.conf import settings

    app.conf.broker_transport_options = settings.WORKER_TRANSPORT_OPTIONS
