"""Appends events to the log without the write side."""

from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from events import log
from events.contracts import DomainEvent
from events.log import Metadata, NewEvent, RecordedEvent
from facts.product import ProductAdded, ProductRated
from kernel.database.aliases import write_alias

RECORDED_AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def product_added(name: str = "Lamp", *, sku: str | None = None, price: str = "12.50") -> ProductAdded:
    return ProductAdded(sku=sku, name=name, description="", unit_price=Decimal(price), categories=[])


def product_rated(rating: int = 4, *, user_id: int = 1, previous: int | None = None) -> ProductRated:
    return ProductRated(user_id=user_id, rating=rating, previous_rating=previous)


def append(
    product_id: int,
    *events: DomainEvent,
    recorded_at: datetime = RECORDED_AT,
    effective_at: datetime | None = None,
) -> list[RecordedEvent]:
    """Append these events to the product's stream as the events of one command, and commit."""
    with transaction.atomic(using=write_alias()):
        return append_open(product_id, *events, recorded_at=recorded_at, effective_at=effective_at)


def append_open(
    product_id: int,
    *events: DomainEvent,
    recorded_at: datetime = RECORDED_AT,
    effective_at: datetime | None = None,
    after_version: int | None = None,
) -> list[RecordedEvent]:
    """Append these events in the caller's transaction. `after_version` is the last version unless it is given."""
    metadata = Metadata(actor_id=None, command_id=uuid4(), command="test", correlation_id="test")
    new = [NewEvent(event, effective_at) for event in events]
    after = len(list(log.read_stream(product_id))) if after_version is None else after_version
    return log.append(product_id, after, new, recorded_at=recorded_at, metadata=metadata)
