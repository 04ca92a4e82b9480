"""What the two commands about a user's rating share: whose it is, and what conflicts with it."""

from django.contrib.auth import get_user_model
from msgspec import UNSET, UnsetType

from events.contracts import DomainEvent
from facts import ProductDiscontinued, ProductRated, ProductRatingWithdrawn
from kernel.actor import Actor
from kernel.errors import FieldFault
from products_write.commands.definition.base import Command, UnitOfWork
from products_write.commands.definition.field_types import ProductId, UserId
from products_write.errors import UserNotFound

FOR_OTHERS = "products_write.rate_for_others"


class RatingCommand(Command, frozen=True, kw_only=True):
    """About one user's rating of one product; by default the sender's own."""

    permission = None
    conflicts = (ProductRated, ProductRatingWithdrawn, ProductDiscontinued)

    product_id: ProductId
    user_id: UserId | UnsetType = UNSET

    def faults_from(self, actor: Actor) -> list[FieldFault]:
        """The system has no rating of its own."""
        if rater_id(self, actor) is not None:
            return []
        return [FieldFault("user_id", "required", "The system has no rating of its own; say whose.")]

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """Of ratings, only those of the same user."""
        if isinstance(event, ProductRated | ProductRatingWithdrawn):
            return event.user_id == rater_id(self, actor)
        return super().conflicts_with(event, actor)


def rater_id(command: RatingCommand, actor: Actor) -> int | None:
    return actor.user_id if command.user_id is UNSET else command.user_id


def rater(command: RatingCommand, work: UnitOfWork) -> int:
    """The id of the user whose rating it is. Raises UserNotFound."""
    user_id = rater_id(command, work.actor)
    assert user_id is not None  # see RatingCommand.faults_from
    if user_id != work.actor.user_id and not get_user_model()._default_manager.filter(pk=user_id).exists():
        raise UserNotFound(field="user_id")
    return user_id
