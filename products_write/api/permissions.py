"""Who may send a command, and who may read about commands."""

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from kernel.actor import Actor
from kernel.errors import ServiceError
from products_write.bus.behaviours import refuse_unless_permitted


class PublicUnlessClosed(BasePermission):
    """Everybody, or signed-in users alone when the setting API_PUBLIC_READ is false."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return settings.API_PUBLIC_READ or bool(request.user.is_authenticated)


class MaySend(PublicUnlessClosed):
    """Asked before the body is read, so that 401 and 403 come before any fault in it; the bus asks again."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return super().has_permission(request, view)
        try:
            refuse_unless_permitted(view.command_type, Actor.of(request.user))  # type: ignore[attr-defined]
        except ServiceError as refusal:
            self.message = refusal.detail
            return False
        return True
