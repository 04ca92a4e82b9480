"""The base class of commands, the unit of work that handlers get, and the registry of handlers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import msgspec

from events.contracts import DomainEvent
from events.log import Metadata, RecordedEvent, last_position, read_stream
from kernel.actor import Actor
from kernel.errors import FieldFault
from products_write.errors import VersionConflict
from products_write.models import Product


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to change one product.

    `slug` is the command's name in its address, /commands/<slug>/. `permission` is a Django permission; with None
    any signed-in user may send the command. `conflicts` lists the events that make the sender's decision doubtful
    when they come after the version that the sender saw.
    """

    slug: ClassVar[str]
    permission: ClassVar[str | None]
    conflicts: ClassVar[tuple[type[DomainEvent], ...]] = ()
    at_least_one_of: ClassVar[tuple[str, ...]] = ()
    """Each of these fields may be left out, but a command must have one of them."""
    creates: ClassVar[bool] = False
    """True for a command that makes a new product, which has no version to expect."""

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """Whether `event` conflicts with this command. The sender did not know of the event."""
        return isinstance(event, self.conflicts)

    def faults_from(self, actor: Actor) -> list[FieldFault]:
        """The faults that this command has only when `actor` sends it."""
        return []


class EventSummary(msgspec.Struct, frozen=True):
    type: str
    version: int
    position: int


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a command that succeeded; `version` and `position` are the product's latest."""

    command_id: UUID
    command: str
    status: str = "succeeded"
    product_id: int
    version: int
    position: int
    events: list[EventSummary]


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """One command with its sender, its id, and the version of the product that the sender saw (None: any version).

    `accepted_at` is the moment when a queued command was accepted. It stands in for a time that the command leaves
    out. It is None for a command that is executed at once.
    """

    actor: Actor
    command: Command
    command_id: UUID
    correlation_id: str
    expected_version: int | None = None
    accepted_at: datetime | None = None

    def load(self, product_id: int) -> Product:
        """The product, locked. Raises ProductNotFound, and VersionConflict as `refuse_conflict` does."""
        product = Product.objects.lock(product_id)
        self.refuse_conflict(product)
        return product

    def refuse_conflict(self, product: Product) -> None:
        """Raises VersionConflict if an event after the expected version conflicts with the command.

        It also raises VersionConflict if the product has not reached the expected version.
        """
        expected = self.expected_version
        if expected is None or expected == product.version:
            return
        since = [] if expected > product.version else read_stream(product.id, expected)
        conflicting = [
            recorded for recorded in since if self.command.conflicts_with(recorded.event, self.actor)
        ]
        if conflicting or expected > product.version:
            events = [
                {"type": event.type, "version": event.version} for event in conflicting[-_MAX_CONFLICTS:]
            ]
            raise VersionConflict(
                _conflict_detail(product, expected),
                current_version=product.version,
                conflicting_events=events,
            )

    def save(self, product: Product) -> CommandResult:
        """Stores the events that the product decided on, and returns the command's result."""
        recorded = product.store(self._metadata())
        return CommandResult(
            command_id=self.command_id,
            command=self.command.slug,
            product_id=product.id,
            version=product.version,
            position=recorded[-1].position if recorded else last_position(product.id),
            events=[_summary(event) for event in recorded],
        )

    def _metadata(self) -> Metadata:
        return Metadata(
            actor_id=self.actor.user_id,
            command_id=self.command_id,
            command=self.command.slug,
            correlation_id=self.correlation_id,
        )


_MAX_CONFLICTS = 100
"""A refusal names at most this many conflicting events: the latest ones."""


def _conflict_detail(product: Product, expected: int) -> str:
    if expected > product.version:
        return (
            f"Product {product.id} has no version {expected} yet: its latest version is {product.version}. "
            "Read the product again, and send the command with the version that you read."
        )
    return (
        f"The product has changed since version {expected}, in a way that conflicts with this command. "
        f"It is at version {product.version} now. Read it again before you decide."
    )


def _summary(event: RecordedEvent) -> EventSummary:
    return EventSummary(event.type, event.version, event.position)


C = TypeVar("C", bound=Command)
Handler = Callable[[Any, UnitOfWork], CommandResult]
HANDLERS: dict[type[Command], Handler] = {}


def handles(command_type: type[C]) -> Callable[[Callable[[C, UnitOfWork], CommandResult]], Handler]:
    """Decorator: registers the function as the one handler of `command_type`. Raises ValueError for a second one."""

    def register(handler: Callable[[C, UnitOfWork], CommandResult]) -> Handler:
        if command_type in HANDLERS:
            raise ValueError(f"{command_type.__name__} has two handlers.")
        HANDLERS[command_type] = handler
        return handler

    return register
