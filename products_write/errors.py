"""Everything a command may be refused for once its input is understood. The HTTP status of a code stands in
boundary.responses.problems."""

from kernel.errors import ServiceError


class ProductNotFound(ServiceError):
    code = "product_not_found"
    default_detail = "There is no product with this id."


class UserNotFound(ServiceError):
    code = "user_not_found"
    default_detail = "There is no user with this id."


class VersionConflict(ServiceError):
    """Members: `current_version` and `conflicting_events` (type and version of each)."""

    code = "version_conflict"
    default_detail = "The product has changed in a way that conflicts with this command; read it again."


class InsufficientStock(ServiceError):
    """Member: `current_stock`."""

    code = "insufficient_stock"
    default_detail = "There is less in stock than was shipped."


class StockLimit(ServiceError):
    code = "stock_limit"
    default_detail = "Stock can be at most 10^15."


class RecountOutdated(ServiceError):
    """Member: `counted_at` of the latest recount."""

    code = "recount_outdated"
    default_detail = "The shelf was counted again after this count; that later count stands."


class RecountContradicted(ServiceError):
    """Member: `moved_since`, the sum of the movements after the count."""

    code = "recount_contradicted"
    default_detail = "More was shipped since the count than was counted; count again."


class ProductIsDiscontinued(ServiceError):
    code = "product_discontinued"
    default_detail = "The product is discontinued; reinstate it first."


class NotDiscontinued(ServiceError):
    code = "not_discontinued"
    default_detail = "The product is not discontinued."


class ProductIdTaken(ServiceError):
    code = "product_id_taken"
    default_detail = "Another product has this id."


class SkuTaken(ServiceError):
    code = "sku_taken"
    default_detail = "Another product has this SKU."


class RatingNotFound(ServiceError):
    code = "rating_not_found"
    default_detail = "This user has not rated the product."


class SelfRelation(ServiceError):
    code = "self_relation"
    default_detail = "A product cannot be related to itself."


class RelationNotFound(ServiceError):
    code = "relation_not_found"
    default_detail = "The products are not related in this direction."


class TooManyRelations(ServiceError):
    code = "too_many_relations"
    default_detail = "A product relates to at most 100 others."


class IdempotencyKeyReused(ServiceError):
    code = "idempotency_key_reused"
    default_detail = "This Idempotency-Key was used for a different command; use a new one."


class CommandInProgress(ServiceError):
    """After `retry_after` seconds the first execution has probably ended."""

    code = "command_in_progress"
    default_detail = "A command with this Idempotency-Key is being executed; ask again for its answer."
    retry_after = 1
