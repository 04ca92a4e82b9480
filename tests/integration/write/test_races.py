"""Concurrent commands. Each thread has its own connection."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from events.models import Event
from kernel.actor import SYSTEM, Actor
from kernel.errors import ServiceError, Unavailable
from products_write import errors
from products_write.bus.dispatch import accept, send
from products_write.bus.envelope import CommandResponse, Envelope
from products_write.models import Category, CommandRecord, Product, QueuedCommand, queued_command
from products_write.queue.execution import execute_everything_waiting, execute_line_of
from tests.support.deciding import added, events_of, sent, state_of

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Begin all calls together. Returns the result of each in order, or the code of its refusal."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[place] = call()
        except ServiceError as refusal:
            results[place] = refusal.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def command(name: str, /, **payload: Any) -> Callable[[], Any]:
    return lambda: sent(name, **payload).product_id


def test_one_key__sent_by_several_at_once_takes_effect_once() -> None:
    body, command_id = {"name": "Teapot", "unit_price": "1.00"}, uuid4()

    def twin() -> CommandResponse:
        return send(Envelope.of("add-new-product", body, actor=SYSTEM, command_id=command_id))

    responses = at_once(twin, twin, twin, twin)
    assert len({response.body for response in responses}) == 1
    assert sorted(response.replayed for response in responses) == [False, True, True, True]
    assert (Product.objects.count(), Event.objects.count()) == (1, 1)


def test_one_sku__is_given_to_one_product() -> None:
    new = [command("add-new-product", name="x", unit_price=1, sku="T-1") for _ in range(4)]
    results = at_once(*new)
    assert sorted(map(str, results))[1:] == ["sku_taken"] * 3
    assert Product.objects.filter(sku="T-1").count() == 1


def test_one_sku__changed_to_by_several_is_given_to_one() -> None:
    ids = [added() for _ in range(4)]
    changes = [command("change-product-details", product_id=product_id, sku="T-1") for product_id in ids]
    assert at_once(*changes).count("sku_taken") == 3


def test_one_id__is_given_to_one_product() -> None:
    new = [command("add-new-product", name="x", unit_price=1, product_id=77) for _ in range(4)]
    assert sorted(map(str, at_once(*new))) == ["77"] + ["product_id_taken"] * 3


def test_chosen_ids__never_meet_those_of_clients() -> None:
    first = added()
    taken = [command("add-new-product", name="x", unit_price=1, product_id=first + n) for n in (1, 2, 3, 4)]
    drawn = [command("add-new-product", name="x", unit_price=1) for _ in range(4)]
    results = at_once(*taken, *drawn)
    given = [result for result in results if result != "product_id_taken"]
    assert len(set(given)) == len(given) == Product.objects.count() - 1
    assert "product_id_taken" not in results[4:]


def test_one_category__is_made_by_several_at_once() -> None:
    slugs = [["a", "b", "c"], ["c", "b", "a"], ["b", "c"], ["c", "a"]]
    results = at_once(
        *(command("add-new-product", name="x", unit_price=1, categories=each) for each in slugs)
    )
    assert all(isinstance(result, int) for result in results)
    assert Category.objects.count() == 3


def test_shipments__never_take_more_than_there_is() -> None:
    product_id = added()
    sent("add-to-inventory", product_id=product_id, quantity=10)
    results = at_once(
        *(command("confirm-items-shipped", product_id=product_id, quantity=1) for _ in range(16))
    )
    assert results.count("insufficient_stock") == 6
    assert state_of(product_id)["stock"] == 0


def test_relations__in_opposite_order_do_not_deadlock() -> None:
    one, other = added(), added()
    pairs = [(one, other), (other, one)] * 4
    results = at_once(*(command("relate-products", product_id=a, related_product_id=b) for a, b in pairs))
    assert all(isinstance(result, int) for result in results)
    assert len(events_of(one)) == len(events_of(other)) == 2


def test_versions__have_no_hole_and_times_never_go_back() -> None:
    product_id = added()
    at_once(*(command("add-to-inventory", product_id=product_id, quantity=n) for n in range(1, 9)))
    stream = list(Event.objects.filter(product_id=product_id).order_by("version"))
    assert [event.version for event in stream] == list(range(1, 10))
    times = [event.recorded_at for event in stream]
    assert times == sorted(times)


@contextmanager
def held(statement: str, parameters: list[Any]) -> Iterator[None]:
    """Hold the locks of `statement` in an open transaction of another connection."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            ready.set()
            done.wait(30)
            transaction.set_rollback(True)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(30)
    try:
        yield
    finally:
        done.set()
        thread.join()


