"""System checks of the queries: they name what a query's class has forgotten. `manage.py check` runs them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qsl

from django.core.checks import CheckMessage, Error

from kernel.errors import Invalid
from kernel.validation import validated
from products_read.queries import QUERIES
from products_read.queries.definition import QUERY_HANDLERS, DocumentQuery, Query, ReadModelQuery


def check_queries(**_: Any) -> list[CheckMessage]:
    """The faults of all queries."""
    return [*_faults_of(QUERIES), *_unserved(QUERY_HANDLERS)]


def _faults_of(queries: Iterable[type[Query]]) -> Iterator[CheckMessage]:
    queries = list(queries)
    for name in ("address", "url_name"):
        used = Counter(getattr(query, name) for query in queries)
        for query in queries:
            value = getattr(query, name)
            if not value:
                yield _error(query, 1, f"It has no {name}.", f"Write {name} = … in its class.")
            elif used[value] > 1:
                yield _error(query, 2, f"Another query has the {name} {value!r} too.", "Choose another one.")
    for query in queries:
        if not issubclass(query, DocumentQuery) and query not in QUERY_HANDLERS:
            yield _error(
                query, 3, "It has no handler.", f"Decorate its function with @answers({query.__name__})."
            )
        for name in ("read_model", "document") if issubclass(query, ReadModelQuery) else ():
            if not hasattr(query, name):
                yield _error(query, 4, f"It has no {name}.", f"Write {name} = … in its class.")
        if issubclass(query, DocumentQuery) and query.has_fast_path and not query.takes_fast_path():
            yield _error(
                query,
                7,
                "It has a fast path, which would answer everybody, and it is not public.",
                "Remove has_fast_path, or write access = Access.PUBLIC in its class.",
            )
        try:
            validated(query, dict(parse_qsl(query.example)), lax=True, blank_is_absent=False)
        except Invalid as invalid:
            faults = "; ".join(f"{fault.field}: {fault.detail}" for fault in invalid.faults)
            yield _error(query, 5, f"Its example is not valid. {faults}", "Correct the example.")


def _unserved(handled: Iterable[type[Query]]) -> Iterator[CheckMessage]:
    """Queries that have a handler and are not found: their class has no address, or is of no module of queries/."""
    for query in handled:
        if query not in QUERIES:
            yield _error(
                query,
                6,
                "It has a handler and no address, so nobody can ask it.",
                "Write address = … in its class.",
            )


def _error(query: type[Query], number: int, message: str, hint: str) -> CheckMessage:
    return Error(f"{query.__name__}: {message}", hint=hint, obj=query, id=f"products_read.E{number:03}")
