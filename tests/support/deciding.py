"""Given, when, then for the write side: products made by commands, and what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from events.contracts import DomainEvent
from events.log import Metadata, read_stream
from events.models import Event
from kernel.actor import SYSTEM, Actor
from kernel.errors import ServiceError
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from products_write.commands import CommandResult
from products_write.models import CommandRecord, Product
from products_write.verification import ProductWriteModel


def sent(
    name: str, /, *, actor: Actor = SYSTEM, command_id: UUID | None = None, **payload: Any
) -> CommandResult:
    """The result of a command that succeeds."""
    result = send(Envelope.of(name, payload, actor=actor, command_id=command_id)).result
    assert result is not None
    return result


def refused(
    name: str, /, *, actor: Actor = SYSTEM, expected_version: int | None = None, **payload: Any
) -> ServiceError:
    """The refusal of a command; and nothing has changed."""
    with nothing_changes(), pytest.raises(ServiceError) as caught:
        send(Envelope.of(name, payload, actor=actor, expected_version=expected_version))
    return caught.value


def added(**payload: Any) -> int:
    """The id of a new product."""
    return sent("add-new-product", **({"name": "Teapot", "unit_price": "12.50"} | payload)).product_id


def locked(product_id: int, *, decides_at: datetime | None = None) -> Product:
    """The product as a handler has it, deciding at that moment."""
    product = Product.objects.lock(product_id)
    product.decided_at = decides_at or product.decided_at
    return product


def stored(product: Product) -> Product:
    """Writes what the product has decided."""
    product.store(Metadata(actor_id=None, command_id=uuid4(), command="test", correlation_id="test"))
    return product


def decided(product: Product) -> list[DomainEvent]:
    return [pending.event for pending in product.pending]


def events_of(product_id: int) -> list[DomainEvent]:
    return [recorded.event for recorded in read_stream(product_id)]


def state_of(product_id: int) -> dict[str, Any]:
    """What the write tables say of the product."""
    return ProductWriteModel().load([product_id])[product_id]


def at(time: str) -> datetime:
    """A moment of one past day, as in at("10:30")."""
    return datetime.fromisoformat(f"2026-03-01T{time}").replace(tzinfo=UTC)


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails unless products, log and accepted commands are afterwards as before."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> tuple[object, ...]:
    ids = list(Product.objects.order_by("id").values_list("id", flat=True))
    accepted = CommandRecord.objects.filter(status="succeeded").count()
    return ids, ProductWriteModel().load(ids), Event.objects.count(), accepted
