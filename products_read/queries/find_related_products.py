"""The products that one product points to, in the order in which they were related, without discontinued ones."""

from msgspec import Struct

from events.consistency.on_demand import before_reading
from kernel.errors import NotFound
from products_read.models import ProductDisplay


class FindRelatedProducts(Struct, frozen=True, kw_only=True):
    """The query has no parameters; the product's id is in the path."""


def find_related_products(product_id: int) -> list[str]:
    """The documents of the related products, 100 at most. Raises NotFound when product `product_id` does not exist."""
    before_reading(ProductDisplay)
    row = ProductDisplay.objects.filter(id=product_id).values_list("related_product_ids").first()
    if row is None:
        raise NotFound(f"There is no product {product_id}.")
    (related_ids,) = row
    if not related_ids:
        return []
    shown = ProductDisplay.objects.filter(id__in=related_ids, discontinued=False)
    documents = dict(shown.values_list("id", "document"))
    return [documents[related_id] for related_id in related_ids if related_id in documents]
