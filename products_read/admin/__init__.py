"""The read models as staff see them: to look at, never to touch."""

from django.contrib import admin

from products_read.admin.product_display import ProductDisplayAdmin
from products_read.admin.product_inventory import ProductInventoryAdmin
from products_read.models import ProductDisplay, ProductInventory

admin.site.register(ProductDisplay, ProductDisplayAdmin)
admin.site.register(ProductInventory, ProductInventoryAdmin)
