"""A CSV file read line by line into the states it asks for."""

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

# What an export puts an apostrophe before, so that a spreadsheet does not take it for a formula.
_DISARMED = re.compile(r"'+[=+\-@\t\r]", re.ASCII)


class WantedState(msgspec.Struct, frozen=True, kw_only=True):
    """How a product is to be; what is unset stays as it is. `sku` None: without one."""

    product_id: NewProductId | UnsetType = UNSET
    sku: Sku | UnsetType | None = UNSET
    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    unit_price: UnitPrice | UnsetType = UNSET
    categories: Categories | UnsetType = UNSET
    quantity: Annotated[int, Meta(ge=0, le=MAX_STOCK)] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Line:
    """One record of the file; `number` is the line it begins at. It has a state or faults."""

    number: int
    wanted: WantedState | None
    faults: Sequence[FieldFault] = ()


def read_lines(file: IO[str]) -> Iterator[Line]:
    """Every record after the header. Raises Invalid for a header or a text that is not this kind of file."""
    reader = csv.reader(file, strict=True)
    try:
        columns = _columns(next(reader, []))
        number = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _line(number, columns, cells)
            number = reader.line_num + 1
    except csv.Error as error:
        raise Invalid([FieldFault("", "malformed", f"line {reader.line_num}: {error}")]) from None
    except UnicodeDecodeError:
        raise Invalid([FieldFault("", "malformed", "The file is not UTF-8.")]) from None


def _columns(header: Sequence[str]) -> list[str]:
    columns = [name.strip() for name in header]
    unknown = [name for name in columns if name not in IMPORT_COLUMNS]
    if unknown or len(set(columns)) < len(columns) or not {"product_id", "sku"} & set(columns):
        known = ", ".join(IMPORT_COLUMNS)
        detail = f"line 1: The header names each at most once of {known}; product_id or sku is needed."
        raise Invalid([FieldFault("", "malformed", detail)])
    return columns


def _line(number: int, columns: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) != len(columns):
        detail = f"It has {len(cells)} cells, and the header {len(columns)}."
        return Line(number, None, [FieldFault("", "malformed", detail)])
    given = {name: _armed(cell) for name, cell in zip(columns, cells, strict=True)}
    try:
        return Line(number, _wanted(given))
    except Invalid as invalid:
        return Line(number, None, invalid.faults)


def _armed(cell: str) -> str:
    """The cell as it was before an export made it harmless."""
    return cell[1:] if _DISARMED.match(cell) else cell


def _wanted(given: dict[str, str]) -> WantedState:
    if not given.get("product_id") and not given.get("sku"):
        raise Invalid([FieldFault("product_id", "required", "Give product_id or sku.")])
    raw: dict[str, object] = {name: cell for name, cell in given.items() if cell != ""}
    if "categories" in raw:
        raw["categories"] = sorted({slug.strip() for slug in given["categories"].split("|") if slug.strip()})
    wanted = validated(WantedState, raw, lax=True)
    if faults := faults_of(wanted):
        raise Invalid(faults)
    # An empty cell says that there is none, where there can be none.
    none: dict[str, object] = {"sku": None, "description": "", "categories": []}
    return msgspec.structs.replace(wanted, **{name: none[name] for name in none if given.get(name) == ""})
