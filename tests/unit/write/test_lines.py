"""Reading the CSV file of an import."""

from io import StringIO

import pytest

from kernel.errors import FieldFault, Invalid
from products_write.importing.lines import read_lines


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('sku,name\nL-1,"Lamp', 2),
        ('sku,name\nL-1,"Lamp"x\n', 2),
        (f"sku,name\nL-1,Lamp\nL-2,{'x' * 200_000}", 3),
    ],
)
def test_read_lines__of_broken_csv_names_the_line(text: str, line: int) -> None:
    with pytest.raises(Invalid) as refused:
        list(read_lines(StringIO(text)))
    detail = (
        f"line {line}: This is not valid CSV. Check the quotation marks here and in the lines before. "
        "A cell can have at most 131072 characters."
    )
    assert refused.value.faults == [FieldFault("", "malformed", detail)]
