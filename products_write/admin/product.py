"""Products in the admin, and the task screens on them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from kernel.read_only_admin import ReadOnlyAdmin
from products_write.admin.task_screen import TaskScreen
from products_write.commands.add_to_inventory import AddToInventory
from products_write.models import Product

TASKS = (
    TaskScreen(
        AddToInventory,
        title="Add to inventory",
        done=lambda product: (
            f"The arrival is recorded: {product} has {product.stockitem.quantity} in stock now."
        ),
    ),
)
"""The tasks of an operator on a product. Each is a button on the product's page."""


class ProductAdmin(ReadOnlyAdmin):
    """The read-only list of products, with the task buttons on each product's page."""

    list_display = ("id", "sku", "name", "unit_price", "in_stock", "discontinued", "version")
    list_display_links = ("id", "name")
    list_filter = ("discontinued",)
    list_select_related = ("stockitem",)
    search_fields = ("=id", "=sku", "name")
    search_help_text = "Search by an id, a SKU, or a part of the name."
    ordering = ("id",)
    readonly_fields = ("in_stock", "categories")
    change_form_template = "admin/products_write/product/change_form.html"

    @admin.display(description="In stock", ordering="stockitem__quantity")
    def in_stock(self, product: Product) -> int:
        return product.stockitem.quantity

    @admin.display(description="Categories")
    def categories(self, product: Product) -> str:
        return ", ".join(product.category_slugs()) or "-"

    def get_urls(self) -> list[URLPattern]:
        tasks = [
            path(
                f"<int:product_id>/{task.slug}/",
                self.admin_site.admin_view(task.view(self.admin_site)),
                name=task.url_name,
            )
            for task in TASKS
        ]
        return tasks + super().get_urls()

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        tasks = [task for task in TASKS if task.is_allowed(request.user)]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "tasks": tasks})
