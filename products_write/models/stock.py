"""The stock of products: pieces come in, go out, and are counted."""

from datetime import datetime

from django.db import models
from django.db.models import Q, Sum

from facts.inventory import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from kernel.database import tables
from kernel.times import rfc3339
from products_write.errors import InsufficientStock, RecountContradicted, RecountOutdated, StockLimit
from products_write.limits import MAX_QUANTITY, MAX_STOCK
from products_write.models.lifecycle import Lifecycle


class StockItem(models.Model):
    """The number of pieces of a product in stock, and the time of the latest count of the shelf."""

    product = models.OneToOneField("products_write.Product", on_delete=models.CASCADE, primary_key=True)
    quantity = models.BigIntegerField(default=0)
    last_counted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gte=0), name="stock_not_negative"),
            models.CheckConstraint(condition=Q(quantity__lte=MAX_STOCK), name="stock_within_limit"),
        )

    def __str__(self) -> str:
        return f"{self.quantity} of {self.product_id}"

    def saw(self, moved_at: datetime) -> bool:
        """Whether the latest count includes a movement of this time: one at the moment of the count or before it."""
        return self.last_counted_at is not None and moved_at <= self.last_counted_at


class StockMovement(models.Model):
    """Pieces that came in (positive) or went out (negative). `version` is that of the event that says so."""

    product = models.ForeignKey("products_write.Product", on_delete=models.CASCADE, db_index=False)
    version = models.BigIntegerField()
    quantity = models.BigIntegerField()
    effective_at = models.DateTimeField()

    class Meta:
        default_permissions = ("view",)
        indexes = (models.Index(fields=["product", "effective_at"], name="movement_by_time"),)
        constraints = (
            models.UniqueConstraint(fields=["product", "version"], name="movement_one_per_event"),
            models.CheckConstraint(
                condition=Q(quantity__range=(-MAX_QUANTITY, MAX_QUANTITY)) & ~Q(quantity=0),
                name="movement_quantity",
            ),
        )

    def __str__(self) -> str:
        return f"{self.quantity:+} of {self.product_id}"

    @classmethod
    def sum_after(cls, product_id: int, moment: datetime) -> int:
        """The sum of all movements after `moment`, in pieces."""
        movements = cls._default_manager.filter(product_id=product_id, effective_at__gt=moment)
        return int(movements.aggregate(total=Sum("quantity"))["total"] or 0)


class Stocked(Lifecycle):
    """A product with a stock."""

    class Meta:
        abstract = True

    def add_to_inventory(self, quantity: int, *, received_at: datetime | None = None) -> None:
        """Pieces have arrived at `received_at`; None means now.

        Pieces that the latest count includes are recorded, and the stock stays as it is.
        Raises ProductIsDiscontinued and StockLimit.
        """
        self.refuse_if_discontinued()
        stock = self._stock()
        after = stock.quantity if self._seen(stock, received_at) else stock.quantity + quantity
        _refuse_beyond_limit(after)
        self._move(stock, quantity, received_at, after)
        event = InventoryAdded(quantity=quantity, quantity_after=after)
        self.record(event, effective_at=self._by_now(received_at))

    def confirm_items_shipped(self, quantity: int, *, shipped_at: datetime | None = None) -> None:
        """Pieces have left at `shipped_at`; None means now.

        Pieces that left before the latest count are recorded, and the stock stays as it is. They need no stock.
        Raises InsufficientStock.
        """
        stock = self._stock()
        after = stock.quantity if self._seen(stock, shipped_at) else stock.quantity - quantity
        if after < 0:
            raise InsufficientStock(
                f"The shipment has {quantity} pieces, and {stock.quantity} are in stock. "
                "Check the quantity, or count the shelf and send a recount first.",
                current_stock=stock.quantity,
            )
        self._move(stock, -quantity, shipped_at, after)
        event = InventoryItemsShipped(quantity=quantity, quantity_after=after)
        self.record(event, effective_at=self._by_now(shipped_at))

    def update_stock_from_inventory_recount(
        self, updated_quantity: int, *, counted_at: datetime | None = None
    ) -> None:
        """The shelf held `updated_quantity` pieces at `counted_at`; None means now.

        Movements after the count are added to it. Raises RecountOutdated when a later count is known,
        RecountContradicted when the sum is below zero, and StockLimit.
        """
        stock = self._stock()
        counted = self._by_now(counted_at)
        if counted_at is not None and stock.last_counted_at is not None and counted < stock.last_counted_at:
            latest = rfc3339(stock.last_counted_at)
            raise RecountOutdated(
                f"This count is from {rfc3339(counted)}, and the shelf was counted again at {latest}. "
                "The later count stays. Count the shelf again if it is wrong.",
                counted_at=latest,
            )
        moved_since = 0 if counted_at is None else StockMovement.sum_after(self.id, counted)
        before, after = stock.quantity, updated_quantity + moved_since
        if after < 0:
            raise RecountContradicted(
                f"The count found {updated_quantity} pieces, but {-moved_since} have left since then. "
                "Count the shelf again.",
                moved_since=moved_since,
            )
        _refuse_beyond_limit(after)
        tables.update(StockItem, {"quantity": after, "last_counted_at": counted}, {"product": self.id})
        event = InventoryRecounted(
            updated_quantity=updated_quantity,
            counted_at=counted,
            moved_since=moved_since,
            quantity_before=before,
            quantity_after=after,
        )
        self.record(event, effective_at=counted)

    def _stock(self) -> StockItem:
        return tables.get(StockItem, product=self.id)

    def _by_now(self, moment: datetime | None) -> datetime:
        """`moment`, but never later than now; None means now.

        The database's clock may be behind the clock that validated `moment`.
        """
        return self.decided_at if moment is None else min(moment, self.decided_at)

    def _seen(self, stock: StockItem, moved_at: datetime | None) -> bool:
        """Whether the latest count includes the movement. A movement without a time is from now, after the count."""
        return moved_at is not None and stock.saw(self._by_now(moved_at))

    def _move(self, stock: StockItem, quantity: int, moved_at: datetime | None, after: int) -> None:
        if after != stock.quantity:
            tables.update(StockItem, {"quantity": after}, {"product": self.id})
        movement = {
            "product": self.id,
            "version": self.next_version,
            "quantity": quantity,
            "effective_at": self._by_now(moved_at),
        }
        tables.insert(StockMovement, movement)


def _refuse_beyond_limit(after: int) -> None:
    if after > MAX_STOCK:
        raise StockLimit(
            f"The stock would be {after:,} pieces, and {MAX_STOCK:,} is the limit. Check the quantity."
        )
