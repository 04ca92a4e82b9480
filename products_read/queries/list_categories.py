"""The categories in use, and the number of products in each. Discontinued products do not count."""

from django.db.models import Count
from msgspec import Struct

from events.consistency.on_demand import before_reading
from products_read.models import DisplayCategory, ProductDisplay


class ListCategories(Struct, frozen=True, kw_only=True):
    """The query has no parameters."""


class CategoryCount(Struct, frozen=True):
    """A category and the number of its products."""

    slug: str
    product_count: int


def list_categories() -> list[CategoryCount]:
    """All categories that hold products, ordered by slug. An index alone gives the counts."""
    before_reading(ProductDisplay)
    in_use = DisplayCategory.objects.filter(discontinued=False)
    counted = in_use.values("slug").annotate(product_count=Count("*")).order_by("slug")
    return [CategoryCount(slug, count) for slug, count in counted.values_list("slug", "product_count")]
