"""The base class of commands, the unit of work that handlers get, and the registry of handlers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Annotated, Any, ClassVar, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta

from events.contracts import DomainEvent
from events.log import Metadata, RecordedEvent, last_position, read_stream
from kernel.actor import Actor
from kernel.errors import (
    FieldFault,
    Invalid,
    NotAuthenticated,
    PermissionDenied,
    ServiceError,
    Unavailable,
)
from products_write.errors import CommandInProgress, IdempotencyKeyReused, ProductNotFound, VersionConflict
from products_write.models import Product


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A request to change one product. Its class says all that the service knows of it.

    Clients read the docstring as the description of the command. `products_write.checks` names what a class lacks.
    """

    slug: ClassVar[str] = ""
    """The name of the command in its address, /commands/<slug>/."""
    needs_permission: ClassVar[bool] = True
    """False for a command that any signed-in user may send."""
    permission_label: ClassVar[str] = ""
    """The permission as administrators read it, such as "Can change prices"."""
    groups: ClassVar[tuple[str, ...]] = ()
    """The groups of products_write.groups that get the permission."""
    conflicts: ClassVar[tuple[type[DomainEvent], ...]] = ()
    """The events that make the sender's decision doubtful, if they come after the version that the sender saw."""
    refuses: ClassVar[tuple[type[ServiceError], ...]] = ()
    """The refusals that the handler can end in, besides those that `refusals` adds."""
    example: ClassVar[Mapping[str, object]] = {}
    """A body for the demo catalogue. All examples succeed there in the order of COMMANDS."""
    at_least_one_of: ClassVar[tuple[str, ...]] = ()
    """Each of these fields may be left out, but a command must have one of them."""
    creates: ClassVar[bool] = False
    """True for a command that makes a new product, which has no version to expect."""

    permission: ClassVar[str | None] = None
    """The Django permission to send the command, made from `slug`; None if no permission is needed."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.permission = f"products_write.{cls.slug.replace('-', '_')}" if cls.needs_permission else None

    @classmethod
    def refusals(cls) -> tuple[type[ServiceError], ...]:
        """Every refusal that the command can end in: its own, and those of every command like it."""
        existing = () if cls.creates else _OF_EXISTING_PRODUCTS
        return (*_OF_EVERY_COMMAND, *existing, *cls.refuses)

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """Whether `event` conflicts with this command. The sender did not know of the event."""
        return isinstance(event, self.conflicts)

    def faults_from(self, actor: Actor) -> list[FieldFault]:
        """The faults that this command has only when `actor` sends it."""
        return []


_OF_EVERY_COMMAND = (
    *(Invalid, NotAuthenticated, PermissionDenied, Unavailable),
    *(IdempotencyKeyReused, CommandInProgress),
)
_OF_EXISTING_PRODUCTS = (ProductNotFound, VersionConflict)


FromOne = Annotated[int, Meta(ge=1, extra_json_schema={"format": "int64"})]
"""An id, a version or a position."""

# OpenAPI lists these names in components of their own (products_write.api.documents), because they are known only when
# all modules of facts and of the commands are imported.
CommandName = Annotated[str, Meta(extra_json_schema={"$ref": "#/components/schemas/CommandName"})]
EventType = Annotated[str, Meta(extra_json_schema={"$ref": "#/components/schemas/EventType"})]


class EventSummary(msgspec.Struct, frozen=True):
    """An event that a command has appended to the log."""

    type: EventType
    version: FromOne
    position: FromOne


class CommandResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a command. `events` is empty if the command changed nothing.

    `version` and `position` are the latest of the product.
    """

    command_id: UUID
    command: CommandName
    status: Literal["succeeded"]
    product_id: FromOne
    version: FromOne
    position: FromOne
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
            status="succeeded",
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
COMMAND_HANDLERS: dict[type[Command], Handler] = {}


def handles(command_type: type[C]) -> Callable[[Callable[[C, UnitOfWork], CommandResult]], Handler]:
    """Decorator: registers the function as the one handler of `command_type`. Raises ValueError for a second one."""

    def register(handler: Callable[[C, UnitOfWork], CommandResult]) -> Handler:
        if command_type in COMMAND_HANDLERS:
            raise ValueError(f"{command_type.__name__} has two handlers.")
        COMMAND_HANDLERS[command_type] = handler
        return handler

    return register


def commands_in(module: ModuleType) -> list[type[Command]]:
    """The commands that the module defines, in the order of their definition."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Command) and value.__module__ == module.__name__
    ]
