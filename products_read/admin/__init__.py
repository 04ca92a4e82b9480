"""The read models in the admin. Staff can look at the rows but not change them."""

from django.contrib import admin

from products_read.admin.product_display import ProductDisplayAdmin
from products_read.admin.product_inventory import ProductInventoryAdmin
from products_read.models import ProductDisplay, ProductInventory

admin.site.register(ProductDisplay, ProductDisplayAdmin)
admin.site.register(ProductInventory, ProductInventoryAdmin)
