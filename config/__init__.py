"""What ties the sides together: settings, Celery, URLs. May import everything; nobody imports it."""

from config.celery import app as celery_app  # so that every @shared_task belongs to this app

__all__ = ["celery_app"]
