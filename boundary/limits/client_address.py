"""Where a request comes from, as far as it can be believed."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # behind a socket file there is no address
_SUBSCRIBER = 64  # bits of an IPv6 address that a provider gives one subscriber, who picks the rest at will


def client_address(request: HttpRequest) -> str:
    """The address that asked, an IPv6 one as its /64 network; UNKNOWN if there is none.

    Each of the service's own NUM_PROXIES proxies appends to X-Forwarded-For whom it heard. What stands before that
    was written by the client and counts for nothing, so that spoofing it changes nothing.
    """
    forwarded = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    heard = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    written = heard[-1 - settings.NUM_PROXIES :][0].strip()
    try:
        return _network(written)
    except ValueError:
        return UNKNOWN


def _network(written: str) -> str:
    address = ip_address(written)
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> (128 - _SUBSCRIBER) << (128 - _SUBSCRIBER)))