@pytest.mark.postgresql
def test_key__held_too_long_by_another_is_in_progress(user: User) -> None:
    command_id, body = uuid4(), {"product_id": added(), "rating": 4}
    send(Envelope.of("rate-product", body, actor=Actor.of(user), command_id=command_id))
    columns = "actor_id, name, fingerprint, status, binding, body, correlation_id, received_at"
    copy = (
        f"INSERT INTO products_write_commandrecord (command_id, {columns}) "
        f"SELECT %s, {columns} FROM products_write_commandrecord WHERE command_id = %s"
    )
    CommandRecord.objects.filter(command_id=command_id).update(status="pending")
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    other_id = uuid4()
    with held(copy, [other_id, command_id]), pytest.raises(errors.CommandInProgress):
        send(Envelope.of("rate-product", body, actor=Actor.of(user), command_id=other_id))


@pytest.mark.postgresql
def test_product__locked_too_long_is_unavailable_and_nothing_is_done() -> None:
    product_id = added()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    lock = "SELECT 1 FROM products_write_product WHERE id = %s FOR UPDATE"
    with held(lock, [product_id]), pytest.raises(Unavailable):
        sent("add-to-inventory", product_id=product_id, quantity=1)
    assert len(events_of(product_id)) == 1
    assert CommandRecord.objects.count() == 1


@pytest.mark.postgresql
def test_send__survives_a_migration_under_its_prepared_statements() -> None:
    product_id = added()
    for quantity in range(1, 6):
        sent("add-to-inventory", product_id=product_id, quantity=quantity)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE products_write_product ALTER COLUMN name TYPE text")
    try:
        assert sent("add-to-inventory", product_id=product_id, quantity=1).version == 7
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE products_write_product ALTER COLUMN name TYPE varchar(200)")


@pytest.mark.usefixtures("quiet_queue")
@pytest.mark.postgresql
def test_queue__a_command_held_by_another_worker_is_left_with_its_line() -> None:
    product_id = added()
    first, second = (
        accept(
            Envelope.of("add-to-inventory", {"product_id": product_id, "quantity": quantity}, actor=SYSTEM)
        )
        for quantity in (1, 2)
    )
    line = QueuedCommand.objects.order_by("id")
    with held("SELECT 1 FROM products_write_queuedcommand WHERE id = %s FOR UPDATE", [line[0].id]):
        execute_line_of(line[1].record_id)
        execute_everything_waiting()
        assert len(events_of(product_id)) == 1
    execute_everything_waiting()
    assert [event.quantity for event in events_of(product_id)[1:]] == [1, 2]
    assert (first.status, second.status) == (202, 202)


@pytest.mark.usefixtures("quiet_queue")
@pytest.mark.postgresql
def test_queue__a_command_joins_a_line_only_after_the_one_before_is_committed() -> None:
    """Otherwise a worker could execute a later command before an earlier one is committed."""
    product_id, other_id = added(), added()
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    with held("SELECT pg_advisory_xact_lock(%s, %s)", [queued_command.LINE_LOCK_CLASS, product_id]):
        with pytest.raises(Unavailable):
            accept(Envelope.of("add-to-inventory", {"product_id": product_id, "quantity": 1}, actor=SYSTEM))
        accept(Envelope.of("add-to-inventory", {"product_id": other_id, "quantity": 1}, actor=SYSTEM))


@pytest.mark.usefixtures("quiet_queue")
def test_queue__many_workers_execute_each_command_once_and_in_order() -> None:
    product_id = added()
    for quantity in range(1, 13):
        for name in ("add-to-inventory", "confirm-items-shipped"):
            accept(Envelope.of(name, {"product_id": product_id, "quantity": quantity}, actor=SYSTEM))
    at_once(*[execute_everything_waiting] * 4)
    execute_everything_waiting()
    quantities = [event.quantity for event in events_of(product_id)[1:]]
    assert quantities == [quantity for quantity in range(1, 13) for _ in range(2)]
    assert not QueuedCommand.objects.exists()
