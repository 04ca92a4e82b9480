"""The lifecycle of a product: it can leave the range and come back."""

from django.db import models

from facts.product import ProductDiscontinued, ProductReinstated
from products_write.errors import NotDiscontinued, ProductIsDiscontinued
from products_write.models.aggregate import Aggregate


class Lifecycle(Aggregate):
    """A product that can be discontinued and reinstated."""

    discontinued = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def discontinue(self, *, reason: str) -> None:
        """Takes the product out of the range. Nothing happens when it is discontinued already."""
        if self.discontinued:
            return
        self.record(ProductDiscontinued(reason=reason), discontinued=True)

    def reinstate(self) -> None:
        """Brings the product back into the range. Raises NotDiscontinued."""
        if not self.discontinued:
            raise NotDiscontinued(f"Product {self.id} is not discontinued, so it cannot be reinstated.")
        self.record(ProductReinstated(), discontinued=False)

    def refuse_if_discontinued(self) -> None:
        """Raises ProductIsDiscontinued for a discontinued product."""
        if self.discontinued:
            raise ProductIsDiscontinued(f"Product {self.id} is discontinued. Reinstate it first.")
