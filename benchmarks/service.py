"""The process of the service in comparisons without HTTP."""

import os
import random
import time
from typing import Any

import django

from benchmarks.answering import answer, repeat


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    # These imports need the apps, which are ready only now.

    from events import tasks
    from events.integrity.rebuild import rebuild
    from events.projections.base import registered_projections
    from events.projections.checkpoints import partitions_in_use
    from kernel.actor import Actor
    from kernel.database.aliases import read_connection
    from products_read.documents.current import read_document
    from products_read.models import ProductDisplay
    from products_read.queries.find_products import FindProducts, find_products
    from products_read.queries.keyset import Cursor
    from products_write.bus import dispatch
    from products_write.bus.envelope import Envelope

    def rate(products: int, users: int) -> Any:
        user_id = random.randint(1, users)
        actor = Actor(user_id, f"user:{user_id}", True, lambda permission: False)
        fields = {"product_id": random.randint(1, products), "rating": random.randint(1, 5)}
        return dispatch.send(Envelope.of("rate-product", fields, actor=actor)).result

    def send_ratings(seconds: float, products: int, users: int) -> tuple[int, None]:
        return repeat(lambda: rate(products, users), seconds)

    def project() -> tuple[int, None]:
        """Does the work of a worker that gets a wake-up for each partition."""
        for partition in range(partitions_in_use()):
            tasks.project(partition)
        return partitions_in_use(), None

    def waiting() -> tuple[int, None]:
        """The number of events that at least one projection has not read yet."""
        with read_connection().cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM events_event AS event WHERE position > (SELECT min(position)"
                " FROM events_checkpoint WHERE partition = event.product_id % partitions)"
            )
            return int(cursor.fetchone()[0]), None

    def rebuild_display() -> tuple[int, None]:
        return rebuild(registered_projections()["product_display"], lambda count: None).counts.events, None

    def show(seconds: float, products: int) -> tuple[int, None]:
        return repeat(lambda: read_document(ProductDisplay, random.randint(1, products)), seconds)

    def find(seconds: float) -> tuple[int, None]:
        return repeat(
            lambda: find_products(FindProducts(category=f"category-{random.randint(10, 39)}"), Cursor()),
            seconds,
        )

    def readable(samples: int, products: int, users: int) -> tuple[int, list[float]]:
        """Milliseconds from the response of a command until its product's row shows it, one command after another."""
        latencies = []
        with read_connection().cursor() as cursor:
            for _ in range(samples):
                result = rate(products, users)
                committed = time.perf_counter()
                while True:
                    cursor.execute(
                        "SELECT 1 FROM products_read_productdisplay WHERE id = %s AND version >= %s",
                        [result.product_id, result.version],
                    )
                    if cursor.fetchone():
                        break
                    time.sleep(0.0002)
                latencies.append(1000 * (time.perf_counter() - committed))
                time.sleep(random.uniform(0.01, 0.03))
        return samples, latencies

    works = (send_ratings, project, waiting, rebuild_display, show, find, readable)
    answer({work.__name__: work for work in works})


if __name__ == "__main__":
    main()
