"""Throttles of the API: by user for signed-in clients, by address for all others."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from boundary.limits.client_address import client_address
from boundary.limits.rates import seconds_to_wait

if TYPE_CHECKING:  # at run time this is a cycle: DRF's views import the throttles that the settings name
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ThrottleByAddress(BaseThrottle):
    """Limits each address to THROTTLE_ANON for requests that are not signed in."""

    seconds = 0

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        rate = settings.THROTTLE_ANON
        if rate and not request.user.is_authenticated:
            self.seconds = seconds_to_wait(f"address:{client_address(request)}", rate)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds


class ThrottleByUser(BaseThrottle):
    """Limits each signed-in user to THROTTLE_USER, from all addresses together."""

    seconds = 0

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        rate = settings.THROTTLE_USER
        if rate and request.user.is_authenticated:
            self.seconds = seconds_to_wait(f"user:{request.user.pk}", rate)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds
