"""Readers of the catalogue during a rebuild, and the right documents for their reads."""

import random
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

import psycopg

from events.contracts import DomainEvent, decode
from events.projections.base import fold
from products_read.projections.product_display import ProductDisplayProjection
from tests.support.rebuild_catalogue import OLD, Catalogue

SAMPLE = 1_000
PAGE = 20


class Detail(NamedTuple):
    """The version and document of a product, as a reader saw them."""

    product_id: int
    version: int
    document: str


class Read(NamedTuple):
    """One read: its begin and end in monotonic seconds, and its rows.

    A read of one product has a `detail`. A read of `of` rows counts in `new` those that the new code wrote.
    """

    began: float
    ended: float
    detail: Detail | None = None
    new: int = 0
    of: int = 0


class Reader(threading.Thread):
    """Reads single products, and pages and searches of products that no writer changes, as the queries do.

    `quiet` is the first product without a writer. A read that fails ends the thread and leaves its error in `error`.
    """

    def __init__(self, catalogue: Catalogue, quiet: int, seed: int) -> None:
        super().__init__(daemon=True)
        self.url, self.quiet, self.last = catalogue.url, quiet, catalogue.size.products
        self.chance = random.Random(seed)
        self.products = self.chance.sample(range(1, self.last + 1), min(SAMPLE, self.last))
        self.reads: list[Read] = []
        self.error: Exception | None = None
        self.must_stop = False

    def run(self) -> None:
        try:
            with psycopg.connect(self.url, autocommit=True) as connection:
                while not self.must_stop:
                    self.reads.append(self._read(connection))
        except Exception as error:
            self.error = error

    def stop(self) -> list[Read]:
        """End the thread. Returns all reads, or raises the error of a read that failed."""
        self.must_stop = True
        self.join()
        if self.error is not None:
            raise self.error
        return self.reads

    def reads_since(self, moment: float) -> int:
        """The number of reads that have begun and ended since that moment."""
        return len(self.reads) - bisect_left(self.reads, moment, key=attrgetter("began"))

    def _read(self, connection: psycopg.Connection) -> Read:
        began, kind = time.monotonic(), self.chance.randrange(10)
        if kind == 0:
            new, of = self._search(connection)
            return Read(began, time.monotonic(), new=new, of=of)
        if kind <= 2:
            new, of = self._page(connection)
            return Read(began, time.monotonic(), new=new, of=of)
        return Read(began, time.monotonic(), self._detail(connection))

    def _detail(self, connection: psycopg.Connection) -> Detail:
        product_id = self.chance.choice(self.products)
        row = connection.execute(
            "SELECT version, document FROM products_read_productdisplay WHERE id = %s", [product_id]
        ).fetchone()
        assert row is not None, f"product {product_id} was not there"
        return Detail(product_id, *row)

    def _page(self, connection: psycopg.Connection) -> tuple[int, int]:
        after = self.chance.randint(self.quiet - 1, self.last - PAGE)
        page = connection.execute(
            "SELECT document FROM products_read_productdisplay WHERE NOT discontinued AND id > %s"
            " ORDER BY id LIMIT %s",
            [after, PAGE],
        ).fetchall()
        return sum(not document.startswith(OLD) for (document,) in page), PAGE

    def _search(self, connection: psycopg.Connection) -> tuple[int, int]:
        """Search for a word, which reads two tables. The older code wrote no words."""
        first, end = self.quiet, min(self.quiet + 1_000, self.last)
        found = connection.execute(
            "SELECT count(*) FROM products_read_productdisplay WHERE id BETWEEN %s AND %s"
            " AND id IN (SELECT product_id FROM products_read_displayword WHERE word >= 'oak' AND word < 'oal')",
            [first, end],
        ).fetchone()
        assert found is not None
        return found[0], sum(product_id % 7 == 0 for product_id in range(first, end + 1))


class Recorded(NamedTuple):
    """An event with its version, as the fold expects it."""

    version: int
    event: DomainEvent


def documents_by_version(catalogue: Catalogue, product_ids: Iterable[int]) -> dict[tuple[int, int], str]:
    """The right document of these products at each version, by product and version, folded from the log."""
    projection = ProductDisplayProjection()
    found: dict[tuple[int, int], str] = {}
    for product_id, stream in _streams(catalogue, product_ids):
        row = projection.blank(product_id)
        for recorded in stream:
            found[product_id, recorded.version] = fold(projection, row, [recorded]).document
    return found


def _streams(catalogue: Catalogue, product_ids: Iterable[int]) -> Iterator[tuple[int, list[Recorded]]]:
    ids = ", ".join(map(str, product_ids))
    rows = catalogue.fetch(
        "SELECT product_id, version, type, schema_version, data::text FROM events_event"
        f" WHERE product_id IN ({ids}) ORDER BY product_id, version"
    )
    for product_id, stream in groupby(rows, itemgetter(0)):
        yield product_id, [Recorded(version, decode(*encoded)) for _, version, *encoded in stream]
