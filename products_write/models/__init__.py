"""The normalised tables, and the product that makes the decisions about them."""

from products_write.models.category import Category, ProductCategory
from products_write.models.command_record import SYSTEM_ACTOR_ID, CommandRecord
from products_write.models.product import Product
from products_write.models.product_id import ReservedProductId
from products_write.models.queued_command import QueuedCommand
from products_write.models.rating import Rating
from products_write.models.relation import ProductRelation
from products_write.models.stock import StockItem, StockMovement

__all__ = [
    "SYSTEM_ACTOR_ID",
    "Category",
    "CommandRecord",
    "Product",
    "ProductCategory",
    "ProductRelation",
    "QueuedCommand",
    "Rating",
    "ReservedProductId",
    "StockItem",
    "StockMovement",
]
