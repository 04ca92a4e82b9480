"""What a command is, what its handler works with, and which handler belongs to which command."""

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
    """A wish to change one product.

    `address` is what follows /commands/. `permission` None: any signed-in user may.
    `conflicts`: the events since the version a client saw that make its decision doubtful.
    """

    slug: ClassVar[str]
    permission: ClassVar[str | None]
    conflicts: ClassVar[tuple[type[DomainEvent], ...]] = ()
    at_least_one_of: ClassVar[tuple[str, ...]] = ()
    """Fields that may be left out, but not all of them."""
    creates: ClassVar[bool] = False
    """Whether there is no product before it, and so no version to expect."""

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """Whether `event`, which the sender did not know of, speaks against this command."""
        return isinstance(event, self.conflicts)

    def faults_from(self, actor: Actor) -> list[FieldFault]:
        """What is wrong with the command when it comes from `actor`."""
        return []


class EventSummary(msgspec.Struct, frozen=True):
    type: str
    version: int
    position: int


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a successful command answers; `version` and `position` are the product's latest."""

    command_id: UUID
    command: str
    status: str = "succeeded"
    product_id: int
    version: int
    position: int
    events: list[EventSummary]


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """Who sends a command, under which id, and the version of the product they saw (None: any).

    `accepted_at` is None for a command that is executed as it is accepted; otherwise it is when what the command
    says without a time of its own was so.
    """

    actor: Actor
    command: Command
    command_id: UUID
    correlation_id: str
    expected_version: int | None = None
    accepted_at: datetime | None = None

    def load(self, product_id: int) -> Product:
        """The product, locked. Raises ProductNotFound, or VersionConflict if it moved on in a way that matters."""
        product = Product.objects.lock(product_id)
        self.refuse_conflict(product)
        return product

    def refuse_conflict(self, product: Product) -> None:
        expected = self.expected_version
        if expected is None or expected == product.version:
            return
        since = [] if expected > product.version else read_stream(product.id, expected)
        conflicting = [
            recorded for recorded in since if self.command.conflicts_with(recorded.event, self.actor)
        ]
        if conflicting or expected > product.version:
            events = [{"type": event.type, "version": event.version} for event in conflicting[-_SHOWN:]]
            raise VersionConflict(current_version=product.version, conflicting_events=events)

    def save(self, product: Product) -> CommandResult:
        """Stores what the product decided, and says so."""
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


_SHOWN = 100
"""Conflicting events that a refusal names at most, the latest."""


def _summary(event: RecordedEvent) -> EventSummary:
    return EventSummary(event.type, event.version, event.position)


C = TypeVar("C", bound=Command)
Handler = Callable[[Any, UnitOfWork], CommandResult]
HANDLERS: dict[type[Command], Handler] = {}


def handles(command_type: type[C]) -> Callable[[Callable[[C, UnitOfWork], CommandResult]], Handler]:
    """Decorator: this function handles `command_type`; one does."""

    def register(handler: Callable[[C, UnitOfWork], CommandResult]) -> Handler:
        if command_type in HANDLERS:
            raise ValueError(f"{command_type.__name__} has two handlers.")
        HANDLERS[command_type] = handler
        return handler

    return register
