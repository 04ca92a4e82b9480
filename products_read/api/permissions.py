"""Who may ask."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView


class PastForSignedIn(IsAuthenticated):
    """What a product was at a time in the past is for signed-in users; what it is now is for whom it was."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return "as_of" not in request.query_params or super().has_permission(request, view)


class MayViewEvents(IsAuthenticated):
    """Signed-in users who hold the permission events.view_event."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and request.user.has_perm("events.view_event")
