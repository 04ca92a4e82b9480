"""The admin of the inventory's rows."""

from products_read.admin.read_model import OF_THE_ROW, ReadModelAdmin
from products_read.documents.shapes import ProductInventoryDocument
from products_read.models import InventoryWord


class ProductInventoryAdmin(ReadModelAdmin):
    word_table = InventoryWord
    list_display = ProductInventoryDocument.__struct_fields__
    list_display_links = ("id", "name")
    list_filter = ("discontinued",)
    ordering = ("id",)
    fields = (*ProductInventoryDocument.__struct_fields__, *OF_THE_ROW)
