"""A naive reader loses events that commit after later positions, and the watermark loses none.

PostgreSQL gives a transaction its positions before the transaction commits. Events can thus become visible in another
order than their positions.
"""

import random
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import pytest
from django.db import connection, transaction

from events import log
from events.log.watermark import WouldWaitForItself, final_watermark, highest
from events.models import Event
from tests.support.streams import append_open, product_rated

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, APPENDS, PRODUCTS_EACH = 8, 60, 3


class Reader:
    """Reads the events after its checkpoint up to the position `upto()`, again and again."""

    def __init__(self, upto: Callable[[], int]) -> None:
        self.upto, self.checkpoint, self.seen = upto, 0, list[tuple[int, int, int]]()

    def read(self) -> None:
        upto = self.upto()
        events = log.read_partition(
            after=self.checkpoint, upto=upto, partition=0, partitions=1, limit=100_000
        )
        self.seen += [(event.position, event.product_id, event.version) for event in events]
        self.checkpoint = max(self.checkpoint, upto)

    def read_while(self, writing: threading.Event) -> None:
        while writing.is_set():
            self.read()
        self.read()
        connection.close()


def write(seed: int) -> None:
    """Append events of the writer's own products, with random pauses between append and commit."""
    chance = random.Random(seed)
    versions = dict.fromkeys(range(seed * PRODUCTS_EACH, (seed + 1) * PRODUCTS_EACH), 0)
    for _ in range(APPENDS):
        product_id = chance.choice(list(versions))
        with transaction.atomic():
            append_open(product_id, product_rated(), after_version=versions[product_id])
            time.sleep(chance.choice([0, 0, 0.002, 0.02]))
        versions[product_id] += 1
    connection.close()


def test_final_watermark__loses_no_event_where_a_naive_reader_does() -> None:
    naive, ours = Reader(lambda: highest().position), Reader(lambda: final_watermark().position)
    writing = threading.Event()
    writing.set()
    readers = [threading.Thread(target=reader.read_while, args=[writing]) for reader in (naive, ours)]
    writers = [threading.Thread(target=write, args=[seed]) for seed in range(1, WRITERS + 1)]
    for thread in [*readers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    writing.clear()
    for thread in readers:
        thread.join()
    in_the_log = list(Event.objects.values_list("position", "product_id", "version"))
    assert len(in_the_log) == WRITERS * APPENDS
    assert len(naive.seen) < len(in_the_log), (
        "the naive reader lost no event, so this run shows nothing; run it again"
    )
    assert ours.seen == in_the_log
    assert all(later > earlier for (earlier, _, _), (later, _, _) in pairwise(ours.seen))


def test_final_watermark__stays_behind_an_open_writer_and_names_it() -> None:
    opened, may_commit = threading.Event(), threading.Event()
    pid = list[int]()

    def stall() -> None:
        with transaction.atomic():
            append_open(1, product_rated(), after_version=0)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid.append(cursor.fetchone()[0])
            opened.set()
            may_commit.wait()
        connection.close()

    writer = threading.Thread(target=stall)
    writer.start()
    opened.wait()
    with transaction.atomic():
        append_open(2, product_rated(), after_version=0)
    held_up = final_watermark()
    may_commit.set()
    writer.join()
    assert (held_up.holder, held_up.position < highest().position) == (pid[0], True)
    assert final_watermark() == highest()


def test_final_watermark__refuses_to_wait_for_its_own_transaction() -> None:
    with transaction.atomic():
        append_open(1, product_rated(), after_version=0)
        with pytest.raises(WouldWaitForItself):
            final_watermark()
