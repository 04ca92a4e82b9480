"""The catalogue as lines of CSV that import_products reads, and that a spreadsheet does not take for formulas."""

import re
from collections.abc import Iterator

from products_read.models import ProductDisplay, ProductInventory

EXPORT_COLUMNS = ("product_id", "sku", "name", "description", "unit_price", "categories", "quantity")

_CHUNK = 1_000
# What a spreadsheet would compute; the quotes before it too, so that taking one away again gives the same text.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def exported_lines(*, include_discontinued: bool) -> Iterator[tuple[str, ...]]:
    """A line per product, by id, in the order of COLUMNS."""
    rows = ProductDisplay.objects.order_by("id")
    if not include_discontinued:
        rows = rows.filter(discontinued=False)
    last = 0
    while chunk := list(rows.filter(id__gt=last)[:_CHUNK]):
        stocks = ProductInventory.objects.filter(id__in=[row.id for row in chunk])
        quantities = dict(stocks.values_list("id", "current_stock"))
        yield from (_line(row, quantities.get(row.id)) for row in chunk)
        last = chunk[-1].id


def harmless(cell: str) -> str:
    """The cell with a quote before what a spreadsheet would compute."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _line(row: ProductDisplay, quantity: int | None) -> tuple[str, ...]:
    price = f"{row.unit_price_cents // 100}.{row.unit_price_cents % 100:02d}"
    texts = (row.sku or "", row.name, row.description, price, "|".join(row.categories))
    return (str(row.id), *map(harmless, texts), "" if quantity is None else str(quantity))
