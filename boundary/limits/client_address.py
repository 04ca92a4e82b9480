"""The client's address, taken only from sources that the client cannot forge."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"  # a server behind a Unix socket sees no address
_SUBSCRIBER_BITS = 64  # a provider fixes this part of an IPv6 address; a subscriber picks the rest freely


def client_address(request: HttpRequest) -> str:
    """The IPv4 address of the client, or the /64 network of its IPv6 address. UNKNOWN if there is none.

    Each of the service's own NUM_PROXIES proxies appends its caller's address to X-Forwarded-For. The client can
    write the entries before these itself. They are ignored, so a forged header changes nothing.
    """
    forwarded = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    addresses = [*forwarded, request.META.get("REMOTE_ADDR", "")]
    # If fewer proxies than that added an address, the slice begins at the first entry.
    trusted = addresses[-1 - settings.NUM_PROXIES :][0].strip()
    try:
        return _network(trusted)
    except ValueError:
        return UNKNOWN


def _network(text: str) -> str:
    address = ip_address(text)
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    host_bits = 128 - _SUBSCRIBER_BITS
    return str(IPv6Address(int(address) >> host_bits << host_bits))
