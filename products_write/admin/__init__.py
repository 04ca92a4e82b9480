"""The screens for operators: read-only tables, and task screens that send commands."""

from django.contrib import admin

from products_write.admin.command_record import CommandRecordAdmin
from products_write.admin.product import ProductAdmin
from products_write.admin.tables import (
    CategoryAdmin,
    ProductCategoryAdmin,
    ProductRelationAdmin,
    RatingAdmin,
    StockItemAdmin,
    StockMovementAdmin,
)
from products_write.models import (
    Category,
    CommandRecord,
    Product,
    ProductCategory,
    ProductRelation,
    Rating,
    StockItem,
    StockMovement,
)

admin.site.register(Product, ProductAdmin)
admin.site.register(Category, CategoryAdmin)
admin.site.register(ProductCategory, ProductCategoryAdmin)
admin.site.register(ProductRelation, ProductRelationAdmin)
admin.site.register(Rating, RatingAdmin)
admin.site.register(StockItem, StockItemAdmin)
admin.site.register(StockMovement, StockMovementAdmin)
admin.site.register(CommandRecord, CommandRecordAdmin)
