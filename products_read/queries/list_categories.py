"""The categories in use, and the number of products in each. Discontinued products do not count."""

from django.db.models import Count

from events.consistency.on_demand import before_reading
from products_read.documents.shapes import CategoryDocument, rendered
from products_read.models import DisplayCategory, ProductDisplay
from products_read.queries.definition import Access, ListQuery, answers


class ListCategories(ListQuery, frozen=True, kw_only=True):
    """All categories that hold products. Discontinued products do not count."""

    address = "categories/"
    url_name = "categories"
    access = Access.PUBLIC
    read_model = ProductDisplay
    document = CategoryDocument


@answers(ListCategories)
def list_categories(_product_id: None = None) -> list[str]:
    """All categories that hold products, ordered by slug. An index alone gives the counts."""
    before_reading(ProductDisplay)
    in_use = DisplayCategory.objects.filter(discontinued=False)
    counted = in_use.values("slug").annotate(product_count=Count("*")).order_by("slug")
    return [
        rendered(CategoryDocument(slug=slug, product_count=count))
        for slug, count in counted.values_list("slug", "product_count")
    ]
