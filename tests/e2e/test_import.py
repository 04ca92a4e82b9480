"""The import of a large CSV file: it names bad lines, and after a kill it can be run again."""

import re
from pathlib import Path

import pytest

from tests.support.processes import Service, eventually

pytestmark = pytest.mark.takes_minutes

LINES = 10_000
HEADER = "product_id,sku,name,description,unit_price,categories,quantity"
BAD = {
    501: (",SKU-501,Lamp,,-1,lamps,5", "unit_price"),
    2_502: (",SKU-2502,,A lamp without a name,1.00,lamps,5", "name"),
    5_003: (",SKU-5003,Lamp,,1.00,two words,5", "categories"),
    7_504: (",SKU-7504,Lamp,,1.00,lamps,many", "quantity"),
    9_999: ("x,SKU-9999,Lamp,,1.00,lamps,5", "product_id"),
}
COUNTS = (
    "SELECT (SELECT count(*) FROM products_write_product), (SELECT sum(quantity) FROM products_write_stockitem),"
    " (SELECT count(*) FROM events_event)"
)


def catalogue(path: Path) -> None:
    """Write LINES lines under the header, from line 2 on. Each good line adds a product with stock."""
    good = (
        f",SKU-{line},Lamp {line},A lamp,{line % 90 + 1}.50,lamps|c{line % 7},{line % 50 + 1}"
        for line in range(LINES + 2)
    )
    lines = [BAD[line][0] if line in BAD else text for line, text in enumerate(good)][2:]
    path.write_text("\n".join([HEADER, *lines]) + "\n")


def test_import__takes_ten_thousand_lines_and_can_be_killed_and_run_again(
    embedded: Service, tmp_path: Path
) -> None:
    path = tmp_path / "catalogue.csv"
    catalogue(path)
    killed = embedded.python("import", "manage.py", "import_products", str(path))
    eventually(lambda: re.search(r"lines: [1-9]\d* of 10000, \d+/s, \d+ s left", killed.output), timeout=60)
    killed.kill()
    ((halfway, _, _),) = embedded.sql(COUNTS)
    assert 0 < halfway < LINES - len(BAD)

    again = embedded.python("again", "manage.py", "import_products", str(path))
    assert again.process.wait(timeout=400) == 1
    assert f"{LINES - len(BAD) - halfway} added" in again.output
    for line, (_, field) in BAD.items():
        assert re.search(rf"^line {line}: {field}: ", again.output, re.MULTILINE)
    assert len(re.findall(r"^line \d+: ", again.output, re.MULTILINE)) == len(BAD)

    good = LINES - len(BAD)
    units = sum(line % 50 + 1 for line in range(2, LINES + 2) if line not in BAD)
    assert embedded.sql(COUNTS) == [(good, units, 2 * good)]
    embedded.manage("verify_read_models")


OURS = "sku,name,unit_price,quantity\nRING-1,Silver ring,25.00,10\nRING-2,Gold ring,95.00,4\n"
THEIRS = "product_id,sku,name,unit_price\n1,TEE-1,T-shirt,9.00\n2,TEE-2,T-shirt XL,9.00\n"
PRODUCTS = "SELECT id, sku, name FROM products_write_product ORDER BY id"


@pytest.fixture
def theirs(embedded: Service, tmp_path: Path) -> str:
    """The file of another shop. Our products have the ids in it."""
    ours, theirs = tmp_path / "ours.csv", tmp_path / "theirs.csv"
    ours.write_text(OURS)
    theirs.write_text(THEIRS)
    embedded.manage("import_products", str(ours))
    return str(theirs)


def test_import__ids_of_another_shop_overwrite_nothing(embedded: Service, theirs: str) -> None:
    refused = embedded.manage("import_products", theirs, check=False)
    assert (refused.returncode, refused.stdout) == (1, "0 added, 0 changed, 0 unchanged, 2 faulty\n")
    assert "line 2: product_id_taken: Product 1, 'Silver ring', has SKU 'RING-1'" in refused.stderr
    assert embedded.sql(PRODUCTS) == [(1, "RING-1", "Silver ring"), (2, "RING-2", "Gold ring")]
    assert embedded.sql(COUNTS) == [(2, 14, 4)]


def test_import__that_may_rename_can_be_run_again(embedded: Service, theirs: str) -> None:
    for counts in ("0 added, 2 changed, 0 unchanged", "0 added, 0 changed, 2 unchanged"):
        done = embedded.manage("import_products", theirs, "--allow-rename")
        assert done.stdout == f"{counts}, 0 faulty\n"
    assert embedded.sql(PRODUCTS) == [(1, "TEE-1", "T-shirt"), (2, "TEE-2", "T-shirt XL")]
