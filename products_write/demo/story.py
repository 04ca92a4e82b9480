"""The story of the demo shop: every happening is a command, sent by a fitting user.

Equal arguments give an equal story with equal command ids. A story that is told again therefore changes nothing.
"""

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from django.contrib.auth.models import User

from kernel.actor import Actor
from kernel.errors import ServiceError, Unavailable
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from products_write.commands import CommandResult
from products_write.demo import people
from products_write.demo.products import DemoProduct, demo_products

logger = structlog.get_logger(__name__)

_NAMESPACE = uuid.UUID("b7a53f0a-95c8-4d0e-9a51-6df0f7a0c7d2")


@dataclass
class Told:
    """A product of the story, and the stock that the story gave it."""

    product_id: int
    stock: int = 0
    discontinued: bool = False


@dataclass
class Story:
    """Sends its commands to the bus. `events` counts all their events; `told` gets the count of each command."""

    told: Callable[[int], None]
    events: int = 0
    actors: dict[str, Actor] = field(default_factory=dict)
    products: list[Told] = field(default_factory=list)

    def tell(self, product_count: int | None, event_count: int) -> None:
        """Adds the products, then goes through the life of each, then goes on until there are `event_count` events."""
        for place, product in enumerate(demo_products(product_count)):
            self._introduce(place, product)
        for place in range(len(self.products)):
            self._live(place)
        self._go_on(event_count)

    def _introduce(self, place: int, product: DemoProduct) -> None:
        body = {**product._asdict(), "unit_price": str(product.unit_price)}
        result = self._send(people.CATALOGUE_PERSON, "add-new-product", body, f"new {place}")
        self.products.append(Told(result.product_id))

    def _live(self, place: int) -> None:
        """Pieces come in, some or all go out, customers rate, and some prices and products change."""
        chance = random.Random(f"life {place}")
        self._keep_stock(place, chance)
        for rater in chance.sample(people.RATERS, chance.randint(0, 9)):
            self._rate(rater, place, chance.choice((2, 3, 4, 4, 5, 5, 5)), "first")
        if place % 5 == 1:
            price = {"unit_price": f"{chance.randint(300, 9000) / 100:.2f}"}
            self._about(people.CATALOGUE_PERSON, "change-price", place, price, "sale")
        self._relate(place)
        if place % 16 == 11:
            reason = {"reason": "The maker has retired."}
            self._about(people.CATALOGUE_PERSON, "discontinue-product", place, reason, "end")
            self.products[place].discontinued = True

    def _keep_stock(self, place: int, chance: random.Random) -> None:
        product = self.products[place]
        self._receive(place, chance.randint(5, 120), "first delivery")
        sells_out = place % 9 == 4
        self._ship(place, product.stock if sells_out else chance.randint(1, product.stock), "first shipment")
        if place % 7 == 2:
            product.stock = max(0, product.stock - chance.randint(0, 3))
            count = {"updated_quantity": product.stock}
            self._about(
                people.WAREHOUSE_PERSON, "update-stock-from-inventory-recount", place, count, "recount"
            )

    def _relate(self, place: int) -> None:
        """Relates the product to the one or two before it, except every third product."""
        for step in (1, 2):
            if place >= step and place % 3 and not self.products[place - step].discontinued:
                related = {"related_product_id": self.products[place - step].product_id}
                self._about(people.CATALOGUE_PERSON, "relate-products", place, related, f"related {step}")

    def _go_on(self, event_count: int) -> None:
        chance = random.Random(f"more {len(self.products)}")
        active = [place for place, product in enumerate(self.products) if not product.discontinued]
        turn = 0
        while self.events < event_count and active:
            turn += 1
            place = chance.choice(active)
            if chance.random() < 0.6:
                self._rate(chance.choice(people.RATERS), place, chance.randint(1, 5), f"more {turn}")
            elif not self.products[place].stock:
                active.remove(place)  # the product stays sold out
            elif self.products[place].stock < 10:
                self._receive(place, chance.randint(10, 60), f"more {turn}")
            else:
                self._ship(place, chance.randint(1, 5), f"more {turn}")

    def _receive(self, place: int, quantity: int, occasion: str) -> None:
        self.products[place].stock += quantity
        self._about(people.WAREHOUSE_PERSON, "add-to-inventory", place, {"quantity": quantity}, occasion)

    def _ship(self, place: int, quantity: int, occasion: str) -> None:
        self.products[place].stock -= quantity
        self._about(people.WAREHOUSE_PERSON, "confirm-items-shipped", place, {"quantity": quantity}, occasion)

    def _rate(self, rater: str, place: int, rating: int, occasion: str) -> None:
        self._about(rater, "rate-product", place, {"rating": rating}, f"{occasion} by {rater}")

    def _about(self, username: str, command: str, place: int, fields: dict[str, Any], occasion: str) -> None:
        """Sends a command about a product. A refusal is only logged: somebody may have changed the demo data."""
        try:
            self._send(username, command, {"product_id": self.products[place].product_id, **fields}, occasion)
        except Unavailable:
            raise
        except ServiceError as refusal:
            logger.info("demo_command_refused", command=command, code=refusal.code)

    def _send(self, username: str, command: str, body: dict[str, Any], occasion: str) -> CommandResult:
        key = f"{username} {command} {occasion} {msgspec.json.encode(body).decode()}"
        response = send(
            Envelope.of(command, body, actor=self._actor(username), command_id=uuid.uuid5(_NAMESPACE, key))
        )
        assert response.result is not None
        self.events += len(response.result.events)
        self.told(len(response.result.events))
        return response.result

    def _actor(self, username: str) -> Actor:
        if username not in self.actors:
            self.actors[username] = Actor.of(User.objects.get(username=username))
        return self.actors[username]
