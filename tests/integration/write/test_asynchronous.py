"""Asynchronous commands: their acceptance, the order of their execution, and their stored responses."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from events.consistency.tokens import Token, read_token
from events.delivery.sweep import sweep_everything
from events.models import Event
from kernel.actor import SYSTEM, Actor
from kernel.errors import Invalid, PermissionDenied
from products_write import errors
from products_write.bus.dispatch import accept, send
from products_write.bus.envelope import Envelope
from products_write.models import CommandRecord, QueuedCommand, StockItem
from products_write.queue.execution import execute_everything_waiting, execute_line_of
from products_write.tasks import execute_command
from tests.conftest import client_of
from tests.support.deciding import added, nothing_changes, sent, state_of

pytestmark = pytest.mark.django_db

ASYNC = {"Prefer": "respond-async"}


def accepted(
    name: str, /, *, actor: Actor = SYSTEM, expected_version: int | None = None, **payload: Any
) -> CommandRecord:
    """Accept a command. Returns its record; the command now waits in the queue."""
    response = accept(Envelope.of(name, payload, actor=actor, expected_version=expected_version))
    assert (response.status, response.result, response.replayed) == (202, None, False)
    return CommandRecord.objects.get(command_id=response.command_id)


def executed(record: CommandRecord) -> CommandRecord:
    """Execute the waiting commands of the same product. Returns the record as it is then."""
    execute_line_of(record.id)
    record.refresh_from_db()
    return record


def post(client: APIClient, name: str, body: dict[str, Any], **headers: str) -> Any:
    return client.post(f"/api/v1/commands/{name}/", body, format="json", headers={**ASYNC, **headers})


def problem_of(record: CommandRecord, client: APIClient) -> dict[str, Any]:
    problem: dict[str, Any] = client.get(f"/api/v1/commands/{record.command_id}/").json()["problem"]
    return problem


def test_post__respond_async_is_202_with_the_status_resource(user_client: APIClient) -> None:
    product_id, command_id = added(), str(uuid4())
    with nothing_changes():
        answer = post(
            user_client,
            "rate-product",
            {"product_id": product_id, "rating": 4},
            **{"Idempotency-Key": command_id},
        )
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/v1/commands/{command_id}/"
    assert answer.headers["Preference-Applied"] == "respond-async"
    assert answer.headers["Content-Type"] == "application/json"
    assert "Consistency-Token" not in answer.headers
    assert answer.json() | {"received_at": None} == {
        "command_id": command_id,
        "command": "rate-product",
        "status": "pending",
        "received_at": None,
        "finished_at": None,
    }
    assert user_client.get(answer.headers["Location"]).content == answer.content


def test_status__of_an_executed_command_has_result_and_token(user_client: APIClient) -> None:
    product_id = added()
    location = post(user_client, "rate-product", {"product_id": product_id, "rating": 4}).headers["Location"]
    execute_everything_waiting()
    answer = user_client.get(location)
    assert (answer.json()["status"], answer.json()["version"]) == ("succeeded", 2)
    assert read_token(answer.headers["Consistency-Token"]) == Token(product_id, 2, answer.json()["position"])
    assert state_of(product_id)["ratings"] != {}


@pytest.mark.parametrize("preference", ["respond-async=no", "wait=3", "respond-sync"])
def test_post__another_preference_is_answered_with_the_result(
    user_client: APIClient, preference: str
) -> None:
    answer = post(user_client, "rate-product", {"product_id": added(), "rating": 4}, Prefer=preference)
    assert (answer.status_code, "Preference-Applied" in answer.headers) == (200, False)


def test_accept__a_missing_account_or_permission_and_faults_are_refused_at_once(
    user: User, user_client: APIClient, api_client: APIClient
) -> None:
    body = {"product_id": added(), "unit_price": "1.00"}
    assert post(api_client, "change-price", body).status_code == 401
    assert post(user_client, "change-price", body).status_code == 403
    assert post(user_client, "rate-product", {"product_id": "7", "rating": 9}).status_code == 400
    assert post(user_client, "rate-product", {}, **{"If-Match": "*"}).status_code == 400
    assert not QueuedCommand.objects.exists()


def test_accept__raises_refusals_that_are_known_at_once(user: User) -> None:
    with pytest.raises(PermissionDenied):
        accept(Envelope.of("change-price", {}, actor=Actor.of(user)))
    with pytest.raises(Invalid):
        accept(Envelope.of("rate-product", {"product_id": 1, "rating": 3}, actor=SYSTEM))
    assert not QueuedCommand.objects.exists()


def test_accept__a_reused_key_is_refused_at_once() -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=1)
    with pytest.raises(errors.IdempotencyKeyReused):
        accept(
            Envelope.of(
                "add-to-inventory",
                {"product_id": 1, "quantity": 2},
                actor=SYSTEM,
                command_id=record.command_id,
            )
        )


def test_accept__repeated_while_it_waits_is_pending_again_and_queued_once(user_client: APIClient) -> None:
    body, key = {"product_id": added(), "rating": 4}, {"Idempotency-Key": str(uuid4())}
    first = post(user_client, "rate-product", body, **key)
    again = post(user_client, "rate-product", body, **key)
    assert (again.status_code, again.content) == (202, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert QueuedCommand.objects.count() == 1


def test_accept__repeated_after_execution_is_the_stored_response(user_client: APIClient) -> None:
    body, key = {"product_id": added(), "rating": 4}, {"Idempotency-Key": str(uuid4())}
    post(user_client, "rate-product", body, **key)
    execute_everything_waiting()
    again = post(user_client, "rate-product", body, **key)
    assert (again.status_code, again.json()["status"]) == (200, "succeeded")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Preference-Applied" not in again.headers


def test_send__a_key_that_waits_is_in_progress_and_then_answered(user_client: APIClient) -> None:
    body, key = {"product_id": added(), "rating": 4}, {"Idempotency-Key": str(uuid4())}
    post(user_client, "rate-product", body, **key)
    waiting = post(user_client, "rate-product", body, Prefer="", **key)
    assert (waiting.status_code, waiting.json()["code"]) == (409, "command_in_progress")
    assert int(waiting.headers["Retry-After"]) >= 1
    execute_everything_waiting()
    done = post(user_client, "rate-product", body, Prefer="", **key)
    assert (done.status_code, done.headers["Idempotent-Replayed"]) == (200, "true")


def test_execute__a_refusal_binds_its_id(superuser_client: APIClient) -> None:
    body, key = {"product_id": added(), "quantity": 5}, {"Idempotency-Key": str(uuid4())}
    location = post(superuser_client, "confirm-items-shipped", body, **key).headers["Location"]
    execute_everything_waiting()
    status = superuser_client.get(location).json()
    assert (status["status"], status["problem"]["code"]) == ("refused", "insufficient_stock")
    assert status["problem"]["current_stock"] == 0
    sent("add-to-inventory", product_id=body["product_id"], quantity=5)
    with nothing_changes():
        for preference in ("respond-async", ""):
            again = post(superuser_client, "confirm-items-shipped", body, Prefer=preference, **key)
            assert (again.status_code, again.json()) == (409, status["problem"])
            assert again.headers["Content-Type"] == "application/problem+json"
            assert again.headers["Idempotent-Replayed"] == "true"


def test_execute__in_the_order_accepted() -> None:
    product_id = added()
    first = accepted("add-to-inventory", product_id=product_id, quantity=5)
    second = accepted("confirm-items-shipped", product_id=product_id, quantity=5)
    third = accepted("confirm-items-shipped", product_id=product_id, quantity=1)
    execute_line_of(third.id)
    for record in (first, second, third):
        record.refresh_from_db()
    assert [record.status for record in (first, second, third)] == ["succeeded", "succeeded", "refused"]
    assert not QueuedCommand.objects.exists()


def test_execute__a_key_that_was_refused_before_stands_at_the_end_of_the_line() -> None:
    product_id, command_id = added(), uuid4()
    body = {"product_id": product_id, "quantity": 1}
    with pytest.raises(errors.InsufficientStock):
        send(Envelope.of("confirm-items-shipped", body, actor=SYSTEM, command_id=command_id))
    accepted("add-to-inventory", product_id=product_id, quantity=1)
    accept(Envelope.of("confirm-items-shipped", body, actor=SYSTEM, command_id=command_id))
    execute_everything_waiting()
    assert CommandRecord.objects.get(command_id=command_id).status == "succeeded"


def test_execute__twice_takes_effect_once() -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=5)
    for _ in range(3):
        execute_command.run(record.id)
    assert Event.objects.count() == 2


@pytest.mark.parametrize("forged", [0, -1, 2**80, True, "1; DROP TABLE", None, {"id": 1}])
def test_execute_command__a_forged_message_does_nothing(forged: Any) -> None:
    added()
    with nothing_changes():
        execute_command.run(forged)


def test_execute__a_permission_lost_meanwhile_is_a_refusal(user: User, superuser_client: APIClient) -> None:
    user.user_permissions.add(Permission.objects.get(codename="change_price"))
    actor = Actor.of(User.objects.get(pk=user.pk))
    record = accepted("change-price", actor=actor, product_id=added(), unit_price="1.00")
    user.user_permissions.clear()
    with nothing_changes():
        executed(record)
    assert (record.status, record.http_status, record.binding) == ("refused", 403, True)
    assert problem_of(record, superuser_client)["code"] == "permission_denied"


@pytest.mark.parametrize("end", ["delete", "deactivate"])
def test_execute__the_account_gone_meanwhile_is_a_refusal(
    user: User, superuser_client: APIClient, end: str
) -> None:
    record = accepted("rate-product", actor=Actor.of(user), product_id=added(), rating=4)
    if end == "delete":
        user.delete()
    else:
        User.objects.update(is_active=False)
        User.objects.filter(is_superuser=True).update(is_active=True)
    with nothing_changes():
        executed(record)
    assert problem_of(record, superuser_client)["code"] == "permission_denied"


def test_execute__an_outdated_version_is_a_refusal(superuser_client: APIClient) -> None:
    product_id = added()
    record = accepted("change-price", expected_version=1, product_id=product_id, unit_price="1.00")
    sent("change-price", product_id=product_id, unit_price="2.00")
    executed(record)
    assert problem_of(record, superuser_client)["code"] == "version_conflict"


def test_execute__a_new_product_without_an_id_is_a_line_of_its_own() -> None:
    first, second = (accepted("add-new-product", name=name, unit_price=1) for name in ("a", "b"))
    executed(first)
    second.refresh_from_db()
    assert (first.status, first.http_status, second.status) == ("succeeded", 201, "pending")
    assert executed(second).product_id != first.product_id


def test_execute__a_product_is_added_and_stocked_in_one_line() -> None:
    accepted("add-new-product", product_id=7, name="Pot", unit_price="1.00", categories=["b", "a"])
    accepted("add-to-inventory", product_id=7, quantity=3, received_at="2026-01-01T10:00:00+02:00")
    execute_everything_waiting()
    assert (state_of(7)["stock"], state_of(7)["categories"]) == (3, ["a", "b"])


def test_execute__a_time_left_out_is_the_moment_of_acceptance() -> None:
    product_id = added()
    record = accepted("add-to-inventory", product_id=product_id, quantity=3)
    accepted_at = QueuedCommand.objects.get().accepted_at
    executed(record)
    event = Event.objects.get(product_id=product_id, version=2)
    assert event.effective_at == accepted_at < event.recorded_at


def test_execute__a_recount_includes_the_movements_before_its_acceptance() -> None:
    product_id = added()
    sent("add-to-inventory", product_id=product_id, quantity=10)
    record = accepted("update-stock-from-inventory-recount", product_id=product_id, updated_quantity=8)
    sent("confirm-items-shipped", product_id=product_id, quantity=3)
    executed(record)
    assert StockItem.objects.get(product_id=product_id).quantity == 5


def test_execute__events_carry_id_actor_and_correlation_of_the_sender(user: User) -> None:
    product_id, command_id = added(), uuid4()
    accept(
        Envelope.of(
            "rate-product",
            {"product_id": product_id, "rating": 4},
            actor=Actor.of(user),
            command_id=command_id,
            correlation_id="trail-7",
        )
    )
    execute_everything_waiting()
    metadata = Event.objects.get(product_id=product_id, version=2).metadata
    assert (metadata["actor_id"], metadata["correlation_id"]) == (user.pk, "trail-7")
    assert UUID(metadata["command_id"]) == command_id


def test_execute__a_bug_keeps_the_line_waiting_and_other_lines_go_on() -> None:
    broken = accepted("add-to-inventory", product_id=added(), quantity=1)
    behind = accepted("add-to-inventory", product_id=broken.product_id, quantity=1)
    other = accepted("add-to-inventory", product_id=added(), quantity=1)
    QueuedCommand.objects.filter(record=broken).update(payload='{"quantity": 1}')
    execute_everything_waiting()
    for record in (broken, behind, other):
        record.refresh_from_db()
    assert [record.status for record in (broken, behind, other)] == ["pending", "pending", "succeeded"]


def test_execute__a_bug_becomes_the_response_in_the_end(superuser_client: APIClient) -> None:
    broken = accepted("add-to-inventory", product_id=added(), quantity=1)
    behind = accepted("add-to-inventory", product_id=broken.product_id, quantity=1)
    long_ago = timezone.now() - timedelta(minutes=11)
    QueuedCommand.objects.filter(record=broken).update(payload="{}", accepted_at=long_ago)
    executed(broken)
    assert executed(behind).status == "succeeded"
    assert problem_of(broken, superuser_client)["code"] == "internal"


def test_execute__a_command_of_a_newer_release_waits_for_it() -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=1)
    CommandRecord.objects.filter(id=record.id).update(name="polish-product")
    assert executed(record).status == "pending"
    CommandRecord.objects.filter(id=record.id).update(name="add-to-inventory")
    assert executed(record).status == "succeeded"


def test_execute__stops_at_the_deadline_and_returns_that_commands_are_left() -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=1)
    assert execute_line_of(record.id, deadline=0.0)
    assert QueuedCommand.objects.count() == 1


def test_sweep__executes_a_command_without_a_message() -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=1)
    sweep_everything()
    record.refresh_from_db()
    assert record.status == "succeeded"


def test_status__of_a_waiting_command_needs_its_sender_or_the_permission(
    user: User, superuser_client: APIClient
) -> None:
    record = accepted("add-to-inventory", product_id=added(), quantity=1)
    address = f"/api/v1/commands/{record.command_id}/"
    assert superuser_client.get(address).json()["status"] == "pending"
    assert client_of(user).get(address).status_code == 404


def test_send_command__async_prints_the_status(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("send_command", "add-to-inventory", f'{{"product_id": {added()}, "quantity": 2}}', "--async")
    assert '"status":"pending"' in capsys.readouterr().out
    execute_everything_waiting()
    assert StockItem.objects.get().quantity == 2
