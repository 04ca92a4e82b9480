"""After any sequence of steps, write tables = fold of the log = read tables."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connections, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from events import tasks
from events.integrity.rebuild import rebuild
from events.integrity.verify import verify_projection, verify_write_models
from events.projections import checkpoints, engine, snapshots
from events.projections.base import Projection, registered_projections
from kernel.actor import SYSTEM
from kernel.database.aliases import read_alias
from kernel.errors import ServiceError
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope
from products_write.models import Product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

FRESH_IDS = count(1, 10)  # the examples of a run share one database
PRODUCTS = 3
COMMANDS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "change-product-details": st.fixed_dictionaries(
        {"name": st.sampled_from(["Lamp", "Desk lamp", "Ω"])}, optional={"categories": st.just(["b", "a"])}
    ),
    "change-price": st.fixed_dictionaries({"unit_price": st.sampled_from(["1.00", "2.50", Decimal("3.1")])}),
    "discontinue-product": st.just({}),
    "reinstate-product": st.just({}),
    "rate-product": st.fixed_dictionaries({"rating": st.integers(1, 5), "user_id": st.integers(1, 3)}),
    "withdraw-rating": st.fixed_dictionaries({"user_id": st.integers(1, 3)}),
    "add-to-inventory": st.fixed_dictionaries({"quantity": st.integers(1, 9)}),
    "confirm-items-shipped": st.fixed_dictionaries({"quantity": st.integers(1, 9)}),
    "update-stock-from-inventory-recount": st.fixed_dictionaries({"updated_quantity": st.integers(0, 9)}),
}
ADD, RELATE, UNRELATE = "add-new-product", "relate-products", "unrelate-products"
SENT = {*COMMANDS, ADD, RELATE, UNRELATE}


@contextmanager
def crashing(projection: Projection[Any]) -> Iterator[None]:
    """Make the projection crash at the last step before its checkpoint moves."""

    def die(row: Any) -> None:
        raise KeyboardInterrupt

    projection.finish, finish = die, projection.finish  # type: ignore[method-assign]
    try:
        yield
    finally:
        projection.finish = finish  # type: ignore[method-assign]


class AnySequence(RuleBasedStateMachine):
    """Commands, redeliveries, crashes, rebuilds, repartitions and snapshots in any order."""

    @initialize()
    def add_products(self) -> None:
        start = next(FRESH_IDS)
        self.ids = list(range(start, start + PRODUCTS))
        for product_id in self.ids:
            self._send(ADD, {"product_id": product_id, "name": "Lamp", "unit_price": "1.00"})

    def _send(self, name: str, payload: dict[str, Any]) -> None:
        with suppress(ServiceError):
            dispatch.send(Envelope.of(name, payload, actor=SYSTEM))

    @rule(which=st.integers(0, PRODUCTS - 1), data=st.data())
    def send(self, which: int, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(COMMANDS)))
        self._send(name, {"product_id": self.ids[which], **data.draw(COMMANDS[name])})

    @rule(which=st.integers(0, PRODUCTS - 1), other=st.integers(0, PRODUCTS - 1), command=st.booleans())
    def relate(self, which: int, other: int, command: bool) -> None:
        payload = {"product_id": self.ids[which], "related_product_id": self.ids[other]}
        self._send(RELATE if command else UNRELATE, payload)

    @rule(partition=st.integers(0, 4), times=st.integers(1, 3))
    def deliver_wake_ups(self, partition: int, times: int) -> None:
        for _ in range(times):
            tasks.project(partition)

    @rule(which=st.integers(0, PRODUCTS - 1))
    def bring_up(self, which: int) -> None:
        for projection in registered_projections().values():
            engine.bring_up(projection, self.ids[which])

    @rule()
    def crash_while_catching_up(self) -> None:
        for projection in registered_projections().values():
            with crashing(projection):
                for checkpoint in checkpoints.checkpoints_of(projection):
                    self._catch_up_and_die(projection, checkpoint.partition)

    def _catch_up_and_die(self, projection: Projection[Any], partition: int) -> None:
        try:
            engine.catch_up(projection, partition)
        except KeyboardInterrupt:
            assert not connections[read_alias()].in_atomic_block

    @rule(partitions=st.integers(1, 5))
    def repartition(self, partitions: int) -> None:
        checkpoints.repartition(registered_projections().values(), partitions)

    @rule()
    def rebuild(self) -> None:
        for projection in registered_projections().values():
            rebuild(projection, lambda done: None)

    @rule()
    def take_snapshots(self) -> None:
        for projection in registered_projections().values():
            snapshots.take_snapshots(projection, self.ids)

    @rule(which=st.integers(0, PRODUCTS - 1))
    def lose_a_row(self, which: int) -> None:
        """Delete a read row by hand, and let --repair restore it."""
        projection = registered_projections()["product_display"]
        with transaction.atomic(using=read_alias()), connections[read_alias()].cursor() as cursor:
            cursor.execute("DELETE FROM products_read_productdisplay WHERE id = %s", [self.ids[which]])
        list(verify_projection(projection, self.ids, lambda done: None, repair=True))

    @invariant()
    def shown_rows_are_right(self) -> None:
        for projection in registered_projections().values():
            assert list(verify_projection(projection, self.ids, lambda done: None)) == []
        assert list(verify_write_models(self.ids, lambda done: None)) == []

    def teardown(self) -> None:
        engine.catch_up_all()
        self.shown_rows_are_right()
        for projection in registered_projections().values():
            versions = projection.model.objects.filter(id__in=self.ids).values_list("version", flat=True)
            assert sorted(versions) == sorted(self._heads())

    def _heads(self) -> list[int]:
        return list(Product.objects.filter(id__in=self.ids).values_list("version", flat=True))


def test_any_sequence__leaves_the_three_records_equal(django_user_model: Any) -> None:
    for number in (1, 2, 3):
        django_user_model.objects.create(pk=number, username=f"user-{number}")
    run_state_machine_as_test(
        AnySequence,
        settings=settings(
            max_examples=10,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
