"""The ratings of products by users."""

from typing import NamedTuple

from django.db import models

from facts.product import ProductRated, ProductRatingWithdrawn
from kernel.database.aliases import write_connection
from kernel.database.statements import fetch
from products_write.errors import RatingNotFound
from products_write.models.lifecycle import Lifecycle

# One statement sets the rating and returns the rating that it replaced. It returns no row when nothing changes.
_SET_RATING = """
INSERT INTO products_write_rating (product_id, user_id, rating) VALUES (%s, %s, %s)
ON CONFLICT (product_id, user_id) DO UPDATE
SET previous_rating = products_write_rating.rating, rating = excluded.rating
WHERE products_write_rating.rating <> excluded.rating
RETURNING previous_rating
"""
_REMOVE_RATING = "DELETE FROM products_write_rating WHERE product_id = %s AND user_id = %s RETURNING rating"


class Replaced(NamedTuple):
    """The rating before the change; None if there was none."""

    rating: int | None


class RatingManager(models.Manager["Rating"]):
    """Changes a rating in one statement."""

    def set_rating(self, product_id: int, user_id: int, rating: int) -> Replaced | None:
        """Sets a user's rating. Returns None when the user has given this rating already."""
        found = fetch(write_connection(), _SET_RATING, [product_id, user_id, rating])
        return Replaced(found[0][0]) if found else None

    def remove_rating(self, product_id: int, user_id: int) -> int | None:
        """Removes a user's rating and returns it; None when there is none."""
        found = fetch(write_connection(), _REMOVE_RATING, [product_id, user_id])
        return int(found[0][0]) if found else None


class Rating(models.Model):
    """One user's rating of one product, from 1 to 5, and the rating that it replaced."""

    product = models.ForeignKey("products_write.Product", on_delete=models.CASCADE, db_index=False)
    user_id = models.BigIntegerField()
    rating = models.SmallIntegerField()
    previous_rating = models.SmallIntegerField(null=True)

    objects = RatingManager()

    class Meta:
        default_permissions = ("view",)
        constraints = (
            models.UniqueConstraint(fields=["product", "user_id"], name="rating_one_per_user"),
            models.CheckConstraint(condition=models.Q(rating__range=(1, 5)), name="rating_1_to_5"),
        )

    def __str__(self) -> str:
        return f"{self.rating} for {self.product_id} by user {self.user_id}"


class Rated(Lifecycle):
    """A product that users can rate."""

    class Meta:
        abstract = True

    def rate(self, *, user_id: int, rating: int) -> None:
        """Sets the user's rating, from 1 to 5. Nothing happens when it is the same. Raises ProductIsDiscontinued."""
        self.refuse_if_discontinued()
        replaced = Rating.objects.set_rating(self.id, user_id, rating)
        if replaced is None:
            return
        self.record(ProductRated(user_id=user_id, rating=rating, previous_rating=replaced.rating))

    def withdraw_rating(self, *, user_id: int) -> None:
        """Removes the user's rating. Raises RatingNotFound."""
        withdrawn = Rating.objects.remove_rating(self.id, user_id)
        if withdrawn is None:
            raise RatingNotFound(
                f"User {user_id} has not rated product {self.id}, so there is no rating to withdraw."
            )
        self.record(ProductRatingWithdrawn(user_id=user_id, previous_rating=withdrawn))
