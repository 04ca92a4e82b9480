"""Many threads send commands about few products. Valid ones are accepted, and log, write and read tables agree."""

import random
import threading
from collections import Counter

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Count, Max, Min

from events.integrity.verify import verify_projection, verify_write_models
from events.models import Event
from events.projections.base import registered_projections
from events.projections.engine import catch_up_all
from kernel.actor import SYSTEM
from kernel.errors import ServiceError
from products_read.models import ProductDisplay, ProductInventory
from products_write.bus import dispatch
from products_write.bus.envelope import Envelope
from products_write.models import StockItem

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("quiet_log")]

THREADS, COMMANDS_EACH, PRODUCTS = 8, 500, 20
PLENTY = 10**6


def send_valid_commands(seed: int, user_ids: list[int], answers: Counter[str]) -> None:
    chance = random.Random(seed)
    for number in range(COMMANDS_EACH):
        about = {"product_id": chance.randint(1, PRODUCTS)}
        name, fields = chance.choice(
            [
                ("add-to-inventory", {"quantity": chance.randint(1, 9)}),
                ("confirm-items-shipped", {"quantity": chance.randint(1, 9)}),
                ("rate-product", {"rating": chance.randint(1, 5), "user_id": chance.choice(user_ids)}),
                ("change-price", {"unit_price": f"{seed}.{number % 100:02d}"}),
            ]
        )
        try:
            dispatch.send(Envelope.of(name, {**about, **fields}, actor=SYSTEM))
            answers[name] += 1
        except ServiceError as refusal:
            answers[f"refused: {refusal.code}"] += 1
    connection.close()


def test_bus__many_threads_on_few_products_leave_three_equal_records() -> None:
    users = [User.objects.create(username=f"user-{number}").pk for number in range(30)]
    for product_id in range(1, PRODUCTS + 1):
        added = {"product_id": product_id, "name": f"Product {product_id}", "unit_price": "1.00"}
        dispatch.send(Envelope.of("add-new-product", added, actor=SYSTEM))
        dispatch.send(
            Envelope.of("add-to-inventory", {"product_id": product_id, "quantity": PLENTY}, actor=SYSTEM)
        )
    answers: Counter[str] = Counter()
    threads = [
        threading.Thread(target=send_valid_commands, args=[seed, users, answers])
        for seed in range(1, THREADS + 1)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer for answer in answers if answer.startswith("refused")] == []
    assert answers.total() == THREADS * COMMANDS_EACH

    streams = Event.objects.values("product_id").annotate(
        first=Min("version"), last=Max("version"), events=Count("position")
    )
    assert all(stream["first"] == 1 and stream["last"] == stream["events"] for stream in streams)

    catch_up_all()
    assert list(verify_write_models(None, lambda done: None)) == []
    for projection in registered_projections().values():
        assert list(verify_projection(projection, None, lambda done: None)) == []
    heads = {stream["product_id"]: stream["last"] for stream in streams}
    assert dict(ProductDisplay.objects.values_list("id", "version")) == heads
    stock = dict(StockItem.objects.values_list("product_id", "quantity"))
    assert dict(ProductInventory.objects.values_list("id", "current_stock")) == stock
