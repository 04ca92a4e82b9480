"""Random commands for the standing proof: all twelve kinds, valid and not, on few products, so that they collide."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any
from uuid import UUID

from tests.support.oracle import Payload

_SKUS = [f"SKU-{number}" for number in range(12)]
_NAMES = ["Lamp", "Red lamp", "Straße", "ÉTAGÈRE n° 5", "  spaced  out ", "x" * 200]
_SLUGS = ["light", "Home", "sale_2026", "a-b"]
_WEIGHTS = {
    "add-new-product": 5,
    "change-product-details": 10,
    "change-price": 9,
    "discontinue-product": 3,
    "reinstate-product": 5,
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
    """What one writer sends: its n-th command is the same in every run with the same seed.

    Except for `expected_version`, which is near the version that the writer last saw.
    """

    seed: int
    writer: int
    products: int
    staff: list[int]
    users: list[int]

    def nth(self, number: int, seen: Mapping[int, int]) -> dict[str, Any]:
        """The command as the journal has it; `seen` are the versions that this writer knows of."""
        chance = Random(f"{self.seed}/{self.writer}/{number}")
        (name,) = chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        if chance.random() < self._share_of_additions(number):
            name = "add-new-product"
        payload = _PAYLOADS[name](chance, self)
        if chance.random() < 0.02:
            payload |= _FAULTS.get(name, {"unknown_field": 1})
        return {
            "id": str(UUID(int=chance.getrandbits(128), version=4)),
            "name": name,
            "payload": payload,
            "actor": self._actor(chance, name, payload),
            "expected": self._expected_version(chance, name, payload, seen),
        }

    def _share_of_additions(self, number: int) -> float:
        """Nearly all at first, since without products every command is refused."""
        return 0.8 if number < self.products else 0.0

    def _actor(self, chance: Random, name: str, payload: Payload) -> int:
        is_own_rating = name in ("rate-product", "withdraw-rating") and "user_id" not in payload
        if is_own_rating or chance.random() < 0.02:
            return chance.choice(self.users)
        return chance.choice(self.staff)

    def _expected_version(
        self, chance: Random, name: str, payload: Payload, seen: Mapping[int, int]
    ) -> int | None:
        if name == "add-new-product" or chance.random() > 0.15:
            return None
        return max(0, seen.get(payload["product_id"], 0) + chance.choice([0, 0, 0, -1, -3, 2]))

    def product(self, chance: Random) -> int:
        """Every second time one of four; now and then one that never was."""
        if chance.random() < 0.01:
            return 10**6
        return self.ids[min(chance.randrange(len(self.ids)), chance.randrange(2 * len(self.ids)))]

    @cached_property
    def ids(self) -> list[int]:
        return list(range(1, self.products + 1))


def _add(chance: Random, commands: RandomCommands) -> Payload:
    payload: Payload = {"name": chance.choice(_NAMES), "unit_price": _price(chance)}
    if chance.random() < 0.97:
        payload["product_id"] = commands.product(chance)
    optional: Payload = {"sku": _sku(chance), "description": "New.", "categories": _categories(chance)}
    return payload | _some(chance, optional)


def _details(chance: Random, commands: RandomCommands) -> Payload:
    optional: Payload = {
        "sku": _sku(chance),
        "name": chance.choice(_NAMES),
        "description": chance.choice(["", "Ünïcode \U0001f6d2", "<b>no markup</b>"]),
        "categories": _categories(chance),
    }
    chosen = _some(chance, optional) or {"name": "Lamp"}
    return {"product_id": commands.product(chance)} | chosen


def _price_change(chance: Random, commands: RandomCommands) -> Payload:
    return {"product_id": commands.product(chance), "unit_price": _price(chance)}


def _discontinue(chance: Random, commands: RandomCommands) -> Payload:
    return {"product_id": commands.product(chance)} | _some(chance, {"reason": "Out of fashion."})


def _reinstate(chance: Random, commands: RandomCommands) -> Payload:
    return {"product_id": commands.product(chance)}


def _relation(chance: Random, commands: RandomCommands) -> Payload:
    return {"product_id": commands.product(chance), "related_product_id": commands.product(chance)}


def _rating(chance: Random, commands: RandomCommands) -> Payload:
    return _withdrawal(chance, commands) | {"rating": chance.randint(1, 5)}


def _withdrawal(chance: Random, commands: RandomCommands) -> Payload:
    payload: Payload = {"product_id": commands.product(chance)}
    if chance.random() < 0.5:
        payload["user_id"] = 10**6 if chance.random() < 0.03 else chance.choice(commands.users)
    return payload


def _received(chance: Random, commands: RandomCommands) -> Payload:
    return _movement(chance, commands, "received_at")


def _shipped(chance: Random, commands: RandomCommands) -> Payload:
    return _movement(chance, commands, "shipped_at")


def _movement(chance: Random, commands: RandomCommands, when: str) -> Payload:
    payload: Payload = {"product_id": commands.product(chance), "quantity": chance.randint(1, 30)}
    return payload | ({when: _moment(chance)} if chance.random() < 0.3 else {})


def _recount(chance: Random, commands: RandomCommands) -> Payload:
    """A count of now refuses every later one of the past, so most products are never counted now."""
    product_id = commands.product(chance)
    is_now = product_id % 3 == 0 and chance.random() < 0.3
    payload: Payload = {"product_id": product_id, "updated_quantity": chance.randint(0, 60)}
    return payload | ({} if is_now else {"counted_at": _moment(chance)})


def _moment(chance: Random) -> str:
    """A minute of an hour long ago; minutes are few, so that some movements and counts fall together."""
    return f"2026-01-01T12:{chance.randrange(60):02d}:00Z"


def _price(chance: Random) -> str:
    return chance.choice(["0", "0.01", "9.9", "12.50", "99999999.99", f"{chance.randrange(9)}.00"])


def _sku(chance: Random) -> str | None:
    return chance.choice([None, *_SKUS])


def _categories(chance: Random) -> list[str]:
    return chance.choices(_SLUGS, k=chance.randrange(4))


def _some(chance: Random, optional: Payload) -> Payload:
    return {name: value for name, value in optional.items() if chance.random() < 0.5}


_PAYLOADS: dict[str, Callable[[Random, RandomCommands], Payload]] = {
    "add-new-product": _add,
    "change-product-details": _details,
    "change-price": _price_change,
    "discontinue-product": _discontinue,
    "reinstate-product": _reinstate,
    "relate-products": _relation,
    "unrelate-products": _relation,
    "rate-product": _rating,
    "withdraw-rating": _withdrawal,
    "add-to-inventory": _received,
    "confirm-items-shipped": _shipped,
    "update-stock-from-inventory-recount": _recount,
}
