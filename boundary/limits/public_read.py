"""The permission to read the public catalogue."""

from django.conf import settings
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class PublicUnlessClosed(IsAuthenticated):
    """Lets everybody in. When the setting API_PUBLIC_READ is false, it lets only signed-in users in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.API_PUBLIC_READ or super().has_permission(request, view)
