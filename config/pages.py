"""The start page at ``/``, the list of the API's parts at ``/api/v1/``, and the 404 of the API."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from kernel.errors import NotFound


class LandingPage(TemplateView):
    """The start page for people, with links to all parts of the service."""

    template_name = "landing.html"


@extend_schema(exclude=True)
class ApiRoot(APIView):
    """Commands change the catalogue and queries read it. `/api/docs/` describes both."""

    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        collections = ("commands", "products", "categories", "inventory", "events")
        return Response({name: request.build_absolute_uri(f"/api/v1/{name}/") for name in collections})


@extend_schema(exclude=True)
class NothingHere(APIView):
    """The 404 for any other address of the API, with any method and for any client."""

    permission_classes = ()
    throttle_classes = ()
    format_kwarg = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        negotiated = self.perform_content_negotiation(request, force=True)
        request.accepted_renderer, request.accepted_media_type = negotiated
        with suppress(APIException):
            _ = (
                request.user
            )  # the page shows the signed-in user; a wrong token must not turn the 404 into a 401
        raise NotFound


@csrf_exempt
def nothing_here(request: HttpRequest, *_: str) -> HttpResponseBase:
    """NothingHere as a function. DRF's breadcrumbs list the class views above a page, and this is none."""
    return NothingHere.as_view()(request)
