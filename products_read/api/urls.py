"""Addresses of the queries, below /api/v1/."""

from django.urls import path

from products_read.api.viewsets import CategoryViewSet, InventoryViewSet, ProductViewSet

urlpatterns = [
    path("products/", ProductViewSet.as_view({"get": "find"}), name="products"),
    path("products/<product_id:product_id>/", ProductViewSet.as_view({"get": "show"}), name="product"),
    path(
        "products/<product_id:product_id>/related/",
        ProductViewSet.as_view({"get": "related"}),
        name="related-products",
    ),
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
