"""Sends bursts of commands with silence between them, and counts the bursts that wake-ups alone make readable.

    python -m tests.support.bursts ROUNDS

It runs in the environment of a service. For each burst that stays unreadable it prints the versions, and at the end
``readable=`` with the count.
"""

import random
import sys
import time

import django

TIMEOUT_SECONDS = 10.0


def main(rounds: int) -> int:
    from kernel.actor import SYSTEM
    from products_write.bus import dispatch
    from products_write.bus.envelope import Envelope

    chance = random.Random(7)
    for product_id in range(1, 9):
        added = {"product_id": product_id, "name": "Lamp", "unit_price": "1.00"}
        dispatch.send(Envelope.of("add-new-product", added, actor=SYSTEM))
    readable = 0
    for _ in range(rounds):
        for _ in range(chance.randint(1, 12)):
            stocked = {"product_id": chance.randint(1, 8), "quantity": 1}
            dispatch.send(Envelope.of("add-to-inventory", stocked, actor=SYSTEM))
            time.sleep(chance.choice([0, 0, 0.002, 0.01]))
        readable += _becomes_readable()
    return readable


def _becomes_readable() -> bool:
    from products_read.models import ProductDisplay, ProductInventory
    from products_write.models import Product

    heads = dict(Product.objects.values_list("id", "version"))
    shown: list[dict[int, int]] = []
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        shown = [
            dict(model.objects.values_list("id", "version")) for model in (ProductDisplay, ProductInventory)
        ]
        if shown == [heads, heads]:
            return True
        time.sleep(0.005)
    sys.stdout.write(f"versions written: {heads}, shown: {shown}, at {time.strftime('%T')}\n")
    return False


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(f"readable={main(int(sys.argv[1]))}\n")
