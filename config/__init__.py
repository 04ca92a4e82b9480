"""The project that joins both sides: settings, Celery and URLs. It may import all packages; none imports it."""

from config.celery import app as celery_app  # imported here so that every @shared_task belongs to this app

__all__ = ["celery_app"]
