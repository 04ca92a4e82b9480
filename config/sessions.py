"""Sessions, and what stands on them: for pages, and for whoever has a cookie.

A client of the API without one has no session and gets none, so that there is nothing to prepare for it.
"""

from typing import Any

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin


class WhereSessionsAre(MiddlewareMixin):
    """A middleware that leaves out the API's requests without a cookie."""

    def __call__(self, request: HttpRequest) -> Any:
        if request.path_info.startswith("/api/v1/") and not request.META.get("HTTP_COOKIE"):
            return self.get_response(request)
        return super().__call__(request)


class SessionWhereNeededMiddleware(WhereSessionsAre, SessionMiddleware):
    """``request.session``."""


class UserWhereNeededMiddleware(WhereSessionsAre, AuthenticationMiddleware):
    """``request.user``, of the session."""


class MessageWhereNeededMiddleware(WhereSessionsAre, MessageMiddleware):
    """What a page has to say on the next one."""
