"""Puts products with a history into the log and the read models, as commands would do it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import connections, transaction
from django.db.models import Model

from events import log
from events.contracts import DomainEvent
from events.log import Metadata, NewEvent
from events.projections.base import ChildTable, Projection, registered_projections
from events.projections.engine import bring_up
from facts.product import ProductAdded, ProductDiscontinued, ProductRated
from kernel.database.aliases import read_alias, write_alias


def append_and_project(product_id: int, *events: DomainEvent, after_version: int = 0) -> None:
    """Append the events after this version of the product's stream, and bring its rows up."""
    metadata = Metadata(actor_id=None, command_id=uuid4(), command="test", correlation_id="test")
    with transaction.atomic(using=write_alias()):
        log.append(
            product_id,
            after_version,
            [NewEvent(event) for event in events],
            recorded_at=log.now(),
            metadata=metadata,
        )
    for projection in registered_projections().values():
        bring_up(projection, product_id)


def product(
    product_id: int,
    *then: DomainEvent,
    name: str = "Oak Chair",
    sku: str | None = None,
    price: str = "12.50",
    categories: Sequence[str] = (),
) -> int:
    """The id of a product that was added with these details and has had the events `then` since."""
    added = ProductAdded(
        sku=sku, name=name, description="", unit_price=Decimal(price), categories=sorted(categories)
    )
    append_and_project(product_id, added, *then)
    return product_id


def rated(*ratings: int) -> list[DomainEvent]:
    """One event for each rating, by users 1, 2, 3 …"""
    return [
        ProductRated(user_id=user, rating=one, previous_rating=None) for user, one in enumerate(ratings, 1)
    ]


DISCONTINUED = ProductDiscontinued(reason="")


def many_products(count: int = 3_000) -> None:
    """Store so many rows that the query plan matters. One in 20 is on sale; one in 50 of these is out of stock."""
    for projection in registered_projections().values():
        rows = [_one_of_many(projection, product_id) for product_id in range(1, count + 1)]
        _store(projection.model, rows)
        for child in projection.children:
            _store(child.model, [_child(child, row.id, values) for row in rows for values in child.rows(row)])
    with connections[read_alias()].cursor() as cursor:
        cursor.execute("ANALYZE")  # else the plan depends on when the database itself last did it


def _one_of_many(projection: Projection[Any], product_id: int) -> Any:
    row = projection.blank(product_id)
    row.version, row.sku, row.name = 1, f"CH-{product_id}", f"Oak{product_id}"
    row.discontinued = product_id % 20 != 0
    row.current_stock = row.unit_price_cents = product_id // 20 % 50
    row.rating_count, row.rating_sum = product_id // 20 % 3, product_id // 20 % 3 * 4
    row.is_out_of_stock = row.current_stock == 0
    row.categories = [f"oak{product_id % 100}"]
    projection.finish(row)
    return row


def _child(child: ChildTable, product_id: int, values: tuple[Any, ...]) -> Model:
    return child.model(product_id=product_id, **dict(zip(child.columns, values, strict=True)))


def _store(model: type[Model], rows: list[Any]) -> None:
    model._base_manager.using(read_alias()).bulk_create(rows)
    with connections[read_alias()].cursor() as cursor:
        cursor.execute(f"ANALYZE {model._meta.db_table}")
