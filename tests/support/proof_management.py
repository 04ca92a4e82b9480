"""A process of the standing proof that runs a command of ``manage.py``."""

from typing import Any

from django.core.management import call_command


def run(*, command: str, options: dict[str, Any]) -> None:
    call_command(command, **options)
