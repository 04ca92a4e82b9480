"""Commands and reads over HTTP with 8 connections. Both sides use one kind of server."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from itertools import count

from benchmarks.load import CONNECTIONS, get, post
from benchmarks.result import Row
from benchmarks.rig import BASELINE, HELLO, SERVICE, Catalogue, Rig
from benchmarks.rounds import cpu_ms, in_turns, rates

Request = Callable[[int], bytes]


def measure_commands(rig: Rig) -> Iterator[Row]:
    """A POST of a rating, against a plain and a careful view of the baseline."""
    catalogue = rig.catalogue(rig.scale.products, rig.scale.events_each)
    ours = _ratings(catalogue, "/api/v1/commands/rate-product/", "product_id")
    plain = _ratings(catalogue, "/ratings/", "product")
    careful = _ratings(catalogue, "/careful-ratings/", "product_id", first_user=CONNECTIONS)
    yield from _compared(
        rig,
        catalogue,
        Row("POST rate-product", "DRF ModelViewSet POST of a rating", "/s", (), reach=1.0, beyond=2.0),
        (SERVICE, ours),
        (BASELINE, plain),
    )
    yield from _compared(
        rig,
        catalogue,
        Row("POST rate-product", "DRF view with lock, log and idempotency", "/s", (), reach=1.0, beyond=2.0),
        (SERVICE, ours),
        (BASELINE, careful),
    )
    rig.drop(catalogue)


def measure_reads(rig: Rig) -> Iterator[Row]:
    """GETs of a detail and of lists, against the baseline and against the smallest Django application."""
    catalogue = rig.catalogue(rig.scale.products, rig.scale.events_each)
    for what, ours, theirs in (
        ("GET detail", _details(catalogue, "/api/v1/products/{}/"), _details(catalogue, "/products/{}/")),
        ("GET list", _same("/api/v1/products/"), _same("/products/")),
        ("GET list of a category", _categories("/api/v1/products/"), _categories("/products/")),
    ):
        yield from _compared(
            rig,
            catalogue,
            Row(what, "DRF over normalised tables", "/s", (), reach=4.0, beyond=9.0),
            (SERVICE, ours),
            (BASELINE, theirs),
        )
    yield from _compared(
        rig,
        catalogue,
        Row("GET detail", "Django hello", "/s", (), reach=0.32, beyond=0.70),
        (SERVICE, _details(catalogue, "/api/v1/products/{}/")),
        (HELLO, _same("/")),
    )
    rig.drop(catalogue)


def _compared(
    rig: Rig, catalogue: Catalogue, row: Row, ours: tuple[str, Request], theirs: tuple[str, Request]
) -> Iterator[Row]:
    with ExitStack() as ends:
        our_server, their_server = (
            rig.web(ends, application, catalogue.url) for application, _ in (ours, theirs)
        )
        our_rounds, their_rounds = in_turns(
            rig.scale.rounds,
            partial(our_server.serve, ours[1], rig.scale.seconds),
            partial(their_server.serve, theirs[1], rig.scale.seconds),
        )
    yield row.measured(rates(our_rounds), rates(their_rounds), cpu=(cpu_ms(our_rounds), cpu_ms(their_rounds)))


def _ratings(catalogue: Catalogue, path: str, field: str, first_user: int = 0) -> Request:
    """Requests for new ratings. Each connection has its own user, who rates one product after the other."""
    products = [count(random.randrange(catalogue.products)) for _ in range(CONNECTIONS)]

    def request(connection: int) -> bytes:
        product_id = next(products[connection]) % catalogue.products + 1
        token = catalogue.tokens[first_user + connection]
        body = f'{{"{field}":{product_id},"rating":{random.randint(1, 5)}}}'
        return post(path, body, f"Authorization: Token {token}\r\n")

    return request


def _details(catalogue: Catalogue, path: str) -> Request:
    return lambda _connection: get(path.format(random.randint(1, catalogue.products)))


def _categories(path: str) -> Request:
    return lambda _connection: get(f"{path}?category=category-{random.randint(10, 39)}")


def _same(path: str) -> Request:
    request = get(path)
    return lambda _connection: request
