"""Random commands for the standing proof: all twelve kinds, valid and invalid, about few products."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from tests.support.oracle import Payload

T = TypeVar("T")

_LONG_AGO = datetime(2026, 1, 1, 12, tzinfo=UTC)
_SKUS = [f"SKU-{number}" for number in range(40)]
_NAMES = ["Lamp", "Red lamp", "Straße", "ÉTAGÈRE n° 5", "  spaced  out ", "x" * 200]
_SLUGS = ["light", "Home", "sale_2026", "a-b"]
_WEIGHTS = {
    "add-new-product": 5,
    "change-product-details": 10,
    "change-price": 9,
    "discontinue-product": 2,
    "reinstate-product": 6,
    "relate-products": 9,
    "unrelate-products": 6,
    "rate-product": 17,
    "withdraw-rating": 7,
    "add-to-inventory": 13,
    "confirm-items-shipped": 13,
    "update-stock-from-inventory-recount": 7,
}
_FAULTS: dict[str, Payload] = {
    "add-new-product": {"unit_price": "1.234"},
    "change-product-details": {"name": ""},
    "change-price": {"unit_price": "-1"},
    "rate-product": {"rating": 6},
    "add-to-inventory": {"quantity": 0},
    "confirm-items-shipped": {"quantity": 10**9 + 1},
}


@dataclass(frozen=True)
class RandomCommands:
    """The commands of one writer. Runs with one seed have equal commands, except for their `expected_version`.

    The expected version is near the version that the writer last saw.
    """

    seed: int
    writer: int
    products: int
    staff: list[int]
    users: list[int]

    def nth(self, number: int, seen: Mapping[int, int]) -> dict[str, Any]:
        """The command as the journal stores it. `seen` has the last version of each product that the writer saw."""
        draft = Draft(self, number)
        name = draft.name()
        payload = _PAYLOADS[name](draft)
        if draft.happens(0.02):
            payload |= _FAULTS.get(name, {"unknown_field": 1})
        return {
            "id": str(UUID(int=draft.chance.getrandbits(128), version=4)),
            "name": name,
            "payload": payload,
            "actor": draft.actor(name, payload),
            "expected": draft.expected_version(name, payload, seen),
        }


class Draft:
    """A command while it is made. Its parts are random, and depend on seed, writer and number only."""

    def __init__(self, commands: RandomCommands, number: int) -> None:
        self.commands, self.number = commands, number
        self.chance = Random(f"{commands.seed}/{commands.writer}/{number}")

    def happens(self, probability: float) -> bool:
        return self.chance.random() < probability

    def one_of(self, choices: Sequence[T]) -> T:
        return self.chance.choice(choices)

    def some(self, optional: Payload) -> Payload:
        return {name: value for name, value in optional.items() if self.happens(0.5)}

    def name(self) -> str:
        """The name of the command. The first ones mostly add products, because without products all are refused."""
        if self.number < self.commands.products and self.happens(0.8):
            return "add-new-product"
        return self.chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]

    def product(self) -> int:
        """The id of a product: low ids are more frequent, so that commands collide, and some ids do not exist."""
        if self.happens(0.01):
            return 10**6
        count = self.commands.products
        return 1 + min(self.chance.randrange(count), self.chance.randrange(2 * count))

    def moment(self) -> str:
        """A full minute of an hour in the past, which moves on. Movements and counts often get equal times."""
        minutes = self.number // 25 + self.chance.randrange(60)
        return f"{_LONG_AGO + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"

    def price(self) -> str:
        return self.one_of(["0", "0.01", "9.9", "12.50", "99999999.99", f"{self.chance.randrange(9)}.00"])

    def sku(self) -> str | None:
        return self.one_of([None, *_SKUS])

    def categories(self) -> list[str]:
        return self.chance.choices(_SLUGS, k=self.chance.randrange(4))

    def actor(self, name: str, payload: Payload) -> int:
        is_own_rating = name in ("rate-product", "withdraw-rating") and "user_id" not in payload
        return self.one_of(
            self.commands.users if is_own_rating or self.happens(0.02) else self.commands.staff
        )

    def expected_version(self, name: str, payload: Payload, seen: Mapping[int, int]) -> int | None:
        if name == "add-new-product" or not self.happens(0.15):
            return None
        return max(0, seen.get(payload["product_id"], 0) + self.one_of([0, 0, 0, -1, -3, 2]))


def _addition(draft: Draft) -> Payload:
    payload: Payload = {"name": draft.one_of(_NAMES), "unit_price": draft.price()}
    if draft.happens(0.97):
        payload["product_id"] = draft.product()
    optional = {"sku": draft.sku(), "description": "New.", "categories": draft.categories()}
    return payload | draft.some(optional)


def _details(draft: Draft) -> Payload:
    optional = {
        "sku": draft.sku(),
        "name": draft.one_of(_NAMES),
        "description": draft.one_of(["", "Ünïcode \U0001f6d2", "<b>no markup</b>"]),
        "categories": draft.categories(),
    }
    return _product(draft) | (draft.some(optional) or {"name": "Lamp"})


def _product(draft: Draft) -> Payload:
    return {"product_id": draft.product()}


def _price_change(draft: Draft) -> Payload:
    return _product(draft) | {"unit_price": draft.price()}


def _discontinuation(draft: Draft) -> Payload:
    return _product(draft) | draft.some({"reason": "Out of fashion."})


def _relation(draft: Draft) -> Payload:
    return _product(draft) | {"related_product_id": draft.product()}


def _rating(draft: Draft) -> Payload:
    return _withdrawal(draft) | {"rating": draft.chance.randint(1, 5)}


def _withdrawal(draft: Draft) -> Payload:
    if draft.happens(0.5):
        return _product(draft)
    user_id = 10**6 if draft.happens(0.03) else draft.one_of(draft.commands.users)
    return _product(draft) | {"user_id": user_id}


def _received(draft: Draft) -> Payload:
    return _movement(draft, "received_at")


def _shipped(draft: Draft) -> Payload:
    return _movement(draft, "shipped_at")


def _movement(draft: Draft, when: str) -> Payload:
    moved = _product(draft) | {"quantity": draft.chance.randint(1, 30)}
    return moved | ({when: draft.moment()} if draft.happens(0.4) else {})


def _recount(draft: Draft) -> Payload:
    """A recount. One without a time refuses all later recounts in the past, so that few products get one."""
    counted = _product(draft) | {"updated_quantity": draft.chance.randint(0, 60)}
    is_now = counted["product_id"] % 3 == 0 and draft.happens(0.3)
    return counted | ({} if is_now else {"counted_at": draft.moment()})


_PAYLOADS: dict[str, Callable[[Draft], Payload]] = {
    "add-new-product": _addition,
    "change-product-details": _details,
    "change-price": _price_change,
    "discontinue-product": _discontinuation,
    "reinstate-product": _product,
    "relate-products": _relation,
    "unrelate-products": _relation,
    "rate-product": _rating,
    "withdraw-rating": _withdrawal,
    "add-to-inventory": _received,
    "confirm-items-shipped": _shipped,
    "update-stock-from-inventory-recount": _recount,
}
