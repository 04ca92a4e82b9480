from django.db import models

from facts import ProductRelated, ProductUnrelated
from products_write.errors import ProductIsDiscontinued, RelationNotFound, SelfRelation, TooManyRelations
from products_write.limits import MAX_RELATIONS
from products_write.models.lifecycle import Lifecycle


class ProductRelation(models.Model):
    """That a product names another as related; directed, in the order of `id`."""

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
    """Naming related products."""

    class Meta:
        abstract = True

    def relate(self, other: "Related") -> None:
        """`other` must be locked too, lest it be discontinued meanwhile. No-op when related already."""
        if other.id == self.id:
            raise SelfRelation
        self.refuse_if_discontinued()
        if other.discontinued:
            raise ProductIsDiscontinued(
                "The product to relate to is discontinued.", field="related_product_id"
            )
        related = set(self._relations().values_list("related_product_id", flat=True))
        if other.id in related:
            return
        if len(related) >= MAX_RELATIONS:
            raise TooManyRelations
        ProductRelation.objects.create(product_id=self.id, related_product_id=other.id)
        self.record(ProductRelated(related_product_id=other.id))

    def unrelate(self, related_product_id: int) -> None:
        deleted, _ = self._relations().filter(related_product_id=related_product_id).delete()
        if not deleted:
            raise RelationNotFound
        self.record(ProductUnrelated(related_product_id=related_product_id))

    def _relations(self) -> models.QuerySet[ProductRelation]:
        return ProductRelation.objects.filter(product_id=self.id)
