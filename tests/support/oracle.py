"""A plain model of the service, which computes the right state after a run from the commands and their answers.

The oracle imports nothing of the service and reads none of its tables. It gets the commands with their senders and
their answers, puts the changes in the order of their positions, and judges each answer. It judges accepted commands
exactly. A refusal has no position: it is right if it was right at some moment between sending and answer.

Times in commands must lie before the run. A command without a time is then later than every command with one.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate, product
from typing import Any, NamedTuple

Payload = dict[str, Any]
When = tuple[int, str]
"""(0, ISO 8601 in UTC) for a time in a command, NOW for a command without one. The order is the order in time."""
NOW: When = (1, "")


class Sent(NamedTuple):
    """A command as it was sent. `sent` and `answered` are nanoseconds of one clock."""

    command_id: str
    name: str
    payload: Payload
    actor_id: int
    expected_version: int | None
    sent: int


class Answered(NamedTuple):
    """A command and its answer: the result, or the code and the further members of the refusal."""

    command: Sent
    answered: int
    result: dict[str, Any] | None = None
    refusal: str = ""
    members: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple, and never changed

    @property
    def events(self) -> list[dict[str, Any]]:
        return [] if self.result is None else self.result["events"]


@dataclass(frozen=True)
class Product:
    """One product at one version. All versions share the lists `past_events` and `moved`, which only grow."""

    id: int
    sku: str | None
    name: str
    description: str
    unit_price: Decimal
    categories: list[str]
    version: int = 1
    discontinued: bool = False
    stock: int = 0
    counted: When | None = None
    related: tuple[int, ...] = ()
    ratings: dict[int, int] = field(default_factory=dict)
    past_events: list[tuple[str, int | None]] = field(default_factory=list)
    moved: list[tuple[int, When, int]] = field(default_factory=list)

    @property
    def movements(self) -> list[tuple[int, int]]:
        """(version, quantity) of each movement of stock."""
        return [(version, quantity) for version, _, quantity in self.moved if version <= self.version]

    def moved_after(self, moment: When) -> int:
        return sum(
            quantity for version, when, quantity in self.moved if version <= self.version and when > moment
        )

    def has_seen(self, when: When) -> bool:
        return when != NOW and self.counted is not None and when <= self.counted

    def facts(self) -> dict[str, Any]:
        """The state that the write tables must have."""
        return {
            "sku": self.sku,
            "name": self.name,
            "description": self.description,
            "unit_price": str(self.unit_price),
            "categories": self.categories,
            "version": self.version,
            "discontinued": self.discontinued,
            "stock": self.stock,
            "related": list(self.related),
            "ratings": self.ratings,
        }

    def display(self, currency: str) -> dict[str, Any]:
        """The ProductDisplay document."""
        return {
            "id": self.id,
            "sku": self.sku,
            "name": self.name,
            "description": self.description,
            "unit_price": str(self.unit_price),
            "currency": currency,
            "is_out_of_stock": self.stock == 0,
            "user_rating": _mean(list(self.ratings.values())),
            "rating_count": len(self.ratings),
            "categories": self.categories,
            "related_product_ids": list(self.related),
            "discontinued": self.discontinued,
            "version": self.version,
        }

    def inventory(self) -> dict[str, Any]:
        """The ProductInventory document."""
        return {
            "id": self.id,
            "sku": self.sku,
            "name": self.name,
            "current_stock": self.stock,
            "discontinued": self.discontinued,
            "version": self.version,
        }


def _mean(ratings: list[int]) -> float | None:
    if not ratings:
        return None
    return float((Decimal(sum(ratings)) / len(ratings)).quantize(Decimal("0.01"), ROUND_HALF_UP))


class Refused(NamedTuple):
    code: str
    members: dict[str, Any] = {}  # noqa: RUF012 - a default of a tuple, and never changed


class Unchanged(NamedTuple):
    """The decision that the command is accepted and changes nothing."""


class Changed(NamedTuple):
    """The decision that the command is accepted: its event, and the product after it."""

    event: str
    after: Product
    user_id: int | None = None
    movement: tuple[When, int] | None = None


Decision = Refused | Unchanged | Changed


class Around(NamedTuple):
    """The context of a decision beside the product itself."""

    other: Product | None = None
    sku_is_taken: bool = False


STAFF_ONLY = {
    "add-new-product": {"product_id", "sku", "name", "description", "unit_price", "categories"},
    "change-product-details": {"product_id", "sku", "name", "description", "categories"},
    "change-price": {"product_id", "unit_price"},
    "discontinue-product": {"product_id", "reason"},
    "reinstate-product": {"product_id"},
    "relate-products": {"product_id", "related_product_id"},
    "unrelate-products": {"product_id", "related_product_id"},
    "add-to-inventory": {"product_id", "quantity", "received_at"},
    "confirm-items-shipped": {"product_id", "quantity", "shipped_at"},
    "update-stock-from-inventory-recount": {"product_id", "updated_quantity", "counted_at"},
}
FOR_EVERYBODY = {
    "rate-product": {"product_id", "rating", "user_id"},
    "withdraw-rating": {"product_id", "user_id"},
}
FIELDS = STAFF_ONLY | FOR_EVERYBODY

_IS_VALID: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: 1 <= len(value) <= 200,
    "unit_price": lambda value: re.fullmatch(r"\d{1,8}(\.\d{1,2})?", value) is not None,
    "rating": lambda value: value in range(1, 6),
    "quantity": lambda value: value in range(1, 10**9 + 1),
    "updated_quantity": lambda value: value in range(10**9 + 1),
}

_STATUS = {"product.discontinued", "product.reinstated"}
_RELATIONS = {"product.related", "product.unrelated", *_STATUS}
_RATINGS = {"product.rated", "product.rating_withdrawn"}
_MOVEMENTS = {"inventory.added", "inventory.items_shipped"}
CONFLICTS: dict[str, set[str]] = {
    "change-product-details": {"product.details_changed", *_STATUS},
    "change-price": {"product.price_changed", *_STATUS},
    "discontinue-product": _STATUS,
    "reinstate-product": _STATUS,
    "relate-products": _RELATIONS,
    "unrelate-products": _RELATIONS,
    "rate-product": {*_RATINGS, "product.discontinued"},
    "withdraw-rating": {*_RATINGS, "product.discontinued"},
    "add-to-inventory": set(),
    "confirm-items-shipped": set(),
    "update-stock-from-inventory-recount": {"inventory.recounted"},
}


@dataclass(frozen=True)
class Rules:
    """The rules of the service: the permissions of actors, and the decision of each command."""

    staff: frozenset[int]
    users: frozenset[int]

    def decide(self, command: Sent, product: Product | None, around: Around) -> Decision:
        """The right decision of `command` in this state of the product. None means that the product does not exist."""
        if code := self._refused_at_sight(command):
            return Refused(code)
        if command.name == "add-new-product":
            return _add(command.payload, product, around)
        related = command.payload.get("related_product_id")
        target = product if related == command.payload["product_id"] else around.other
        if product is None or (command.name == "relate-products" and target is None):
            return Refused("product_not_found")
        if self._conflicts(command, product):
            return Refused("version_conflict", {"current_version": product.version})
        decide = _DECISIONS[command.name]
        payload = command.payload | {"user_id": self._rater(command)}
        return decide(payload, product, around._replace(other=target))

    def _refused_at_sight(self, command: Sent) -> str:
        payload, is_staff = command.payload, command.actor_id in self.staff
        if command.name in STAFF_ONLY and not is_staff:
            return "permission_denied"
        if self._rater(command) != command.actor_id and not is_staff and command.name in FOR_EVERYBODY:
            return "permission_denied"
        if not payload.keys() <= FIELDS[command.name]:
            return "invalid"
        if not all(is_valid(payload[name]) for name, is_valid in _IS_VALID.items() if name in payload):
            return "invalid"
        if command.name in FOR_EVERYBODY and self._rater(command) not in self.users:
            return "user_not_found"
        return ""

    def _rater(self, command: Sent) -> int:
        return int(command.payload.get("user_id", command.actor_id))

    def _conflicts(self, command: Sent, product: Product) -> bool:
        expected = command.expected_version
        if expected is None:
            return False
        conflicting = CONFLICTS[command.name]
        if command.name == "update-stock-from-inventory-recount" and "counted_at" not in command.payload:
            conflicting = conflicting | _MOVEMENTS
        since = product.past_events[expected : product.version]
        return expected > product.version or any(
            event in conflicting and (event not in _RATINGS or user_id == self._rater(command))
            for event, user_id in since
        )


def _add(payload: Payload, product: Product | None, around: Around) -> Decision:
    if product is not None:
        return Refused("product_id_taken")
    if around.sku_is_taken:
        return Refused("sku_taken")
    added = Product(
        id=payload.get("product_id", 0),
        sku=payload.get("sku"),
        name=payload["name"],
        description=payload.get("description", ""),
        unit_price=_money(payload["unit_price"]),
        categories=sorted(set(payload.get("categories", []))),
    )
    return Changed("product.added", added)


def _change_details(payload: Payload, product: Product, around: Around) -> Decision:
    given: Payload = {name: payload[name] for name in ("sku", "name", "description") if name in payload}
    if "categories" in payload:
        given["categories"] = sorted(set(payload["categories"]))
    changes = {name: value for name, value in given.items() if value != getattr(product, name)}
    if not changes:
        return Unchanged()
    if changes.get("sku") is not None and around.sku_is_taken:
        return Refused("sku_taken")
    return Changed("product.details_changed", replace(product, **changes))


def _change_price(payload: Payload, product: Product, around: Around) -> Decision:
    if product.discontinued:
        return Refused("product_discontinued")
    unit_price = _money(payload["unit_price"])
    if unit_price == product.unit_price:
        return Unchanged()
    return Changed("product.price_changed", replace(product, unit_price=unit_price))


def _discontinue(payload: Payload, product: Product, around: Around) -> Decision:
    if product.discontinued:
        return Unchanged()
    return Changed("product.discontinued", replace(product, discontinued=True))


def _reinstate(payload: Payload, product: Product, around: Around) -> Decision:
    if not product.discontinued:
        return Refused("not_discontinued")
    return Changed("product.reinstated", replace(product, discontinued=False))


def _relate(payload: Payload, product: Product, around: Around) -> Decision:
    other = around.other
    assert other is not None
    if other.id == product.id:
        return Refused("self_relation")
    if product.discontinued or other.discontinued:
        return Refused("product_discontinued")
    if other.id in product.related:
        return Unchanged()
    if len(product.related) >= 100:
        return Refused("too_many_relations")
    return Changed("product.related", replace(product, related=(*product.related, other.id)))


def _unrelate(payload: Payload, product: Product, around: Around) -> Decision:
    gone = payload["related_product_id"]
    if gone not in product.related:
        return Refused("relation_not_found")
    return Changed(
        "product.unrelated", replace(product, related=tuple(one for one in product.related if one != gone))
    )


def _rate(payload: Payload, product: Product, around: Around) -> Decision:
    user_id, rating = payload["user_id"], payload["rating"]
    if product.discontinued:
        return Refused("product_discontinued")
    if product.ratings.get(user_id) == rating:
        return Unchanged()
    return Changed("product.rated", replace(product, ratings=product.ratings | {user_id: rating}), user_id)


def _withdraw(payload: Payload, product: Product, around: Around) -> Decision:
    user_id = payload["user_id"]
    if user_id not in product.ratings:
        return Refused("rating_not_found")
    ratings = {user: rating for user, rating in product.ratings.items() if user != user_id}
    return Changed("product.rating_withdrawn", replace(product, ratings=ratings), user_id)


def _receive(payload: Payload, product: Product, around: Around) -> Decision:
    if product.discontinued:
        return Refused("product_discontinued")
    when, quantity = _when(payload, "received_at"), payload["quantity"]
    stock = product.stock if product.has_seen(when) else product.stock + quantity
    return Changed("inventory.added", replace(product, stock=stock), None, (when, quantity))


def _ship(payload: Payload, product: Product, around: Around) -> Decision:
    when, quantity = _when(payload, "shipped_at"), payload["quantity"]
    stock = product.stock if product.has_seen(when) else product.stock - quantity
    if stock < 0:
        return Refused("insufficient_stock", {"current_stock": product.stock})
    return Changed("inventory.items_shipped", replace(product, stock=stock), None, (when, -quantity))


def _recount(payload: Payload, product: Product, around: Around) -> Decision:
    when = _when(payload, "counted_at")
    if product.counted is not None and when < product.counted:
        return Refused("recount_outdated")
    moved_since = 0 if when == NOW else product.moved_after(when)
    stock = payload["updated_quantity"] + moved_since
    if stock < 0:
        return Refused("recount_contradicted", {"moved_since": moved_since})
    return Changed("inventory.recounted", replace(product, stock=stock, counted=when))


_DECISIONS: dict[str, Callable[[Payload, Product, Around], Decision]] = {
    "change-product-details": _change_details,
    "change-price": _change_price,
    "discontinue-product": _discontinue,
    "reinstate-product": _reinstate,
    "relate-products": _relate,
    "unrelate-products": _unrelate,
    "rate-product": _rate,
    "withdraw-rating": _withdraw,
    "add-to-inventory": _receive,
    "confirm-items-shipped": _ship,
    "update-stock-from-inventory-recount": _recount,
}


def _money(amount: str) -> Decimal:
    return Decimal(amount).quantize(Decimal("0.01"))


def _when(payload: Payload, name: str) -> When:
    return (0, payload[name]) if name in payload else NOW


@dataclass
class History:
    """The versions of a product. Each came to be between the moments when its command was sent and answered."""

    versions: list[Product | None] = field(default_factory=lambda: [None])
    sent: list[int] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)

    def add(self, product: Product, answer: Answered) -> None:
        self.versions.append(product)
        self.sent.append(answer.command.sent)
        self.answered.append(answer.answered)

    @property
    def head(self) -> Product | None:
        return self.versions[-1]

    def during(self, start: int, end: int) -> list[Product | None]:
        """The versions that may have been the latest at some moment from `start` to `end`."""
        if self._known_for != len(self.versions):
            self._surely_by = list(accumulate(reversed(self.answered), min))[::-1]
            self._not_before = list(accumulate(self.sent, max))
            self._known_for = len(self.versions)
        return self.versions[bisect_left(self._surely_by, start) : bisect_right(self._not_before, end) + 1]

    _known_for: int = 0
    _surely_by: list[int] = field(default_factory=list)
    _not_before: list[int] = field(default_factory=list)


@dataclass
class Holding:
    """The time in which a product had a SKU. Its begin and its end lie between sending and answer of a command."""

    product_id: int
    taken: Answered
    released: Answered | None = None

    def may_overlap(self, start: int, end: int) -> bool:
        return self.taken.command.sent <= end and (self.released is None or self.released.answered >= start)


class Oracle:
    """Judges all answers of a run, and computes the right contents of every table."""

    def __init__(self, *, staff: Iterable[int], users: Iterable[int]) -> None:
        self.rules = Rules(frozenset(staff), frozenset(users))
        self.histories: dict[int, History] = {}
        self.skus: dict[str, list[Holding]] = {}
        self.log: list[tuple[int, int, int, str, str]] = []
        """(position, product, version, type, command id) of every event, in order."""

    @property
    def products(self) -> dict[int, Product]:
        heads = {product_id: history.head for product_id, history in self.histories.items()}
        return {product_id: head for product_id, head in sorted(heads.items()) if head is not None}

    def hear(self, answers: Iterable[Answered]) -> list[str]:
        """Judge the answers. Returns a complaint about each wrong one."""
        heard = list(answers)
        changes = sorted((each for each in heard if each.events), key=lambda each: each.events[0]["position"])
        wrong = [self._hear_change(each) for each in changes]
        wrong += [self._judge_unchanged(each) for each in heard if each.result and not each.events]
        wrong += [self._judge_refusal(each) for each in heard if each.result is None]
        return [complaint for complaint in wrong if complaint]

    def _hear_change(self, answer: Answered) -> str:
        command, result = answer.command, answer.result
        assert result is not None
        product_id = result["product_id"]
        history = self.histories.setdefault(product_id, History())
        head, sku = history.head, command.payload.get("sku")
        around = Around(self._other(command), self._holder(sku) not in (None, product_id))
        decision = self.rules.decide(command, head, around)
        if not isinstance(decision, Changed):
            return f"accepted, but {decision}: {answer}"
        version = 1 if head is None else head.version + 1
        (event,) = answer.events
        if (event["type"], event["version"], result["version"], result["position"]) != (
            decision.event,
            version,
            version,
            event["position"],
        ):
            return f"answered otherwise than {decision.event} version {version}: {answer}"
        after = replace(decision.after, id=product_id, version=version)
        after.past_events.append((decision.event, decision.user_id))
        if decision.movement is not None:
            after.moved.append((version, *decision.movement))
        history.add(after, answer)
        self._hand_over_sku(head, after, answer)
        self.log.append((event["position"], product_id, version, event["type"], command.command_id))
        return ""

    def _other(self, command: Sent) -> Product | None:
        history = self.histories.get(command.payload.get("related_product_id", 0))
        return history.head if history else None

    def _holder(self, sku: str | None) -> int | None:
        holdings = self.skus.get(sku or "", [])
        return holdings[-1].product_id if holdings and holdings[-1].released is None else None

    def _hand_over_sku(self, before: Product | None, after: Product, answer: Answered) -> None:
        if before is not None and before.sku == after.sku:
            return
        if before is not None and before.sku is not None:
            self.skus[before.sku][-1].released = answer
        if after.sku is not None:
            self.skus.setdefault(after.sku, []).append(Holding(after.id, answer))

    def _judge_unchanged(self, answer: Answered) -> str:
        result = answer.result
        assert result is not None
        history, version = self.histories.get(result["product_id"], History()), result["version"]
        if version not in range(1, len(history.versions)):
            return f"answered a version that never was: {answer}"
        product = history.versions[version]
        decisions = [
            self.rules.decide(answer.command, product, Around(other)) for other in self._others(answer)
        ]
        return "" if Unchanged() in decisions else f"answered as no-op, but {decisions}: {answer}"

    def _judge_refusal(self, answer: Answered) -> str:
        decisions = list(self._possible_decisions(answer))
        refusals = [each for each in decisions if isinstance(each, Refused) and each.code == answer.refusal]
        if any(refusal.members.items() <= answer.members.items() for refusal in refusals):
            return ""
        return f"refused, but {decisions[-1:]}: {answer}"

    def _possible_decisions(self, answer: Answered) -> Iterator[Decision]:
        command = answer.command
        history = self.histories.get(command.payload.get("product_id", 0), History())
        own = history.during(command.sent, answer.answered)
        for version, other, is_taken in product(own, self._others(answer), self._sku_taken(answer)):
            yield self.rules.decide(command, version, Around(other, is_taken))

    def _others(self, answer: Answered) -> list[Product | None]:
        """The versions of the related product that the command may have met."""
        related = self.histories.get(answer.command.payload.get("related_product_id", 0), History())
        return related.during(answer.command.sent, answer.answered)

    def _sku_taken(self, answer: Answered) -> set[bool]:
        command = answer.command
        return {False} | {
            holding.may_overlap(command.sent, answer.answered)
            for holding in self.skus.get(command.payload.get("sku") or "", [])
            if holding.product_id != command.payload.get("product_id")
        }
