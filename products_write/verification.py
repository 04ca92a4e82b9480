"""Derives the content of the write tables from events alone. `verify_read_models` compares both.

This module shares no code with the domain or with the folds of the read side. A fault in either one therefore shows
as a difference.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from django.db.models import Model
from msgspec import UnsetType

from events.contracts import DomainEvent
from events.log import RecordedEvent
from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from facts.product import (
    ProductAdded,
    ProductDetailsChanged,
    ProductDiscontinued,
    ProductPriceChanged,
    ProductRated,
    ProductRatingWithdrawn,
    ProductReinstated,
    ProductRelated,
    ProductUnrelated,
)
from products_write.models import (
    Product,
    ProductCategory,
    ProductRelation,
    Rating,
    StockItem,
    StockMovement,
)


class ReplayedProduct:
    """The write tables of one product, made in memory from its events."""

    def __init__(self) -> None:
        self.row: dict[str, object] = {"discontinued": False, "last_counted_at": None}
        self.categories: list[str] = []
        self.related: list[int] = []
        self.ratings: dict[int, int] = {}
        self.stock = 0
        self.movements: dict[int, tuple[int, datetime]] = {}

    def apply(self, recorded: RecordedEvent) -> None:
        """Applies the next event of the product. Raises TypeError for an event type without a case."""
        event = recorded.event
        self.on(event)
        if isinstance(event, InventoryAdded):
            self.movements[recorded.version] = (event.quantity, recorded.effective_at)
        elif isinstance(event, InventoryItemsShipped):
            self.movements[recorded.version] = (-event.quantity, recorded.effective_at)
        self.row |= {"version": recorded.version, "recorded_at": recorded.recorded_at}

    def state(self) -> dict[str, object]:
        """The content of the tables in the shape of ProductWriteModel.load."""
        return {
            **self.row,
            "categories": self.categories,
            "related_product_ids": self.related,
            "ratings": dict(sorted(self.ratings.items())),
            "stock": self.stock,
            "movements": self.movements,
        }

    @singledispatchmethod
    def on(self, event: DomainEvent) -> None:
        raise TypeError(
            f"The write model has no case for events of type {event.type}; add one to ReplayedProduct."
        )

    @on.register
    def _(self, event: ProductAdded) -> None:
        self.categories = event.categories
        self.row |= {
            "sku": event.sku,
            "name": event.name,
            "description": event.description,
            "unit_price": event.unit_price,
        }

    @on.register
    def _(self, event: ProductDetailsChanged) -> None:
        changed = {"sku": event.sku, "name": event.name, "description": event.description}
        self.row |= {name: value for name, value in changed.items() if not isinstance(value, UnsetType)}
        if not isinstance(event.categories, UnsetType):
            self.categories = event.categories

    @on.register
    def _(self, event: ProductPriceChanged) -> None:
        self.row["unit_price"] = event.unit_price

    @on.register
    def _(self, event: ProductDiscontinued) -> None:
        self.row["discontinued"] = True

    @on.register
    def _(self, event: ProductReinstated) -> None:
        self.row["discontinued"] = False

    @on.register
    def _(self, event: ProductRelated) -> None:
        self.related.append(event.related_product_id)

    @on.register
    def _(self, event: ProductUnrelated) -> None:
        self.related.remove(event.related_product_id)

    @on.register
    def _(self, event: ProductRated) -> None:
        self.ratings[event.user_id] = event.rating

    @on.register
    def _(self, event: ProductRatingWithdrawn) -> None:
        del self.ratings[event.user_id]

    @on.register
    def _(self, event: InventoryAdded) -> None:
        self.stock = event.quantity_after

    @on.register
    def _(self, event: InventoryItemsShipped) -> None:
        self.stock = event.quantity_after

    @on.register
    def _(self, event: InventoryRecounted) -> None:
        self.stock = event.quantity_after
        self.row["last_counted_at"] = event.counted_at


class ProductWriteModel:
    """The write tables in the form of the protocol events.integrity.verify.WriteModel."""

    def knows(self, event_class: type[DomainEvent]) -> bool:
        dispatcher = vars(ReplayedProduct)["on"].dispatcher
        return dispatcher.dispatch(event_class) is not dispatcher.dispatch(object)

    def fold(self, events: Iterable[RecordedEvent]) -> dict[str, object]:
        replayed = ReplayedProduct()
        for recorded in events:
            replayed.apply(recorded)
        return replayed.state()

    def load(self, product_ids: Sequence[int]) -> dict[int, dict[str, object]]:
        ids = list(product_ids)
        tables = {
            "categories": _grouped(ProductCategory, ids, "category__slug"),
            "related_product_ids": _grouped(ProductRelation, ids, "related_product_id"),
            "ratings": _grouped(Rating, ids, "user_id", "rating"),
            "movements": _grouped(StockMovement, ids, "version", "quantity", "effective_at"),
            "stock": _grouped(StockItem, ids, "quantity", "last_counted_at"),
        }
        return {
            row["id"]: _state(row, {name: table.get(row["id"], []) for name, table in tables.items()})
            for row in Product.objects.filter(id__in=ids).values(*_COLUMNS)
        }

    def product_ids(self, after: int, limit: int) -> list[int]:
        later = Product.objects.filter(id__gt=after).order_by("id")
        return list(later.values_list("id", flat=True)[:limit])


_COLUMNS = ("id", "sku", "name", "description", "unit_price", "discontinued", "version", "recorded_at")


def _grouped(model: type[Model], product_ids: list[int], *columns: str) -> dict[int, list[tuple[Any, ...]]]:
    """The columns of a child table by product, in the order of insertion."""
    found: dict[int, list[tuple[Any, ...]]] = {}
    children = model._default_manager.filter(product_id__in=product_ids).order_by("pk")
    for product_id, *values in children.values_list("product_id", *columns):
        found.setdefault(product_id, []).append(tuple(values))
    return found


def _state(row: dict[str, Any], children: dict[str, list[tuple[Any, ...]]]) -> dict[str, object]:
    """The rows of one product in the shape of ReplayedProduct.state."""
    quantity, last_counted_at = children["stock"][0] if children["stock"] else (None, None)
    return {name: value for name, value in row.items() if name != "id"} | {
        "categories": sorted(slug for (slug,) in children["categories"]),
        "related_product_ids": [related for (related,) in children["related_product_ids"]],
        "ratings": dict(sorted(children["ratings"])),
        "stock": quantity,
        "last_counted_at": last_counted_at,
        "movements": {version: (quantity, moved_at) for version, quantity, moved_at in children["movements"]},
    }
