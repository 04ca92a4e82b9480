"""The two doors: a page for people at ``/`` and a list for clients at ``/api/v1/``."""

from django.views.generic import TemplateView
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class LandingPage(TemplateView):
    template_name = "landing.html"


@extend_schema(exclude=True)
class ApiRoot(APIView):
    """Commands change the catalogue, queries read it. `/api/docs/` describes both."""

    permission_classes = (AllowAny,)

    def get(self, request: Request) -> Response:
        collections = ("commands", "products", "categories", "inventory", "events")
        return Response({name: request.build_absolute_uri(f"/api/v1/{name}/") for name in collections})
