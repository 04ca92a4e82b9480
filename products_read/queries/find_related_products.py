"""The products that one product points to, in the order in which they were related, without discontinued ones."""

from events.consistency.on_demand import before_reading
from kernel.errors import NotFound
from products_read.documents.shapes import ProductDisplayDocument
from products_read.models import ProductDisplay
from products_read.queries.definition import Access, ListQuery, answers


class FindRelatedProducts(ListQuery, frozen=True, kw_only=True):
    """The products that one product points to, in the order in which they were related.

    Discontinued products are left out.
    """

    address = "products/<product_id:product_id>/related/"
    url_name = "related-products"
    access = Access.PUBLIC
    read_model = ProductDisplay
    document = ProductDisplayDocument


@answers(FindRelatedProducts)
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
