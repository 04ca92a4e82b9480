"""Helpers for tests of the write side: commands that succeed or are refused, and the state afterwards."""

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
    """Send a command that must succeed. Returns its result."""
    result = send(Envelope.of(name, payload, actor=actor, command_id=command_id)).result
    assert result is not None
    return result


def refused(
    name: str, /, *, actor: Actor = SYSTEM, expected_version: int | None = None, **payload: Any
) -> ServiceError:
    """Send a command that must be refused and change nothing. Returns the refusal."""
    with nothing_changes(), pytest.raises(ServiceError) as caught:
        send(Envelope.of(name, payload, actor=actor, expected_version=expected_version))
    return caught.value


def added(**payload: Any) -> int:
    """Add a product. Returns its id."""
    return sent("add-new-product", **({"name": "Teapot", "unit_price": "12.50"} | payload)).product_id


def locked(product_id: int, *, decides_at: datetime | None = None) -> Product:
    """The locked product, as a handler loads it. It decides at this moment."""
    product = Product.objects.lock(product_id)
    product.decided_at = decides_at or product.decided_at
    return product


def stored(product: Product) -> Product:
    """Write the decisions of the product."""
    product.store(Metadata(actor_id=None, command_id=uuid4(), command="test", correlation_id="test"))
    return product


def decided(product: Product) -> list[DomainEvent]:
    return [pending.event for pending in product.pending]


def events_of(product_id: int) -> list[DomainEvent]:
    return [recorded.event for recorded in read_stream(product_id)]


def state_of(product_id: int) -> dict[str, Any]:
    """The state of the product in the write tables."""
    return ProductWriteModel().load([product_id])[product_id]


def at(time: str) -> datetime:
    """A moment of one past day, such as at("10:30")."""
    return datetime.fromisoformat(f"2026-03-01T{time}").replace(tzinfo=UTC)


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fail unless products, log and accepted commands are the same after the block as before."""
    before = _state()
    yield
    assert _state() == before


def _state() -> tuple[object, ...]:
    ids = list(Product.objects.order_by("id").values_list("id", flat=True))
    accepted = CommandRecord.objects.filter(status="succeeded").count()
    return ids, ProductWriteModel().load(ids), Event.objects.count(), accepted
