"""The ASGI entry point, for servers that speak it; the views themselves are synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

# Only a serving process sweeps: migrate and other commands start no thread. Apps exist from here on.
from django.conf import settings  # noqa: E402

from events.delivery.sweep import start_embedded_sweep  # noqa: E402

if settings.EMBEDDED:
    start_embedded_sweep()
