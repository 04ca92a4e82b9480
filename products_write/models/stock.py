from datetime import datetime

from django.db import models
from django.db.models import Q, Sum

from facts import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from kernel.database import tables
from kernel.times import rfc3339
from products_write.errors import InsufficientStock, RecountContradicted, RecountOutdated, StockLimit
from products_write.limits import MAX_QUANTITY, MAX_STOCK
from products_write.models.lifecycle import Lifecycle


class StockItem(models.Model):
    """How many pieces of a product are on hand, and when the shelf was last counted."""

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
        """Whether the latest count includes what moved then: at the moment of the count or before it."""
        return self.last_counted_at is not None and moved_at <= self.last_counted_at


class StockMovement(models.Model):
    """What came in (positive) or went out (negative), and the event that says so."""

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
        """What all movements effective after `moment` amount to."""
        movements = cls._default_manager.filter(product_id=product_id, effective_at__gt=moment)
        return int(movements.aggregate(total=Sum("quantity"))["total"] or 0)


class Stocked(Lifecycle):
    """Keeping stock: pieces come in, go out, and are counted."""

    class Meta:
        abstract = True

    def add_to_inventory(self, quantity: int, *, received_at: datetime | None = None) -> None:
        """`received_at` None: now. What arrived before the latest count is recorded and leaves the stock."""
        self.refuse_if_discontinued()
        stock = self._stock()
        after = stock.quantity if self._seen(stock, received_at) else stock.quantity + quantity
        if after > MAX_STOCK:
            raise StockLimit
        self._move(stock, quantity, received_at, after)
        event = InventoryAdded(quantity=quantity, quantity_after=after)
        self.record(event, effective_at=self._by_now(received_at))

    def confirm_items_shipped(self, quantity: int, *, shipped_at: datetime | None = None) -> None:
        """`shipped_at` None: now. What left before the latest count is recorded, and needs no stock."""
        stock = self._stock()
        after = stock.quantity if self._seen(stock, shipped_at) else stock.quantity - quantity
        if after < 0:
            raise InsufficientStock(current_stock=stock.quantity)
        self._move(stock, -quantity, shipped_at, after)
        event = InventoryItemsShipped(quantity=quantity, quantity_after=after)
        self.record(event, effective_at=self._by_now(shipped_at))

    def update_stock_from_inventory_recount(
        self, updated_quantity: int, *, counted_at: datetime | None = None
    ) -> None:
        """The shelf held `updated_quantity` at `counted_at` (None: now); what moved since is put on top."""
        stock = self._stock()
        counted = self._by_now(counted_at)
        if counted_at is not None and stock.last_counted_at is not None and counted < stock.last_counted_at:
            raise RecountOutdated(counted_at=rfc3339(stock.last_counted_at))
        moved_since = 0 if counted_at is None else StockMovement.sum_after(self.id, counted)
        before, after = stock.quantity, updated_quantity + moved_since
        if after < 0:
            raise RecountContradicted(moved_since=moved_since)
        if after > MAX_STOCK:
            raise StockLimit
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
        """Nothing happens after now: the database's clock may be behind the one that validated `moment`."""
        return self.decided_at if moment is None else min(moment, self.decided_at)

    def _seen(self, stock: StockItem, moved_at: datetime | None) -> bool:
        """A movement without a time of its own is accepted now, so after the count."""
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
