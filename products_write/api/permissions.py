"""The permission to send a command, and to read its description."""

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from boundary.limits.public_read import PublicUnlessClosed
from kernel.actor import Actor
from kernel.errors import ServiceError
from products_write.bus.behaviours import refuse_unless_permitted


class MaySend(PublicUnlessClosed):
    """Checks the permission before the body is read: 401 and 403 come before any fault in it. The bus checks again."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if request.method in SAFE_METHODS:
            return super().has_permission(request, view)
        try:
            refuse_unless_permitted(view.command_type, Actor.of(request.user))  # type: ignore[attr-defined]
        except ServiceError as refusal:
            self.message = refusal.detail
            return False
        return True
