"""The addresses of the queries, below /api/v1/."""

from django.urls import path

from products_read.api.fast_path import fast_path
from products_read.api.log_viewset import LogViewSet
from products_read.api.viewsets import CategoryViewSet, InventoryViewSet, ProductsViewSet, ProductViewSet
from products_read.queries.show_product import show_product

urlpatterns = [
    path("products/", ProductsViewSet.as_view({"get": "find"}), name="products"),
    path(
        "products/<product_id:product_id>/",
        fast_path(show_product, ProductViewSet.as_view({"get": "show"})),
        name="product",
    ),
    path(
        "products/<product_id:product_id>/related/",
        ProductsViewSet.as_view({"get": "related"}),
        name="related-products",
    ),
    path(
        "products/<product_id:product_id>/history/",
        LogViewSet.as_view({"get": "history"}),
        name="product-history",
    ),
    path(
        "products/<product_id:product_id>/explain/",
        LogViewSet.as_view({"get": "explain"}),
        name="product-explanation",
    ),
    path("events/", LogViewSet.as_view({"get": "feed"}), name="events"),
    path("categories/", CategoryViewSet.as_view({"get": "find"}), name="categories"),
    path("inventory/", InventoryViewSet.as_view({"get": "find"}), name="inventory"),
    path(
        "inventory/out-of-stock/",
        InventoryViewSet.as_view({"get": "out_of_stock"}),
        name="out-of-stock-products",
    ),
    path(
        "inventory/<product_id:product_id>/",
        InventoryViewSet.as_view({"get": "show"}),
        name="product-inventory",
    ),
]
