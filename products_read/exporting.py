"""The export of the catalogue as CSV lines. import_products can read them, and a spreadsheet finds no formulas."""

import re
from collections.abc import Iterator

from products_read.models import ProductDisplay, ProductInventory

EXPORT_COLUMNS = ("product_id", "sku", "name", "description", "unit_price", "categories", "quantity")

_CHUNK = 1_000
# The start of a cell that a spreadsheet takes for a formula, also after quotes. Each such cell gets one more quote, and
# the import removes exactly one, so every text comes back as it was.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")


def exported_lines(*, include_discontinued: bool) -> Iterator[tuple[str, ...]]:
    """One line for each product, ordered by id. The cells are in the order of EXPORT_COLUMNS."""
    rows = ProductDisplay.objects.order_by("id")
    if not include_discontinued:
        rows = rows.filter(discontinued=False)
    # Each chunk starts after the last id, so that neither memory nor an open cursor grows with the catalogue.
    last = 0
    while chunk := list(rows.filter(id__gt=last)[:_CHUNK]):
        stocks = ProductInventory.objects.filter(id__in=[row.id for row in chunk])
        quantities = dict(stocks.values_list("id", "current_stock"))
        yield from (_line(row, quantities.get(row.id)) for row in chunk)
        last = chunk[-1].id


def harmless(cell: str) -> str:
    """The cell, with a quote in front if a spreadsheet would take it for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _line(row: ProductDisplay, quantity: int | None) -> tuple[str, ...]:
    price = f"{row.unit_price_cents // 100}.{row.unit_price_cents % 100:02d}"
    texts = (row.sku or "", row.name, row.description, price, "|".join(row.categories))
    return (str(row.id), *map(harmless, texts), "" if quantity is None else str(quantity))
