"""The current document of one product."""

from typing import NamedTuple

from django.db import connections, router

from events.consistency.on_demand import before_reading
from kernel.database.statements import fetch
from kernel.errors import NotFound
from products_read.models import ReadModel


class Document(NamedTuple):
    """The version of a row, and its JSON text."""

    version: int
    text: str


def read_document(model: ReadModel, product_id: int) -> Document:
    """The product's document in `model`. Raises NotFound."""
    before_reading(model, product_id)
    # Plain SQL, because this is the most frequent read and the ORM would add the time to compile its query.
    statement = f"SELECT version, document FROM {model._meta.db_table} WHERE id = %s"
    found = fetch(connections[router.db_for_read(model)], statement, [product_id])
    if not found:
        raise NotFound(f"There is no product {product_id}.")
    return Document(*found[0])
