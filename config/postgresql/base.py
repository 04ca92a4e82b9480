"""The backend's connection; Django looks for it here."""

import time
from math import inf

from django.db.backends.postgresql import base

ASK_EVERY = 1.0  # seconds


class DatabaseWrapper(base.DatabaseWrapper):
    """Asked whether it still works at most once every ASK_EVERY, and always after an error.

    Django asks before the first statement of each request, a round trip that a read of one row feels. A connection
    lost since it was last asked fails one request with 503, as one that is lost in the middle does.
    """

    _worked_at = -inf

    def is_usable(self) -> bool:
        if not self.errors_occurred and time.monotonic() - self._worked_at < ASK_EVERY:
            return True
        usable = super().is_usable()
        self._worked_at = time.monotonic() if usable else -inf
        return usable
