"""The relations between products."""

from django.db import models

from facts.product import ProductRelated, ProductUnrelated
from products_write.errors import ProductIsDiscontinued, RelationNotFound, SelfRelation, TooManyRelations
from products_write.limits import MAX_RELATIONS
from products_write.models.lifecycle import Lifecycle


class ProductRelation(models.Model):
    """A product shows another product beside it, in this direction only. The order of `id` is the order of showing."""

    product = models.ForeignKey(
        "products_write.Product", on_delete=models.CASCADE, related_name="relations", db_index=False
    )
    related_product = models.ForeignKey("products_write.Product", on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ("view",)
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=["product", "related_product"], name="relation_unique"),
            models.CheckConstraint(
                condition=~models.Q(product=models.F("related_product")), name="relation_not_to_itself"
            ),
        )

    def __str__(self) -> str:
        return f"{self.product_id} → {self.related_product_id}"


class Related(Lifecycle):
    """A product that can show other products beside it."""

    class Meta:
        abstract = True

    def relate(self, other: "Related") -> None:
        """Shows `other` beside this product. Nothing happens when it is shown already.

        `other` must be locked too, so that no other command discontinues it meanwhile. Raises SelfRelation,
        ProductIsDiscontinued and TooManyRelations.
        """
        if other.id == self.id:
            raise SelfRelation(
                f"Product {self.id} cannot be related to itself. Give the id of another product as related_product_id."
            )
        self.refuse_if_discontinued()
        if other.discontinued:
            raise ProductIsDiscontinued(
                f"Product {other.id}, the one to relate to, is discontinued. Reinstate it first.",
                field="related_product_id",
            )
        related = set(self._relations().values_list("related_product_id", flat=True))
        if other.id in related:
            return
        if len(related) >= MAX_RELATIONS:
            raise TooManyRelations(
                f"Product {self.id} has {len(related)} related products, and {MAX_RELATIONS} is the limit. "
                "Remove one of them first."
            )
        ProductRelation.objects.create(product_id=self.id, related_product_id=other.id)
        self.record(ProductRelated(related_product_id=other.id))

    def unrelate(self, related_product_id: int) -> None:
        """Stops showing the other product. Raises RelationNotFound."""
        deleted, _ = self._relations().filter(related_product_id=related_product_id).delete()
        if not deleted:
            raise RelationNotFound(
                f"Product {self.id} does not show product {related_product_id} beside it. Check both ids: a relation "
                "has a direction."
            )
        self.record(ProductUnrelated(related_product_id=related_product_id))

    def _relations(self) -> models.QuerySet[ProductRelation]:
        return ProductRelation.objects.filter(product_id=self.id)
