from products_write.commands.definition.base import CommandResult, UnitOfWork, handles
from products_write.commands.definition.field_types import Stars
from products_write.commands.definition.rating import RatingCommand, rater
from products_write.errors import ProductIsDiscontinued, UserNotFound


class RateProduct(RatingCommand, frozen=True, kw_only=True):
    """Rate a product. A user has one rating for each product: a new rating replaces the old one."""

    slug = "rate-product"
    needs_permission = False
    refuses = (UserNotFound, ProductIsDiscontinued)
    example = {"product_id": 7, "rating": 5}

    rating: Stars


@handles(RateProduct)
def rate_product(command: RateProduct, work: UnitOfWork) -> CommandResult:
    user_id = rater(command, work)
    product = work.load(command.product_id)
    product.rate(user_id=user_id, rating=command.rating)
    return work.save(product)
