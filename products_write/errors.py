"""The refusals of commands whose input is valid. kernel.problem_documents has the HTTP status of each code.

A client reads `default_detail` when the refusing code gives no more exact text.
"""

from kernel.errors import ServiceError


class ProductNotFound(ServiceError):
    code = "product_not_found"
    default_detail = "There is no product with this id. Check the id."


class UserNotFound(ServiceError):
    code = "user_not_found"
    default_detail = "There is no user with this id. Check the id."


class VersionConflict(ServiceError):
    """Members: `current_version` and `conflicting_events` (type and version of each)."""

    code = "version_conflict"
    default_detail = (
        "The product has changed in a way that conflicts with this command. Read it again before you decide."
    )


class InsufficientStock(ServiceError):
    """Member: `current_stock`."""

    code = "insufficient_stock"
    default_detail = "The shipment has more pieces than are in stock. Check the quantity."


class StockLimit(ServiceError):
    code = "stock_limit"
    default_detail = "The stock would be larger than is allowed. Check the quantity."


class RecountOutdated(ServiceError):
    """Member: `counted_at` of the latest recount."""

    code = "recount_outdated"
    default_detail = "The shelf was counted again after this count. The later count stays."


class RecountContradicted(ServiceError):
    """Member: `moved_since`, the sum of the movements after the count, negative for pieces that left."""

    code = "recount_contradicted"
    default_detail = "More pieces have left since the count than were counted. Count the shelf again."


class ProductIsDiscontinued(ServiceError):
    code = "product_discontinued"
    default_detail = "The product is discontinued. Reinstate it first."


class NotDiscontinued(ServiceError):
    code = "not_discontinued"
    default_detail = "The product is not discontinued, so it cannot be reinstated."


class ProductIdTaken(ServiceError):
    code = "product_id_taken"
    default_detail = "Another product has this id. Choose another id, or leave out product_id."


class SkuTaken(ServiceError):
    code = "sku_taken"
    default_detail = "Another product has this SKU. Choose another SKU, or none."


class RatingNotFound(ServiceError):
    code = "rating_not_found"
    default_detail = "This user has not rated the product, so there is no rating to withdraw."


class SelfRelation(ServiceError):
    code = "self_relation"
    default_detail = (
        "A product cannot be related to itself. Give the id of another product as related_product_id."
    )


class RelationNotFound(ServiceError):
    code = "relation_not_found"
    default_detail = "The products are not related in this direction. Check both ids."


class TooManyRelations(ServiceError):
    code = "too_many_relations"
    default_detail = "The product has as many related products as are allowed. Remove one of them first."


class IdempotencyKeyReused(ServiceError):
    code = "idempotency_key_reused"
    default_detail = (
        "This Idempotency-Key was used for a different command. Send a new key with this command."
    )


class CommandInProgress(ServiceError):
    """The first execution has probably ended after `retry_after` seconds."""

    code = "command_in_progress"
    default_detail = (
        "The command with this Idempotency-Key is still being executed. Send it again in a moment."
    )
    retry_after = 1
