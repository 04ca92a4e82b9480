"""Times as they are written everywhere: RFC 3339, in UTC, with microseconds also where they are zero."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """An aware time such as `2026-01-02T03:04:05.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
