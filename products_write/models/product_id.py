"""Ids that the service chooses, so that they never meet ids that clients chose.

They are drawn from the identity of a small table. A client may have taken an id before it is drawn;
whoever inserts the product finds out and draws again, past the whole run of ids taken there.
"""

from django.db import models

from kernel.database import tables
from kernel.database.aliases import write_connection
from kernel.errors import Unavailable
from products_write.limits import MAX_PRODUCT_ID

_END_OF_RUN = """
SELECT taken.id FROM products_write_product taken
WHERE taken.id >= %s AND NOT EXISTS (SELECT 1 FROM products_write_product next WHERE next.id = taken.id + 1)
ORDER BY taken.id LIMIT 1
"""
_ROWS_KEPT = 1_000
_SEQUENCE = "pg_get_serial_sequence('products_write_reservedproductid', 'id')"


class ReservedProductId(models.Model):
    """Holds the identity that ids are drawn from; its rows mean nothing."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)


def draw_product_id() -> int:
    """The next id; it may be taken by a client's product. Raises Unavailable when none is left."""
    drawn = _draw_from_sequence() if tables.is_postgresql() else _draw_from_table()
    if drawn > MAX_PRODUCT_ID:
        raise Unavailable("The service has no product id left to give; choose one and send it as product_id.")
    return drawn


def pass_taken_ids(taken: int) -> None:
    """Makes the next draw come after the contiguous run of taken ids that `taken` belongs to.

    Draws of others in between may be given again; they meet a taken id then, and pass it.
    """
    with write_connection().cursor() as cursor:
        cursor.execute(_END_OF_RUN, [taken])
        row = cursor.fetchone()
    end = taken if row is None else int(row[0])
    if tables.is_postgresql():
        _set_sequence(end)
    elif end > taken:
        ReservedProductId.objects.create(id=end)


def _draw_from_sequence() -> int:
    with write_connection().cursor() as cursor:
        cursor.execute(f"SELECT nextval({_SEQUENCE})")
        return int(cursor.fetchone()[0])


def _set_sequence(last: int) -> None:
    statement = f"""
SELECT setval({_SEQUENCE}, %s) WHERE %s > (SELECT last_value FROM products_write_reservedproductid_id_seq)
"""
    with write_connection().cursor() as cursor:
        cursor.execute(statement, [last, last])


def _draw_from_table() -> int:
    with write_connection().cursor() as cursor:
        cursor.execute("INSERT INTO products_write_reservedproductid DEFAULT VALUES RETURNING id")
        drawn = int(cursor.fetchone()[0])
        if drawn % _ROWS_KEPT == 0:
            cursor.execute("DELETE FROM products_write_reservedproductid WHERE id < %s", [drawn])
    return drawn
