"""The categories in use, and how many products each holds; discontinued products do not count."""

from django.db.models import Count
from msgspec import Struct

from events.consistency.on_demand import before_reading
from products_read.models import DisplayCategory, ProductDisplay


class ListCategories(Struct, frozen=True, kw_only=True):
    """Takes no parameters."""


class CategoryCount(Struct, frozen=True):
    slug: str
    product_count: int


def list_categories() -> list[CategoryCount]:
    """All categories by slug. Counted from one range of one index, without touching a row."""
    before_reading(ProductDisplay)
    in_use = DisplayCategory.objects.filter(discontinued=False)
    counted = in_use.values("slug").annotate(product_count=Count("*")).order_by("slug")
    return [CategoryCount(slug, count) for slug, count in counted.values_list("slug", "product_count")]
