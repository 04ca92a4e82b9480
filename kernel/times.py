"""Times in the one form that is used everywhere: RFC 3339, in UTC, always with microseconds."""

from datetime import UTC, datetime


def rfc3339(moment: datetime) -> str:
    """Writes an aware time, such as `2026-01-02T03:04:05.000000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
