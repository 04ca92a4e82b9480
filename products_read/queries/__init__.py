"""The queries, one file for each: its class says all of it, and its handler reads the result.

Most read only the read tables. The history, the explanation and the feed read the log. Every module here is found and
searched for queries.
"""

from kernel.discovery import import_modules
from products_read.queries.definition import Query, queries_in

QUERIES: tuple[type[Query], ...] = tuple(
    query_type for module in import_modules(__name__, __path__) for query_type in queries_in(module)
)
"""Every query, in the order of the names of its modules."""

__all__ = ["QUERIES", "Query"]
