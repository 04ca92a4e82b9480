"""The base classes of the query views."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from boundary.responses.renderers import RENDERERS
from events.consistency.bounded_wait import Wait
from events.consistency.freshness import Freshness, freshen, log_holds
from products_read.api.consistency_headers import ReadPreference, freshness_headers, refuse_stale
from products_read.models import ReadModel

DEPENDS_ON = "Accept, Authorization, Cookie, Consistency-Token, Prefer"  # the value of the Vary header


class QueryViewSet(ViewSet):
    """A read-only view. Caches must revalidate its responses. The response to a token says whether it is fresh."""

    renderer_classes = RENDERERS
    parser_classes = ()
    http_method_names = ("get", "head", "options")
    cache_control: ClassVar[str] = "no-cache"

    def __init__(self, **initkwargs: Any) -> None:
        super().__init__(**initkwargs)
        self.consistency_headers: dict[str, str] = {}

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


class ReadModelViewSet(QueryViewSet):
    """The view of queries over one read model. A request with a token first waits for the token's changes."""

    read_model: ClassVar[ReadModel]

    def freshen(self, preference: ReadPreference, product_id: int | None = None) -> None:
        """Waits for the token's changes in the read model, for as long as the client prefers. Raises Stale.

        `product_id` is the product that the response shows; None for a list.
        """
        if preference.token is not None:
            self.note_freshness(
                preference, freshen(self.read_model, preference.token, preference.seconds, product_id)
            )
