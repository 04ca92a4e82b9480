"""The examples of the commands can be sent as they are."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from pytest_django import Settings

from kernel.actor import Actor
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from products_write.commands import COMMANDS


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_examples__succeed_in_the_demo_catalogue_in_their_order(
    settings: Settings, tmp_path: Path, quiet_log: None
) -> None:
    settings.VAR_DIR, settings.DEBUG = tmp_path, True
    call_command("seed_demo", "--products", "12", "--events", "0", verbosity=0)
    operator = Actor.of(User.objects.get(username="operator"))

    for name, command in COMMANDS.items():
        response = send(Envelope.of(name, command.example, actor=operator))
        assert response.result is not None
        assert response.result.events, f"The example of {name} changes nothing."
