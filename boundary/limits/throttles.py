"""Throttles of the API: by user for those who signed in, by address for all others."""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from boundary.limits.client_address import client_address
from boundary.limits.rates import seconds_to_wait

if TYPE_CHECKING:  # views import what the settings name, and the settings name this module
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ThrottleByAddress(BaseThrottle):
    """THROTTLE_ANON for each address that asks without signing in."""

    seconds = 0

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        rate = settings.THROTTLE_ANON
        if rate and not request.user.is_authenticated:
            self.seconds = seconds_to_wait(f"address:{client_address(request)}", rate)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds


class ThrottleByUser(BaseThrottle):
    """THROTTLE_USER for each signed-in user, wherever they ask from."""

    seconds = 0

    def allow_request(self, request: "Request", view: "APIView") -> bool:
        rate = settings.THROTTLE_USER
        if rate and request.user.is_authenticated:
            self.seconds = seconds_to_wait(f"user:{request.user.pk}", rate)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds
