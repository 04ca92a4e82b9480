"""Sessions, users and messages for pages and for clients with a cookie.

An API client without a cookie has no session and gets none, so these middlewares skip its requests to save time.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class WhereSessionsAre(MiddlewareMixin):
    """The base of a middleware that skips API requests without a cookie."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith("/api/v1/") and not request.META.get("HTTP_COOKIE"):
            return self.get_response(request)
        return super().__call__(request)


class SessionWhereNeededMiddleware(WhereSessionsAre, SessionMiddleware):
    """Sets ``request.session``."""


class UserWhereNeededMiddleware(WhereSessionsAre, AuthenticationMiddleware):
    """Sets ``request.user`` to the user of the session."""


class MessageWhereNeededMiddleware(WhereSessionsAre, MessageMiddleware):
    """Carries messages from one page to the next page that the user opens."""
