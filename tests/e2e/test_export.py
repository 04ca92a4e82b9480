"""An exported file can be imported again, here and elsewhere. A spreadsheet finds no formula in it."""

import csv
from pathlib import Path

import pytest

from products_read.exporting import EXPORT_COLUMNS, harmless
from tests.support.processes import Service

AWKWARD = (
    "from kernel.actor import SYSTEM\n"
    "from products_write.bus.dispatch import send\n"
    "from products_write.bus.envelope import Envelope\n"
    "for command, payload in (\n"
    "    ('add-new-product', {'product_id': 1, 'sku': '=1+1', 'name': '+Lamp', 'unit_price': '12.50',\n"
    "        'description': '@home, \"quoted\"\\nsecond line', 'categories': ['b', 'a']}),\n"
    "    ('add-new-product', {'product_id': 2, 'name': '\\'=quoted', 'unit_price': '0', 'description': '-'}),\n"
    "    ('add-new-product', {'product_id': 3, 'name': 'Plain', 'unit_price': '99999999.99', 'sku': 'P-3'}),\n"
    "    ('add-to-inventory', {'product_id': 1, 'quantity': 7}),\n"
    "    ('discontinue-product', {'product_id': 3}),\n"
    "):\n"
    "    send(Envelope.of(command, payload, actor=SYSTEM))\n"
)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=1", "'=1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@a", "'@a"),
        ("\t1", "'\t1"),
        ("'=1", "''=1"),
        ("a=1", "a=1"),
    ],
)
def test_harmless__puts_a_quote_before_a_formula(cell: str, expected: str) -> None:
    assert harmless(cell) == expected


def test_export__imports_again_without_loss(embedded: Service, tmp_path: Path) -> None:
    embedded.manage("shell", "-v", "0", "-c", AWKWARD)
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    embedded.manage("export_products", str(first), "--include-discontinued")
    with first.open(newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows[0] == list(EXPORT_COLUMNS)
    assert rows[1] == ["1", "'=1+1", "'+Lamp", '\'@home, "quoted"\nsecond line', "12.50", "a|b", "7"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@"))]

    again = embedded.manage("import_products", str(first))
    assert "0 added, 0 changed, 3 unchanged, 0 faulty" in again.stdout

    with Service(embedded.env | {"DATABASE_URL": f"sqlite:///{tmp_path}/other.sqlite3"}, tmp_path) as other:
        other.migrate()
        other.manage("import_products", str(first))
        other.manage("export_products", str(second))
    assert second.read_text() == first.read_text()


def test_export__to_a_missing_folder_ends_with_an_error(embedded: Service, tmp_path: Path) -> None:
    refused = embedded.manage("export_products", str(tmp_path / "missing" / "file.csv"), check=False)
    assert refused.returncode == 1
    assert "cannot be written: No such file or directory." in refused.stderr
