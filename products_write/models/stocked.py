from datetime import datetime

from facts import InventoryAdded, InventoryItemsShipped, InventoryRecounted
from kernel.database import tables
from kernel.times import rfc3339
from products_write.errors import InsufficientStock, RecountContradicted, RecountOutdated, StockLimit
from products_write.limits import MAX_STOCK
from products_write.models.lifecycle import Lifecycle
from products_write.models.stock import StockItem, StockMovement


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
