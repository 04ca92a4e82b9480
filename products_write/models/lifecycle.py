from django.db import models

import facts
from products_write.errors import NotDiscontinued, ProductIsDiscontinued
from products_write.models.aggregate import Aggregate


class Lifecycle(Aggregate):
    """Leaving the range and coming back to it."""

    discontinued = models.BooleanField(default=False)

    class Meta:
        abstract = True

    def discontinue(self, *, reason: str) -> None:
        """No-op when it is discontinued already."""
        if self.discontinued:
            return
        self.record(facts.ProductDiscontinued(reason=reason), discontinued=True)

    def reinstate(self) -> None:
        if not self.discontinued:
            raise NotDiscontinued
        self.record(facts.ProductReinstated(), discontinued=False)

    def refuse_if_discontinued(self) -> None:
        if self.discontinued:
            raise ProductIsDiscontinued
