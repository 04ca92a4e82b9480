"""A process of the standing proof that runs one of ``manage.py``'s commands."""

from typing import Any

from django.core.management import call_command


def run(*, command: str, options: dict[str, Any]) -> None:
    call_command(command, **options)
