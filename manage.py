#!/usr/bin/env python
"""Django's command line. ``python manage.py help`` lists all commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Runs the command in sys.argv. Wrong settings end it with one line instead of a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as reason:
        sys.exit(f"manage.py can't start: {reason}")


if __name__ == "__main__":
    main()
