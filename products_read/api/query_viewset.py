"""What all queries have in common."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from boundary.responses.renderers import RENDERERS
from events.consistency.bounded_wait import Wait
from events.consistency.freshness import Freshness, freshen, log_holds
from products_read.api.consistency_headers import ReadPreference, freshness_headers, refuse_stale
from products_read.models import ReadModel

DEPENDS_ON = "Accept, Authorization, Cookie, Consistency-Token, Prefer"


class QueryViewSet(ViewSet):
    """They only read, caches ask before they answer, and an answer to a token says whether it is fresh."""

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
            response.headers.setdefault(name, value)
        return super().finalize_response(request, response, *args, **kwargs)

    def freshen_from_log(self, preference: ReadPreference) -> None:
        """For answers made from the log itself, which holds what was committed; raises Stale."""
        if preference.token is not None:
            self.note_freshness(preference, Freshness(log_holds(preference.token), Wait.MET))

    def note_freshness(self, preference: ReadPreference, freshness: Freshness) -> None:
        """Note in the answer what came of the token; raises Stale."""
        self.consistency_headers = freshness_headers(preference, freshness)
        refuse_stale(preference, freshness)


class ReadModelViewSet(QueryViewSet):
    """Queries of one read table; what was written up to a token is brought up before it is read."""

    read_model: ClassVar[ReadModel]

    def freshen(self, preference: ReadPreference, product_id: int | None = None) -> None:
        """Wait for the row to have what the token stands for, `product_id` being what will be shown; raises Stale."""
        if preference.token is not None:
            self.note_freshness(
                preference, freshen(self.read_model, preference.token, preference.seconds, product_id)
            )
