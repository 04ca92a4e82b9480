"""Finds the commands that bring a product to a wanted state, and sends them."""

import uuid
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET

from kernel.actor import SYSTEM
from kernel.validation import validated
from products_write.bus.dispatch import send
from products_write.bus.envelope import Envelope
from products_write.commands import COMMANDS
from products_write.importing.lines import WantedState
from products_write.models import Product

ADDED, CHANGED, UNCHANGED = "added", "changed", "unchanged"

_NAMESPACE = uuid.UUID("6f2d3c0e-5b1f-4f57-9b0a-0c6c5f1d6a11")


@dataclass(frozen=True, slots=True)
class ImportStep:
    """A command to send, and the version of the product that it is based on; 0 for a product that is not there yet."""

    name: str
    payload: dict[str, Any]
    version: int = 0

    @property
    def command_id(self) -> uuid.UUID:
        """The idempotency key. Equal steps have equal keys, so an import that is run again has no second effect."""
        return uuid.uuid5(
            _NAMESPACE, f"{self.name} {self.version} {msgspec.json.encode(self.payload).decode()}"
        )


def bring_to(wanted: WantedState, product: Product | None, *, dry_run: bool) -> str:
    """Sends the commands that are needed. Returns ADDED, CHANGED or UNCHANGED, and raises a ServiceError for a refusal.

    `product` is the product that the line names; with None a new one is added.
    """
    if product is None:
        _add(wanted, dry_run=dry_run)
        return ADDED
    steps = _differences(product, wanted)
    if not dry_run:
        for step in steps:
            # A recount sets the stock. It must not overwrite a movement that came after the comparison.
            expected = step.version if step.name == "update-stock-from-inventory-recount" else None
            send(
                Envelope.of(
                    step.name,
                    step.payload,
                    actor=SYSTEM,
                    command_id=step.command_id,
                    expected_version=expected,
                )
            )
    return CHANGED if steps else UNCHANGED


def _add(wanted: WantedState, *, dry_run: bool) -> None:
    fields = _given(wanted, "product_id", "sku", "name", "description", "unit_price", "categories")
    add = ImportStep("add-new-product", fields)
    if dry_run:
        validated(COMMANDS[add.name], add.payload)
        return
    response = send(Envelope.of(add.name, add.payload, actor=SYSTEM, command_id=add.command_id))
    if wanted.quantity and response.result is not None:
        payload = {"product_id": response.result.product_id, "quantity": wanted.quantity}
        stock = ImportStep("add-to-inventory", payload, response.result.version)
        send(Envelope.of(stock.name, stock.payload, actor=SYSTEM, command_id=stock.command_id))


def _differences(product: Product, wanted: WantedState) -> list[ImportStep]:
    """The commands for the fields that differ, in the order of sending."""
    present: dict[str, Any] = {
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "unit_price": product.unit_price,
        "quantity": product.stockitem.quantity,
    }
    if wanted.categories is not UNSET:
        present["categories"] = product.category_slugs()
    given = _given(wanted, *present)
    changed = {name: value for name, value in given.items() if value != present[name]}
    return [
        ImportStep(name, {"product_id": product.id, **payload}, product.version)
        for name, payload in _commands_for(changed)
    ]


def _commands_for(changed: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    details: dict[str, Any] = {
        name: changed[name] for name in ("sku", "name", "description", "categories") if name in changed
    }
    commands: list[tuple[str, dict[str, Any]]] = []
    if details:
        commands.append(("change-product-details", details))
    if "unit_price" in changed:
        commands.append(("change-price", {"unit_price": changed["unit_price"]}))
    if "quantity" in changed:
        commands.append(("update-stock-from-inventory-recount", {"updated_quantity": changed["quantity"]}))
    return commands


def _given(wanted: WantedState, *names: str) -> dict[str, Any]:
    return {name: value for name in names if (value := getattr(wanted, name)) is not UNSET}
