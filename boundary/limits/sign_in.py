"""The sign-in lock-out: after too many failed attempts the sign-in pages refuse more for a while.

An attempt is stored before the password is checked and deleted when the password is right. A hundred parallel guesses
therefore count like a hundred guesses one after another. The lock-out does not apply to tokens: nobody can lock out
another client of the API.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unicodedata import normalize

import structlog
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from boundary.limits.client_address import client_address
from boundary.limits.rates import seconds_to_wait
from boundary.models import SignInAttempt
from boundary.responses.problem_pages import page_or_problem
from kernel.errors import Throttled

logger = structlog.get_logger("boundary.sign_in")

SIGN_IN_PAGES = frozenset({"admin:login", "rest_framework:login"})
WINDOW = timedelta(minutes=15)
PER_USER = 5  # failures of one user name from one address within WINDOW
PER_ADDRESS = 50  # failures from one address for all user names together: many people may share an address


class LoginThrottleMiddleware:
    """Middleware: refuses a sign-in with 429 while its user name or address has to wait."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.view_name not in SIGN_IN_PAGES:
            return None
        try:
            _refuse_too_many(request)
        except Throttled as refusal:
            logger.warning("sign_in_refused", address=client_address(request), seconds=refusal.retry_after)
            return page_or_problem(request, refusal)
        except DatabaseError:
            return None  # nobody can sign in without a database; the page itself reports the error
        return None


def _refuse_too_many(request: HttpRequest) -> None:
    """Counts the attempt. Raises Throttled when there were too many."""
    address = client_address(request)
    rate = settings.THROTTLE_ANON
    if rate and (seconds := seconds_to_wait(f"address:{address}", rate)):
        raise Throttled(retry_after=seconds)
    attempt = SignInAttempt.objects.create(
        username=_digest(request.POST.get("username", "")), address=address, attempted_at=timezone.now()
    )
    if _is_one_too_many(attempt):
        attempt.delete()  # else each refused try would start the waiting time again
        minutes = int(WINDOW.total_seconds() // 60)
        raise Throttled(
            f"There were too many failed attempts to sign in. Wait {minutes} minutes, then try again.",
            retry_after=int(WINDOW.total_seconds()),
        )


def _is_one_too_many(attempt: SignInAttempt) -> bool:
    # Deletes the old attempts of all users, so that the table stays small without a job of its own.
    SignInAttempt.objects.filter(attempted_at__lte=attempt.attempted_at - WINDOW).delete()
    from_address = SignInAttempt.objects.filter(address=attempt.address)
    of_user = from_address.filter(username=attempt.username)
    return of_user.count() > PER_USER or from_address.count() > PER_ADDRESS


def forget_attempts(request: HttpRequest | None, user: AbstractBaseUser, **_: Any) -> None:
    """Receiver of user_logged_in: deletes the user's failed attempts, which were only typing errors."""
    if request is not None:
        username = _digest(user.get_username())
        SignInAttempt.objects.filter(username=username, address=client_address(request)).delete()


def _digest(username: str) -> str:
    # Other spellings of one name must not give a guesser more attempts.
    normalised = normalize("NFKC", username.strip()).casefold()
    return salted_hmac("boundary.sign_in", normalised, algorithm="sha256").hexdigest()
