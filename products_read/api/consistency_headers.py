"""What a client asks of freshness, and what the answer says of it."""

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
    """The client's token, if it sent one, and how it would like to be answered."""

    token: Token | None
    preferences: Preferences

    @property
    def seconds(self) -> int:
        """For how long the client would wait."""
        return self.preferences.wait or 0


def read_preference_of(request: Request) -> ReadPreference:
    """What the request's headers ask. Raises Invalid for a token that no command gave out."""
    token = request.headers.get(tokens.TOKEN_HEADER)
    return ReadPreference(
        token=None if token is None else tokens.read_token(token),
        preferences=Preferences.of(request.headers.get(prefer.PREFER_HEADER)),
    )


def applied_preferences(
    preference: ReadPreference, wait: Wait, handling: str | None = None
) -> dict[str, str]:
    """Which preferences were honoured. Who was turned away did not wait."""
    seconds = None if wait is Wait.TURNED_AWAY else preference.preferences.wait
    return prefer.applied(wait=seconds, handling=handling)


def freshness_headers(preference: ReadPreference, freshness: Freshness) -> dict[str, str]:
    """What an answer to a token says."""
    return {
        CONSISTENCY: "fresh" if freshness.is_fresh else "stale",
        "Cache-Control": "no-store",
        **applied_preferences(preference, freshness.wait, preference.preferences.handling),
    }


def refuse_stale(preference: ReadPreference, freshness: Freshness) -> None:
    """Raises Stale for a client that would rather have no answer than an old one."""
    if not freshness.is_fresh and preference.preferences.handling == "strict":
        raise Stale
