"""The admin of the catalogue's rows."""

from django.contrib import admin

from products_read.admin.read_model import OF_THE_ROW, ReadModelAdmin
from products_read.documents.shapes import ProductDisplayDocument
from products_read.models import DisplayWord, ProductDisplay

# The currency is a setting, which no row has.
_FIELDS = tuple(name for name in ProductDisplayDocument.__struct_fields__ if name != "currency")
_TOO_LONG_FOR_A_LIST = {"description", "categories", "related_product_ids"}


class ProductDisplayAdmin(ReadModelAdmin):
    word_table = DisplayWord
    list_display = tuple(name for name in _FIELDS if name not in _TOO_LONG_FOR_A_LIST)
    list_display_links = ("id", "name")
    list_filter = ("discontinued", "is_out_of_stock")
    ordering = ("id",)
    fields = (*_FIELDS, *OF_THE_ROW)

    @admin.display(ordering="unit_price_cents")
    def unit_price(self, row: ProductDisplay) -> str:
        return f"{row.unit_price_cents // 100}.{row.unit_price_cents % 100:02d}"

    @admin.display(ordering="rating_key", empty_value="not rated")
    def user_rating(self, row: ProductDisplay) -> float | None:
        return row.rating_key / 100 if row.rating_count else None
