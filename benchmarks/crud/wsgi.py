"""The entry point of the baseline, for WSGI servers."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.crud.settings"
application = get_wsgi_application()
