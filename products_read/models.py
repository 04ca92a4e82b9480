"""The tables that queries read. Only the engine writes them, from the log; see products_read.projections.

Each row holds the state that its own fold needs, the columns for filters and orderings, and its `document`. The
document is the JSON exactly as it is served. The child tables hold the categories and the words of names, so that an
index can find them.
"""

from django.db import models
from django.db.models import F, Index, Q

from events.projections.base import ReadRow
from kernel.database.fields import CodePointTextField
from kernel.read_only_models import ReadOnlyModel


class ProductDisplay(ReadRow):
    """A product as the catalogue shows it."""

    sku = CodePointTextField(null=True)
    name = models.TextField(default="")
    description = models.TextField(default="")
    unit_price_cents = models.BigIntegerField(default=0, help_text="Hundredths of the currency's unit.")
    is_out_of_stock = models.BooleanField(default=True)
    rating_sum = models.BigIntegerField(default=0)
    rating_count = models.BigIntegerField(default=0)
    categories = models.JSONField(default=list)
    related_product_ids = models.JSONField(default=list)
    discontinued = models.BooleanField(default=False)

    name_key = CodePointTextField(default="")
    # The mean in hundredths. Products without ratings come last in both orders, so each order has its own key. A null
    # is no alternative: a cursor compares keys, and no comparison with a null is true.
    rating_key = models.SmallIntegerField(default=-1)
    rating_key_ascending = models.SmallIntegerField(default=501)
    document = models.TextField(default="")

    class Meta:
        verbose_name = "product display"
        verbose_name_plural = "product displays"
        # `discontinued` comes first in each index. A list without discontinued products is then one range of the index.
        # A full list is a merge of two.
        indexes = (
            Index(fields=["discontinued", "id"], name="display_id"),
            Index(fields=["discontinued", "name_key", "id"], name="display_name"),
            Index(fields=["discontinued", "unit_price_cents", "id"], name="display_price"),
            Index(fields=["discontinued", "rating_key", "id"], name="display_rating"),
            Index(fields=["discontinued", "rating_key_ascending", "id"], name="display_rating_asc"),
            Index(F("discontinued"), F("id"), name="display_out_of_stock", condition=Q(is_out_of_stock=True)),
            Index(fields=["discontinued", "sku", "id"], name="display_sku", condition=Q(sku__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class ProductInventory(ReadRow):
    """A product as the warehouse sees it. `current_stock` is in units."""

    sku = CodePointTextField(null=True)
    name = models.TextField(default="")
    current_stock = models.BigIntegerField(default=0)
    discontinued = models.BooleanField(default=False)
    document = models.TextField(default="")

    class Meta:
        verbose_name = "product inventory"
        verbose_name_plural = "product inventories"
        indexes = (
            Index(fields=["discontinued", "id"], name="inventory_id"),
            Index(F("discontinued"), F("id"), name="inventory_out_of_stock", condition=Q(current_stock=0)),
            Index(fields=["discontinued", "sku", "id"], name="inventory_sku", condition=Q(sku__isnull=False)),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


class DisplayCategory(ReadOnlyModel):
    """A product's membership in a category. With `discontinued` here, counting needs only this table's index."""

    pk = models.CompositePrimaryKey("product_id", "slug")
    product_id = models.BigIntegerField()
    slug = CodePointTextField()
    discontinued = models.BooleanField()

    class Meta:
        indexes = (Index(fields=["slug", "product_id", "discontinued"], name="display_category"),)

    def __str__(self) -> str:
        return f"{self.product_id} in {self.slug}"


class DisplayWord(ReadOnlyModel):
    """A text in which a search of the catalogue looks for its words as prefixes; see products_read.name_search."""

    pk = models.CompositePrimaryKey("product_id", "word")
    product_id = models.BigIntegerField()
    word = CodePointTextField()

    class Meta:
        indexes = (Index(fields=["word", "product_id"], name="display_word"),)

    def __str__(self) -> str:
        return f"{self.word} in {self.product_id}"


class InventoryWord(ReadOnlyModel):
    """A text for searches of the inventory, like DisplayWord for the catalogue.

    The two projections can lag differently, so each has a table of its own.
    """

    pk = models.CompositePrimaryKey("product_id", "word")
    product_id = models.BigIntegerField()
    word = CodePointTextField()

    class Meta:
        indexes = (Index(fields=["word", "product_id"], name="inventory_word"),)

    def __str__(self) -> str:
        return f"{self.word} in {self.product_id}"


ReadModel = type[ProductDisplay] | type[ProductInventory]
"""A table whose rows are documents."""
