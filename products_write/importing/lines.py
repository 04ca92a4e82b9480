"""Reads a CSV file line by line into the states that its products are to have."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from kernel.errors import FieldFault, Invalid
from kernel.validation import validated
from products_write.commands.definition.field_types import (
    Categories,
    Description,
    Name,
    NewProductId,
    Sku,
    UnitPrice,
)
from products_write.commands.definition.introspection import faults_of
from products_write.limits import MAX_STOCK

IMPORT_COLUMNS = ("product_id", "sku", "name", "description", "unit_price", "categories", "quantity")

# An export puts an apostrophe before such text, so that a spreadsheet does not take it for a formula.
_ESCAPED = re.compile(r"'+[=+\-@\t\r]", re.ASCII)


class WantedState(msgspec.Struct, frozen=True, kw_only=True):
    """The state that a product is to have. An unset field stays as it is; `sku` None takes the SKU away."""

    product_id: NewProductId | UnsetType = UNSET
    sku: Sku | UnsetType | None = UNSET
    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    unit_price: UnitPrice | UnsetType = UNSET
    categories: Categories | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=0, le=MAX_STOCK)] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file, with either a state or faults. `number` is the line at which it begins."""

    number: int
    wanted: WantedState | None
    faults: Sequence[FieldFault] = ()


def read_lines(file: IO[str]) -> Iterator[Line]:
    """Every record after the header. Raises Invalid for a wrong header, broken CSV and text that is not UTF-8."""
    reader = csv.reader(file, strict=True)
    try:
        columns = _columns(next(reader, []))
        number = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _line(number, columns, cells)
            number = reader.line_num + 1
    except csv.Error:
        detail = (
            f"line {reader.line_num}: This is not valid CSV. Check the quotation marks here and in the lines before. "
            f"A cell can have at most {csv.field_size_limit()} characters."
        )
        raise Invalid([FieldFault("", "malformed", detail)]) from None
    except UnicodeDecodeError:
        raise Invalid(
            [FieldFault("", "malformed", "The file is not UTF-8. Save it with the encoding UTF-8.")]
        ) from None


def _columns(header: Sequence[str]) -> list[str]:
    columns = [name.strip() for name in header]
    unknown = [name for name in columns if name not in IMPORT_COLUMNS]
    if unknown or len(set(columns)) < len(columns) or not {"product_id", "sku"} & set(columns):
        known = ", ".join(IMPORT_COLUMNS)
        detail = (
            f"line 1: The header is {','.join(columns)[:200]!r}. Use each of these columns at most once: {known}. "
            "One of product_id and sku must be there."
        )
        raise Invalid([FieldFault("", "malformed", detail)])
    return columns


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) != len(columns):
        detail = f"The line has {len(cells)} cells, but the header has {len(columns)}."
        return Line(number, None, [FieldFault("", "malformed", detail)])
    given = {name: _unescaped(cell) for name, cell in zip(columns, cells, strict=True)}
    try:
        return Line(number, _state(given))
    except Invalid as invalid:
        return Line(number, None, invalid.faults)


def _unescaped(cell: str) -> str:
    """The cell without the apostrophe that an export put before it."""
    return cell[1:] if _ESCAPED.match(cell) else cell


def _state(given: dict[str, str]) -> WantedState:
    if not given.get("product_id") and not given.get("sku"):
        raise Invalid(
            [FieldFault("product_id", "required", "Fill in product_id or sku; they name the product.")]
        )
    raw: dict[str, object] = {name: cell for name, cell in given.items() if cell != ""}
    if "categories" in raw:
        raw["categories"] = sorted({slug.strip() for slug in given["categories"].split("|") if slug.strip()})
    wanted = validated(WantedState, raw, lax=True)
    if faults := faults_of(wanted):
        raise Invalid(faults)
    # An empty cell empties a field that may be empty. Validation has read it as left out.
    none: dict[str, object] = {"sku": None, "description": "", "categories": []}
    return msgspec.structs.replace(wanted, **{name: none[name] for name in none if given.get(name) == ""})
