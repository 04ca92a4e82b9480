"""Products with a history, in the log and in the read models, as commands would have left them."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import uuid4

from django.db import transaction

from events import log
from events.contracts import DomainEvent, ProductAdded, ProductDiscontinued, ProductRated
from events.databases import write_alias
from events.engine import bring_up
from events.log import Metadata, NewEvent
from events.projection import registered_projections


def happened(product_id: int, *events: DomainEvent, after_version: int = 0) -> None:
    """Append the events to the product's stream and bring its rows up."""
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
    """A product with this entry, after these further events; its id."""
    added = ProductAdded(
        sku=sku, name=name, description="", unit_price=Decimal(price), categories=sorted(categories)
    )
    happened(product_id, added, *then)
    return product_id


def rated(*ratings: int) -> list[DomainEvent]:
    """One rating each by users 1, 2, 3 …"""
    return [
        ProductRated(user_id=user, rating=one, previous_rating=None) for user, one in enumerate(ratings, 1)
    ]


DISCONTINUED = ProductDiscontinued(reason="")
