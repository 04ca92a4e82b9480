import pytest
from django.test import RequestFactory
from pytest_django import Settings

from boundary.limits.client_address import UNKNOWN, client_address


def address_of_request_from(address: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=address))


def test_client_address__without_proxies_nothing_forwarded_is_believed(settings: Settings) -> None:
    settings.NUM_PROXIES = 0

    assert address_of_request_from("192.0.2.1", "198.51.100.7") == "192.0.2.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.7"),  # the client itself wrote the first address
        (2, "203.0.113.9, 198.51.100.7, 192.0.2.99", "198.51.100.7"),
        (2, "198.51.100.7", "198.51.100.7"),  # the client went past the outer proxy
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "whoever", UNKNOWN),
    ],
)
def test_client_address__as_many_proxies_are_believed_as_there_are(
    settings: Settings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.NUM_PROXIES = proxies

    assert address_of_request_from("192.0.2.1", forwarded) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", UNKNOWN),
    ],
)
def test_client_address__is_a_subscriber(settings: Settings, address: str, expected: str) -> None:
    settings.NUM_PROXIES = 0

    assert address_of_request_from(address) == expected
