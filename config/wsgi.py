"""The WSGI entry point of the web processes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# Only a serving process sweeps: migrate and other commands start no thread. Apps exist from here on.
from django.conf import settings  # noqa: E402

from events.delivery.sweep import start_embedded_sweep  # noqa: E402

if settings.EMBEDDED:
    start_embedded_sweep()
