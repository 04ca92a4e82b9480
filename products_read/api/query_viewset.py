"""The base classes of the query views."""

from collections.abc import Callable
from inspect import cleandoc
from typing import Any, ClassVar

from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.utils import formatting
from rest_framework.viewsets import ViewSet

from boundary.limits.public_read import PublicUnlessClosed
from boundary.responses.renderers import RENDERERS
from events.consistency.bounded_wait import Wait
from events.consistency.freshness import Freshness, freshen, log_holds
from products_read.api.consistency_headers import ReadPreference, freshness_headers, refuse_stale
from products_read.api.permissions import MayViewEvents
from products_read.api.schema import QuerySchema
from products_read.models import ReadModel
from products_read.queries.definition import QUERY_HANDLERS, Access, Query, ReadModelQuery

_PERMISSIONS: dict[Access, type[BasePermission]] = {
    Access.PUBLIC: PublicUnlessClosed,
    Access.SIGNED_IN: IsAuthenticated,
    Access.LOG: MayViewEvents,
}
DEPENDS_ON = "Accept, Authorization, Cookie, Consistency-Token, Prefer"  # the value of the Vary header


class QueryViewSet(ViewSet):
    """A read-only view. Caches must revalidate its responses. The response to a token says whether it is fresh."""

    query_type: ClassVar[type[Query]] = Query
    renderer_classes = RENDERERS
    parser_classes = ()
    permission_classes: Any = ()  # in addition to the query's access
    schema = QuerySchema()
    http_method_names = ("get", "head", "options")
    cache_control: ClassVar[str] = "no-cache"

    def __init__(self, **initkwargs: Any) -> None:
        super().__init__(**initkwargs)
        self.consistency_headers: dict[str, str] = {}

    @property
    def handler(self) -> Callable[..., Any]:
        """The function that reads the query's result."""
        return QUERY_HANDLERS[self.query_type]

    def get_permissions(self) -> Any:
        return [_PERMISSIONS[self.query_type.access](), *super().get_permissions()]

    def get_view_name(self) -> str:
        return self.query_type.url_name.replace("-", " ").capitalize()

    def get_view_description(self, html: bool = False) -> str:
        description = cleandoc(str(self.query_type.__doc__))
        return str(formatting.markup_description(description)) if html else description

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Vary": DEPENDS_ON}

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        for name, value in {"Cache-Control": self.cache_control, **self.consistency_headers}.items():
            response.headers.setdefault(name, value)  # the headers of a problem document take precedence
        return super().finalize_response(request, response, *args, **kwargs)

    def freshen_from_log(self, preference: ReadPreference) -> None:
        """Notes the freshness of a response that is read from the log itself. Raises Stale.

        There is no waiting, because the log holds all that was committed.
        """
        if preference.token is not None:
            self.note_freshness(preference, Freshness(log_holds(preference.token), Wait.MET))

    def note_freshness(self, preference: ReadPreference, freshness: Freshness) -> None:
        """Sets the response's headers about the token. Raises Stale if it is not fresh and must be."""
        self.consistency_headers = freshness_headers(preference, freshness)
        refuse_stale(preference, freshness)


class LogViewSet(QueryViewSet):
    """The view of queries over the log itself. Nobody may keep its responses."""

    cache_control = "no-store"


class ReadModelViewSet(QueryViewSet):
    """The view of queries over one read model. A request with a token first waits for the token's changes."""

    query_type: ClassVar[type[ReadModelQuery]]

    @property
    def read_model(self) -> ReadModel:
        return self.query_type.read_model

    def freshen(self, preference: ReadPreference, product_id: int | None = None) -> None:
        """Waits for the token's changes in the read model, for as long as the client prefers. Raises Stale.

        `product_id` is the product that the response shows; None for a list.
        """
        if preference.token is not None:
            self.note_freshness(
                preference, freshen(self.read_model, preference.token, preference.seconds, product_id)
            )
