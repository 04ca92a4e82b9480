"""The headers for fresh reads: the client's token and preferences, and the response's freshness."""

from typing import NamedTuple

from rest_framework.request import Request

from boundary.requests import prefer
from boundary.requests.prefer import Preferences
from events.consistency import tokens
from events.consistency.bounded_wait import Wait
from events.consistency.freshness import Freshness
from events.consistency.tokens import Token
from kernel.errors import Stale

CONSISTENCY = "Consistency"


class ReadPreference(NamedTuple):
    """The client's token, if it sent one, and its preferences for the response."""

    token: Token | None
    preferences: Preferences

    @property
    def seconds(self) -> int:
        """The seconds that the client is willing to wait."""
        return self.preferences.wait or 0


def read_preference_of(request: Request) -> ReadPreference:
    """The token and preferences in the request's headers. Raises Invalid for a token that no command issued."""
    token = request.headers.get(tokens.TOKEN_HEADER)
    return ReadPreference(
        token=None if token is None else tokens.read_token(token),
        preferences=Preferences.of(request.headers.get(prefer.PREFER_HEADER)),
    )


def applied_preferences(
    preference: ReadPreference, wait: Wait, handling: str | None = None
) -> dict[str, str]:
    """The header that names the honoured preferences."""
    # A request that found no free place to wait did not wait, so its `wait` was not honoured.
    seconds = None if wait is Wait.TURNED_AWAY else preference.preferences.wait
    return prefer.applied(wait=seconds, handling=handling)


def freshness_headers(preference: ReadPreference, freshness: Freshness) -> dict[str, str]:
    """The headers of a response to a request with a token."""
    return {
        CONSISTENCY: "fresh" if freshness.is_fresh else "stale",
        "Cache-Control": "no-store",
        **applied_preferences(preference, freshness.wait, preference.preferences.handling),
    }


def refuse_stale(preference: ReadPreference, freshness: Freshness) -> None:
    """Raises Stale if the response is not fresh and the client prefers `handling=strict`."""
    if not freshness.is_fresh and preference.preferences.handling == "strict":
        raise Stale
