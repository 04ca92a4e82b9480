"""The entry point for ASGI servers. The views themselves are synchronous."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_asgi_application()

# These imports stand here because the apps are ready only now. Commands such as migrate do not import this module, so
# they start no sweep.
from django.conf import settings  # noqa: E402

from events.delivery.sweep import start_embedded_sweep  # noqa: E402

if settings.EMBEDDED:
    start_embedded_sweep()
