"""The queries over HTTP: parse, ask, answer."""

from typing import Any

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from products_read.api.answers import document_answer, documents_answer, page_answer
from products_read.api.permissions import PublicUnlessClosed
from products_read.api.query_string import CURSOR, PRODUCT_ID, described, parsed
from products_read.api.renderers import RENDERERS
from products_read.api.serializers import (
    CategorySerializer,
    ProductDisplayPageSerializer,
    ProductDisplaySerializer,
    ProductInventoryPageSerializer,
    ProductInventorySerializer,
)
from products_read.queries.find_inventory import FindInventory, find_inventory
from products_read.queries.find_out_of_stock_products import (
    FindOutOfStockProducts,
    find_out_of_stock_products,
)
from products_read.queries.find_products import FindProducts, find_products
from products_read.queries.find_related_products import FindRelatedProducts, find_related_products
from products_read.queries.list_categories import ListCategories, list_categories
from products_read.queries.show_inventory import ShowInventory, show_inventory
from products_read.queries.show_product import ShowProduct, show_product


class QueryViewSet(ViewSet):
    """What all queries have in common: they only read, and caches ask before they answer."""

    renderer_classes = RENDERERS
    parser_classes = ()
    http_method_names = ("get", "head", "options")

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": "Accept, Authorization, Cookie"}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", "no-cache")
        return super().finalize_response(request, response, *args, **kwargs)


class ProductViewSet(QueryViewSet):
    """The catalogue."""

    permission_classes = (PublicUnlessClosed,)

    @extend_schema(
        operation_id="find_products",
        parameters=[*described(FindProducts), CURSOR],
        responses=ProductDisplayPageSerializer,
    )
    def find(self, request: Request) -> Response:
        """Products that match all filters; each word of `name` begins a word of the name, in any case."""
        return page_answer(request, FindProducts, find_products)

    @extend_schema(operation_id="show_product", parameters=[PRODUCT_ID], responses=ProductDisplaySerializer)
    def show(self, request: Request, product_id: int) -> Response:
        """One product, discontinued or not."""
        parsed(request, ShowProduct)
        return document_answer(request, show_product(product_id))

    @extend_schema(
        operation_id="find_related_products",
        parameters=[PRODUCT_ID],
        responses=ProductDisplaySerializer(many=True),
    )
    def related(self, request: Request, product_id: int) -> Response:
        """The products it points to, in the order related; discontinued ones are left out."""
        parsed(request, FindRelatedProducts)
        return documents_answer(find_related_products(product_id))


class CategoryViewSet(QueryViewSet):
    """The categories."""

    permission_classes = (PublicUnlessClosed,)

    @extend_schema(operation_id="list_categories", responses=CategorySerializer(many=True))
    def find(self, request: Request) -> Response:
        """All categories that hold products; discontinued products do not count."""
        parsed(request, ListCategories)
        return Response(msgspec.json.encode(list_categories()))


class InventoryViewSet(QueryViewSet):
    """The warehouse, for signed-in users."""

    permission_classes = (IsAuthenticated,)

    @extend_schema(
        operation_id="find_inventory",
        parameters=[*described(FindInventory), CURSOR],
        responses=ProductInventoryPageSerializer,
    )
    def find(self, request: Request) -> Response:
        """Every product's stock, by id."""
        return page_answer(request, FindInventory, find_inventory)

    @extend_schema(
        operation_id="find_out_of_stock_products",
        parameters=[*described(FindOutOfStockProducts), CURSOR],
        responses=ProductInventoryPageSerializer,
    )
    def out_of_stock(self, request: Request) -> Response:
        """Products without stock, by id."""
        return page_answer(request, FindOutOfStockProducts, find_out_of_stock_products)

    @extend_schema(
        operation_id="show_inventory", parameters=[PRODUCT_ID], responses=ProductInventorySerializer
    )
    def show(self, request: Request, product_id: int) -> Response:
        """One product's stock, discontinued or not."""
        parsed(request, ShowInventory)
        return document_answer(request, show_inventory(product_id))
