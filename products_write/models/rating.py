from typing import NamedTuple

from django.db import models

from facts import ProductRated, ProductRatingWithdrawn
from kernel.database.aliases import write_connection
from kernel.database.statements import fetch
from products_write.errors import RatingNotFound
from products_write.models.lifecycle import Lifecycle

# One statement sets the rating, says what it replaced, and returns no row when nothing changes.
_PUT = """
INSERT INTO products_write_rating (product_id, user_id, rating) VALUES (%s, %s, %s)
ON CONFLICT (product_id, user_id) DO UPDATE
SET previous_rating = products_write_rating.rating, rating = excluded.rating
WHERE products_write_rating.rating <> excluded.rating
RETURNING previous_rating
"""
_TAKE = "DELETE FROM products_write_rating WHERE product_id = %s AND user_id = %s RETURNING rating"


class Replaced(NamedTuple):
    """The rating that stood before, None if there was none."""

    rating: int | None


class RatingManager(models.Manager["Rating"]):
    def set_rating(self, product_id: int, user_id: int, rating: int) -> Replaced | None:
        """Sets a user's rating; None when it was so already."""
        found = fetch(write_connection(), _PUT, [product_id, user_id, rating])
        return Replaced(found[0][0]) if found else None

    def remove_rating(self, product_id: int, user_id: int) -> int | None:
        """Removes a user's rating; it, or None when there is none."""
        found = fetch(write_connection(), _TAKE, [product_id, user_id])
        return int(found[0][0]) if found else None


class Rating(models.Model):
    """One user's rating of one product, 1 to 5, and the one it replaced."""

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
    """Being rated by users."""

    class Meta:
        abstract = True

    def rate(self, *, user_id: int, rating: int) -> None:
        """No-op when this is the user's rating already."""
        self.refuse_if_discontinued()
        replaced = Rating.objects.set_rating(self.id, user_id, rating)
        if replaced is None:
            return
        self.record(ProductRated(user_id=user_id, rating=rating, previous_rating=replaced.rating))

    def withdraw_rating(self, *, user_id: int) -> None:
        withdrawn = Rating.objects.remove_rating(self.id, user_id)
        if withdrawn is None:
            raise RatingNotFound
        self.record(ProductRatingWithdrawn(user_id=user_id, previous_rating=withdrawn))
