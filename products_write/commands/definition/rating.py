"""The base class of the two commands about a user's rating: the user, and the conflicts."""

from django.contrib.auth import get_user_model
from msgspec import UNSET, UnsetType

from events.contracts import DomainEvent
from facts.product import ProductDiscontinued, ProductRated, ProductRatingWithdrawn
from kernel.actor import Actor
from kernel.errors import FieldFault
from products_write.commands.definition.base import Command, UnitOfWork
from products_write.commands.definition.field_types import ProductId, UserId
from products_write.errors import UserNotFound

FOR_OTHERS = "products_write.rate_for_others"


class RatingCommand(Command, frozen=True, kw_only=True):
    """A command about one user's rating of one product. The user is the sender unless `user_id` names another."""

    conflicts = (ProductRated, ProductRatingWithdrawn, ProductDiscontinued)

    product_id: ProductId
    user_id: UserId | UnsetType = UNSET

    def faults_from(self, actor: Actor) -> list[FieldFault]:
        """The system has no rating of its own, so it must name the user."""
        if rater_id(self, actor) is not None:
            return []
        return [
            FieldFault(
                "user_id",
                "required",
                "The system has no rating of its own. Give the id of the user who rates.",
            )
        ]

    def conflicts_with(self, event: DomainEvent, actor: Actor) -> bool:
        """A rating conflicts only with a rating of the same user."""
        if isinstance(event, ProductRated | ProductRatingWithdrawn):
            return event.user_id == rater_id(self, actor)
        return super().conflicts_with(event, actor)


def rater_id(command: RatingCommand, actor: Actor) -> int | None:
    """The id of the user whose rating the command is about; None if the system sends it without `user_id`."""
    return actor.user_id if command.user_id is UNSET else command.user_id


def rater(command: RatingCommand, work: UnitOfWork) -> int:
    """The id of the user whose rating the command is about. Raises UserNotFound for an unknown id."""
    user_id = rater_id(command, work.actor)
    assert user_id is not None  # see RatingCommand.faults_from
    if user_id != work.actor.user_id and not get_user_model()._default_manager.filter(pk=user_id).exists():
        raise UserNotFound(f"There is no user with the id {user_id}. Check user_id.", field="user_id")
    return user_id
