"""The queries of the read tables over HTTP."""

import msgspec
from msgspec import UNSET
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from boundary.limits.public_read import PublicUnlessClosed
from products_read.api import schema
from products_read.api.fast_path import ReusesFastPathError
from products_read.api.parsed_query import parse_page_query, parse_query
from products_read.api.permissions import PastForSignedIn
from products_read.api.query_viewset import ReadModelViewSet
from products_read.api.responses import document_response, documents_response, page_response, past_response
from products_read.models import ProductDisplay, ProductInventory
from products_read.queries.find_inventory import FindInventory, find_inventory
from products_read.queries.find_out_of_stock_products import (
    FindOutOfStockProducts,
    find_out_of_stock_products,
)
from products_read.queries.find_products import FindProducts, find_products
from products_read.queries.find_related_products import FindRelatedProducts, find_related_products
from products_read.queries.list_categories import ListCategories, list_categories
from products_read.queries.show_inventory import ShowInventory, show_inventory, show_inventory_as_of
from products_read.queries.show_product import ShowProduct, show_product, show_product_as_of


class ProductsViewSet(ReadModelViewSet):
    """The catalogue."""

    read_model = ProductDisplay
    permission_classes = (PublicUnlessClosed,)

    @schema.FIND_PRODUCTS
    def find(self, request: Request) -> Response:
        """Products that match all filters. Each word of `name` must begin a word of the product's name, in any case."""
        parsed = parse_page_query(request, FindProducts)
        self.freshen(parsed.preference)
        return page_response(request, parsed, find_products(parsed.query, parsed.cursor))

    @schema.FIND_RELATED_PRODUCTS
    def related(self, request: Request, product_id: int) -> Response:
        """The products that one product points to, in the order in which they were related.

        Discontinued products are left out.
        """
        parsed = parse_query(request, FindRelatedProducts)
        self.freshen(parsed.preference, product_id)
        return documents_response(find_related_products(product_id))


class ProductViewSet(ReusesFastPathError, ReadModelViewSet):
    """A product of the catalogue."""

    read_model = ProductDisplay
    permission_classes = (PublicUnlessClosed, PastForSignedIn)

    @schema.SHOW_PRODUCT
    def show(self, request: Request, product_id: int) -> Response:
        """One product, discontinued or not.

        It is the current state. With `as_of` it is the state recorded at a past time, for signed-in users only.
        """
        query, preference = parse_query(request, ShowProduct)
        if query.as_of is not UNSET:
            self.freshen_from_log(preference)
            return past_response(show_product_as_of(product_id, query.as_of))
        self.freshen(preference, product_id)
        return document_response(request, show_product(product_id))


class CategoryViewSet(ReadModelViewSet):
    """The categories."""

    read_model = ProductDisplay
    permission_classes = (PublicUnlessClosed,)

    @schema.LIST_CATEGORIES
    def find(self, request: Request) -> Response:
        """All categories that hold products. Discontinued products do not count."""
        self.freshen(parse_query(request, ListCategories).preference)
        return Response(msgspec.json.encode(list_categories()))


class InventoryViewSet(ReadModelViewSet):
    """The warehouse, for signed-in users."""

    read_model = ProductInventory
    permission_classes = (IsAuthenticated,)

    @schema.FIND_INVENTORY
    def find(self, request: Request) -> Response:
        """The stock of products, ordered by id."""
        parsed = parse_page_query(request, FindInventory)
        self.freshen(parsed.preference)
        return page_response(request, parsed, find_inventory(parsed.query, parsed.cursor))

    @schema.FIND_OUT_OF_STOCK_PRODUCTS
    def out_of_stock(self, request: Request) -> Response:
        """Products without stock, ordered by id."""
        parsed = parse_page_query(request, FindOutOfStockProducts)
        self.freshen(parsed.preference)
        return page_response(request, parsed, find_out_of_stock_products(parsed.query, parsed.cursor))

    @schema.SHOW_INVENTORY
    def show(self, request: Request, product_id: int) -> Response:
        """The stock of one product, discontinued or not.

        It is the current stock. With `as_of` it is the stock recorded at a past time.
        """
        query, preference = parse_query(request, ShowInventory)
        if query.as_of is not UNSET:
            self.freshen_from_log(preference)
            return past_response(show_inventory_as_of(product_id, query.as_of))
        self.freshen(preference, product_id)
        return document_response(request, show_inventory(product_id))
