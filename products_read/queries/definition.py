"""The base classes of queries, and the registry of their handlers."""

from collections.abc import Callable
from enum import Enum
from types import ModuleType
from typing import Any, ClassVar, TypeVar

from msgspec import UNSET, Struct

from products_read.models import ReadModel
from products_read.queries.parameter_types import Moment


class Access(Enum):
    """The requests that a query answers."""

    PUBLIC = "all of them, unless API_PUBLIC_READ is false"
    SIGNED_IN = "those of signed-in users"
    LOG = "those of users with the permission events.view_event"


class Query(Struct, frozen=True, kw_only=True):
    """A question to the read side. Its class says all that the service knows of it.

    Its fields are the parameters of the query string. Clients read the docstring as the description of the query.
    `products_read.checks` names what a class lacks.
    """

    address: ClassVar[str] = ""
    """The path below /api/v1/. `<product_id:product_id>` stands for the id of a product."""
    url_name: ClassVar[str] = ""
    """The name of the route, which metrics count requests under."""
    access: ClassVar[Access] = Access.SIGNED_IN
    example: ClassVar[str] = ""
    """A query string for the demo catalogue, where product 7 stands for the id in the path."""

    @classmethod
    def is_of_one_product(cls) -> bool:
        """Whether the path has the id of a product. There is no such product is then a possible answer."""
        return "<product_id:" in cls.address


class ReadModelQuery(Query, frozen=True, kw_only=True):
    """A query that reads one read model and answers with its documents."""

    read_model: ClassVar[ReadModel]
    document: ClassVar[type[Struct]]
    """The shape of the documents."""


class PageQuery(ReadModelQuery, frozen=True, kw_only=True):
    """A list that is read page by page. Its handler takes the query and a cursor, and returns a Page."""


class ListQuery(ReadModelQuery, frozen=True, kw_only=True):
    """A short list. Its handler takes the id of the product, None without one, and returns documents as JSON texts."""


class DocumentQuery(ReadModelQuery, frozen=True, kw_only=True):
    """One product's document, now or at a past time. It needs no handler: the read model has the document."""

    has_fast_path: ClassVar[bool] = False
    """Whether a plain view answers requests without parameters, see products_read.api.fast_path.

    The plain view asks nobody who they are, so only a public query has it.
    """

    as_of: Moment = UNSET

    @classmethod
    def takes_fast_path(cls) -> bool:
        """Whether the query wants the fast path and may have it."""
        return cls.has_fast_path and cls.access is Access.PUBLIC


class LogQuery(Query, frozen=True, kw_only=True):
    """A query that reads the log itself."""

    access = Access.LOG


class LogPageQuery(LogQuery, frozen=True, kw_only=True):
    """Events of one product, page by page. Its handler takes the id, the query and a cursor, and returns a Page."""


QUERY_HANDLERS: dict[type[Query], Callable[..., Any]] = {}

_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def answers(query_type: type[Query]) -> Callable[[_Handler], _Handler]:
    """Decorator: the function reads the result of these queries. Raises ValueError for a second handler."""

    def register(handler: _Handler) -> _Handler:
        if query_type in QUERY_HANDLERS:
            raise ValueError(f"{query_type.__name__} has two handlers.")
        QUERY_HANDLERS[query_type] = handler
        return handler

    return register


def queries_in(module: ModuleType) -> list[type[Query]]:
    """The queries that the module defines, those with an address, in the order of their definition."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Query)
        and value.__module__ == module.__name__
        and value.address
    ]
