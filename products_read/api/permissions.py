"""The permissions of queries."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class PastForSignedIn(IsAuthenticated):
    """Lets only signed-in users read past states. The current state follows API_PUBLIC_READ."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return "as_of" not in request.query_params or super().has_permission(request, view)


class MayViewEvents(IsAuthenticated):
    """Lets signed-in users with the permission events.view_event read the log."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.has_perm("events.view_event")
