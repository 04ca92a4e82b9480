"""The admin of the inventory's rows."""

from products_read.admin.read_model import ReadModelAdmin
from products_read.models import InventoryWord


class ProductInventoryAdmin(ReadModelAdmin):
    word_table = InventoryWord
    list_display = ("id", "sku", "name", "current_stock", "discontinued", "version")
    list_display_links = ("id", "name")
    list_filter = ("discontinued",)
    ordering = ("id",)
    fields = (
        "id",
        "sku",
        "name",
        "current_stock",
        "discontinued",
        "version",
        "projection_version",
        "shown_document",
    )
