from products_write.commands.definition.base import CommandResult, UnitOfWork, handles
from products_write.commands.definition.rating import RatingCommand, rater


class WithdrawRating(RatingCommand, frozen=True, kw_only=True):
    """Withdraw a user's rating of a product."""

    slug = "withdraw-rating"


@handles(WithdrawRating)
def withdraw_rating(command: WithdrawRating, work: UnitOfWork) -> CommandResult:
    user_id = rater(command, work)
    product = work.load(command.product_id)
    product.withdraw_rating(user_id=user_id)
    return work.save(product)
