"""The command log loses entries only after their retention has passed."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from kernel.actor import SYSTEM
from products_write import errors
from products_write.bus.dispatch import accept, send
from products_write.bus.envelope import Envelope
from products_write.models import CommandRecord, QueuedCommand
from tests.support.deciding import added

pytestmark = pytest.mark.django_db


def aged(command_id: UUID, *, days: int) -> UUID:
    """Put the moments of the record back by so many days. Returns its id."""
    moment = timezone.now() - timedelta(days=days)
    records = CommandRecord.objects.filter(command_id=command_id)
    records.update(received_at=moment)
    records.exclude(status="pending").update(finished_at=moment)
    return command_id


def succeeded(product_id: int, *, days: int) -> UUID:
    command_id = uuid4()
    send(
        Envelope.of(
            "add-to-inventory", {"product_id": product_id, "quantity": 1}, actor=SYSTEM, command_id=command_id
        )
    )
    return aged(command_id, days=days)


def refused(product_id: int, *, days: int) -> UUID:
    command_id = uuid4()
    with pytest.raises(errors.NotDiscontinued):
        send(
            Envelope.of("reinstate-product", {"product_id": product_id}, actor=SYSTEM, command_id=command_id)
        )
    return aged(command_id, days=days)


def waiting(product_id: int, *, days: int) -> UUID:
    command_id = uuid4()
    accept(
        Envelope.of(
            "add-to-inventory", {"product_id": product_id, "quantity": 1}, actor=SYSTEM, command_id=command_id
        )
    )
    return aged(command_id, days=days)


def kept(*command_ids: UUID) -> list[bool]:
    return [CommandRecord.objects.filter(command_id=command_id).exists() for command_id in command_ids]


def test_clean_command_log__keeps_younger_and_waiting_commands(capsys: pytest.CaptureFixture[str]) -> None:
    product_id = added()
    old, young = succeeded(product_id, days=31), succeeded(product_id, days=29)
    pending = waiting(product_id, days=400)
    call_command("clean_command_log")
    assert kept(old, young, pending) == [False, True, True]
    assert QueuedCommand.objects.count() == 1
    assert capsys.readouterr().out == "1 entries removed.\n"


def test_clean_command_log__older_than_shortens_refusals_alone() -> None:
    product_id = added()
    entries = [
        succeeded(product_id, days=8),
        refused(product_id, days=8),
        refused(product_id, days=6),
        succeeded(product_id, days=31),
    ]
    call_command("clean_command_log", "--older-than=7")
    assert kept(*entries) == [True, False, True, False]


def test_clean_command_log__older_than_may_lengthen() -> None:
    entries = [succeeded(added(), days=59), succeeded(added(), days=61)]
    call_command("clean_command_log", "--older-than=60")
    assert kept(*entries) == [True, False]


def test_clean_command_log__dry_run_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    old = succeeded(added(), days=31)
    call_command("clean_command_log", "--dry-run")
    assert kept(old) == [True]
    assert capsys.readouterr().out.startswith("1 entries would be removed")


def test_clean_command_log__a_forgotten_key_is_a_new_commands() -> None:
    product_id = added()
    old = succeeded(product_id, days=31)
    call_command("clean_command_log")
    body = {"product_id": product_id, "quantity": 9}
    assert not send(Envelope.of("add-to-inventory", body, actor=SYSTEM, command_id=old)).replayed


@pytest.mark.parametrize("days", ["-1", "99999999"])
def test_clean_command_log__an_impossible_age_is_wrong_use(days: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("clean_command_log", f"--older-than={days}")
    assert caught.value.returncode == 2
