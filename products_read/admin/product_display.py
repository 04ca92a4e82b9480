"""The admin of the catalogue's rows."""

from django.contrib import admin

from products_read.admin.read_model import ReadModelAdmin
from products_read.models import DisplayWord, ProductDisplay


class ProductDisplayAdmin(ReadModelAdmin):
    word_table = DisplayWord
    list_display = (
        "id",
        "sku",
        "name",
        "unit_price",
        "user_rating",
        "rating_count",
        "is_out_of_stock",
        "discontinued",
        "version",
    )
    list_display_links = ("id", "name")
    list_filter = ("discontinued", "is_out_of_stock")
    ordering = ("id",)
    fields = (
        "id",
        "sku",
        "name",
        "description",
        "unit_price",
        "user_rating",
        "rating_count",
        "is_out_of_stock",
        "categories",
        "related_product_ids",
        "discontinued",
        "version",
        "projection_version",
        "shown_document",
    )

    @admin.display(ordering="unit_price_cents")
    def unit_price(self, row: ProductDisplay) -> str:
        return f"{row.unit_price_cents // 100}.{row.unit_price_cents % 100:02d}"

    @admin.display(ordering="rating_key", empty_value="not rated")
    def user_rating(self, row: ProductDisplay) -> float | None:
        return row.rating_key / 100 if row.rating_count else None
