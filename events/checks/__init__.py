"""System checks that name what was forgotten about an event, a projection or a column of a read table.

`manage.py check` runs them, and so do `make lint`, `migrate` and the start of a development server. They read code
alone, and no database. A process that serves does not run them and does not import them.
"""

from django.core.checks import CheckMessage

from events.checks.event_classes import check_published, check_write_folds
from events.checks.projections import (
    check_documents,
    check_fingerprints,
    check_handlers,
    check_registration,
)
from events.checks.read_tables import check_defaults, check_migrations

CHECKS = (
    check_fingerprints,
    check_documents,
    check_handlers,
    check_registration,
    check_write_folds,
    check_published,
    check_defaults,
    check_migrations,
)


def check_everything() -> list[CheckMessage]:
    """Runs all checks and returns their messages."""
    return [message for check in CHECKS for message in check()]
