"""The problem document of a refusal (RFC 9457), and the one map from error codes to HTTP statuses.

This module is in the kernel because the command log stores a refusal exactly as it is served. It knows HTTP only as
numbers.
"""

from kernel.errors import Invalid, ServiceError

STATUS_AND_TITLE: dict[str, tuple[int, str]] = {
    "invalid": (400, "The input is not valid"),
    "not_authenticated": (401, "Sign in first"),
    "permission_denied": (403, "Not allowed"),
    "csrf_failed": (403, "CSRF check failed"),
    "not_found": (404, "Not found"),
    "product_not_found": (404, "No such product"),
    "user_not_found": (404, "No such user"),
    "method_not_allowed": (405, "Method not allowed"),
    "not_acceptable": (406, "Not acceptable"),
    "command_in_progress": (409, "This command is being executed"),
    "insufficient_stock": (409, "Not enough stock"),
    "product_discontinued": (409, "The product is discontinued"),
    "product_id_taken": (409, "The product id is taken"),
    "sku_taken": (409, "The SKU is taken"),
    "rating_not_found": (409, "There is no rating to withdraw"),
    "not_discontinued": (409, "The product is not discontinued"),
    "relation_not_found": (409, "The products are not related"),
    "self_relation": (409, "A product cannot relate to itself"),
    "too_many_relations": (409, "Too many related products"),
    "recount_contradicted": (409, "The recount contradicts what has moved since"),
    "recount_outdated": (409, "A later recount exists"),
    "stock_limit": (409, "More stock than can be kept"),
    "version_conflict": (412, "The product has changed"),
    "payload_too_large": (413, "The body is too large"),
    "unsupported_media_type": (415, "Unsupported media type"),
    "idempotency_key_reused": (422, "The idempotency key was used for another command"),
    "throttled": (429, "Too many requests"),
    "internal": (500, "Internal error"),
    "unavailable": (503, "Unavailable"),
    "stale": (503, "Not fresh yet"),
}


def status_of(error: ServiceError) -> int:
    """Returns the HTTP status of the error's code."""
    return STATUS_AND_TITLE[error.code][0]


def problem_document(error: ServiceError, correlation_id: str) -> dict[str, object]:
    """Returns the RFC 9457 document of `error`. For invalid input, `errors` lists all the faults."""
    status, title = STATUS_AND_TITLE[error.code]
    document: dict[str, object] = {
        "type": f"urn:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "correlation_id": correlation_id,
    }
    if isinstance(error, Invalid):
        document["errors"] = [fault._asdict() for fault in error.faults]
    return document | error.members
