from datetime import datetime

from django.db import models
from django.db.models import Q, Sum

from products_write.limits import MAX_QUANTITY, MAX_STOCK


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
