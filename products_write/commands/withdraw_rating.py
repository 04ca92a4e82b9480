from products_write.commands.definition.base import CommandResult, UnitOfWork, handles
from products_write.commands.definition.rating import RatingCommand, rater
from products_write.errors import RatingNotFound, UserNotFound


class WithdrawRating(RatingCommand, frozen=True, kw_only=True):
    """Withdraw a user's rating of a product."""

    slug = "withdraw-rating"
    needs_permission = False
    refuses = (UserNotFound, RatingNotFound)
    example = {"product_id": 7}


@handles(WithdrawRating)
def withdraw_rating(command: WithdrawRating, work: UnitOfWork) -> CommandResult:
    user_id = rater(command, work)
    product = work.load(command.product_id)
    product.withdraw_rating(user_id=user_id)
    return work.save(product)
