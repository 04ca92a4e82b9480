"""The results as a table for people and as JSON for programs."""

import json
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich import box
from rich.console import Console
from rich.table import Table

from benchmarks.result import Row

COLUMNS = ("what", "against", "ours", "theirs", "unit", "CPU ms", "ratio", "reach", "beyond", "")


def show(rows: Sequence[Row]) -> None:
    """Prints the table, and the notes below it."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for column in COLUMNS:
        table.add_column(column, justify="left" if column in COLUMNS[:2] else "right")
    for row in rows:
        table.add_row(*_cells(row))
    console = Console()
    console = console if console.is_terminal else Console(width=170)  # wide enough for all columns in a file
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"{row.what}: {row.note}")


def write(rows: Sequence[Row], scale: str, to: Path) -> None:
    """Writes the table with the result of each round as JSON."""
    to.parent.mkdir(parents=True, exist_ok=True)
    about = {"at": datetime.now(UTC).isoformat(), "scale": scale, "python": platform.python_version()}
    to.write_text(json.dumps({**about, "rows": [row.document() for row in rows]}, indent=1) + "\n")


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≤ " if row.at_most else ""
    return (
        row.what,
        row.against,
        _figure(median(row.ours)),
        _figure(median(row.theirs)) if row.theirs else "",
        row.unit,
        _pair(row.cpu),
        _figure(row.ratio) if row.theirs else "",
        "" if row.reach is None else f"{sign}{row.reach:g}",
        "" if row.beyond is None else f"{sign}{row.beyond:g}",
        row.verdict,
    )


def _pair(values: tuple[float | None, float | None]) -> str:
    known = [f"{value:.2f}" for value in values if value is not None]
    return " / ".join(known)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
