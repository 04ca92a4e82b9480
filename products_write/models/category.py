"""Categories, and the products in them."""

from collections.abc import Collection

from django.db import models

from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from kernel.database.hydration import hydrate, select
from kernel.database.statements import fetch


class CategoryManager(models.Manager["Category"]):
    def with_slugs(self, slugs: Collection[str]) -> list["Category"]:
        """The categories with these slugs. A category that does not exist yet is made.

        New rows are inserted in the order of their slugs, so that two commands with the same new categories do not
        deadlock.
        """
        found = self._known(slugs)
        missing = sorted(set(slugs) - {category.slug for category in found})
        if not missing:
            return found
        self.bulk_create([Category(slug=slug) for slug in missing], ignore_conflicts=True)
        return self._known(slugs)

    def _known(self, slugs: Collection[str]) -> list["Category"]:
        connection = write_connection()
        condition, listed = dialect_of(connection).among_texts("slug", slugs)
        found = fetch(connection, f"{select(Category)} WHERE {condition}", [listed])
        return [hydrate(Category, connection, row) for row in found]


class Category(models.Model):
    """A label for products. Its first use makes it."""

    slug = models.CharField(max_length=50, unique=True)

    objects = CategoryManager()

    class Meta:
        verbose_name_plural = "categories"
        default_permissions = ("view",)
        constraints = (models.CheckConstraint(condition=~models.Q(slug=""), name="category_slug_not_empty"),)

    def __str__(self) -> str:
        return self.slug


class ProductCategory(models.Model):
    """The membership of a product in a category."""

    product = models.ForeignKey("products_write.Product", on_delete=models.CASCADE)
    category = models.ForeignKey(Category, on_delete=models.PROTECT)

    class Meta:
        verbose_name_plural = "product categories"
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=["product", "category"], name="product_category_unique"),
        )

    def __str__(self) -> str:
        return f"{self.product_id} in {self.category_id}"
