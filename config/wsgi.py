"""The entry point of the web processes, for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

# These imports stand here because the apps are ready only now. Commands such as migrate do not import this module, so
# they start no sweep.
from django.conf import settings  # noqa: E402

from events.delivery.sweep import start_embedded_sweep  # noqa: E402

if settings.EMBEDDED:
    start_embedded_sweep()
