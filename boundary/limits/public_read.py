"""Who may read what is public."""

from django.conf import settings
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class PublicUnlessClosed(IsAuthenticated):
    """Everybody may, or signed-in users alone when the setting API_PUBLIC_READ is false."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.API_PUBLIC_READ or super().has_permission(request, view)
