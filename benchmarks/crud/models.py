"""The tables of the baseline."""

from django.conf import settings
from django.db import models
from django.db.models import Avg, Count, OuterRef, Subquery
from django.db.models.functions import Coalesce, Round


class Category(models.Model):
    slug = models.SlugField(unique=True)

    def __str__(self) -> str:
        return self.slug


class ProductQuerySet(models.QuerySet["Product"]):
    def displayed(self) -> "ProductQuerySet":
        """The products with all that the catalogue shows. It takes three SQL queries for any number of products."""
        ratings = Rating.objects.filter(product=OuterRef("pk")).order_by().values("product")
        return (
            self.select_related("stock")
            .prefetch_related("categories", "relations")
            .annotate(
                user_rating=Subquery(ratings.annotate(mean=Round(Avg("rating"), 2)).values("mean")),
                rating_count=Coalesce(Subquery(ratings.annotate(number=Count("pk")).values("number")), 0),
            )
        )


class Product(models.Model):
    sku = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - several NULLs are allowed
    name = models.CharField(max_length=200, db_index=True)
    description = models.TextField(blank=True)
    unit_price = models.DecimalField(max_digits=10, decimal_places=2, db_index=True)
    discontinued = models.BooleanField(default=False)
    version = models.BigIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    categories = models.ManyToManyField(Category, related_name="products")

    objects = ProductQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=["discontinued", "id"], name="crud_product_listed"),)

    def __str__(self) -> str:
        return self.name


class Stock(models.Model):
    product = models.OneToOneField(Product, on_delete=models.CASCADE, primary_key=True, related_name="stock")
    quantity = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.quantity} of {self.product_id}"


class Relation(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="relations")
    related_product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.product_id} to {self.related_product_id}"


class Rating(models.Model):
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="ratings", db_index=False)
    # Without a constraint in the database, because the ratings of the filled catalogue name users that do not exist.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_constraint=False, db_index=False
    )
    rating = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["product", "user"], name="crud_rating_once"),)

    def __str__(self) -> str:
        return f"{self.rating} for {self.product_id}"


class ChangeLog(models.Model):
    """The record of each change and its user, for people to read."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE)
    user_id = models.BigIntegerField()
    change = models.CharField(max_length=50)
    details = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.change} of {self.product_id}"


class IdempotencyKey(models.Model):
    key = models.UUIDField()
    user_id = models.BigIntegerField()
    answer = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "user_id"], name="crud_key_once"),)

    def __str__(self) -> str:
        return str(self.key)
