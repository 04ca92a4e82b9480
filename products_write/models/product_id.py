"""Ids that the service chooses, so that they never meet ids that clients chose.

They are drawn from the identity of a small table. A client may have taken an id before it is drawn;
whoever inserts the product finds out and draws again, past the whole run of ids taken there.
"""

from django.db import models

from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from kernel.errors import Unavailable
from products_write.limits import MAX_PRODUCT_ID

_END_OF_RUN = """
SELECT taken.id FROM products_write_product taken
WHERE taken.id >= %s AND NOT EXISTS (SELECT 1 FROM products_write_product next WHERE next.id = taken.id + 1)
ORDER BY taken.id LIMIT 1
"""
_TABLE = "products_write_reservedproductid"


class ReservedProductId(models.Model):
    """Holds the identity that ids are drawn from; its rows mean nothing."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)


def draw_product_id() -> int:
    """The next id; it may be taken by a client's product. Raises Unavailable when none is left."""
    connection = write_connection()
    drawn = dialect_of(connection).draw_identity(connection, _TABLE)
    if drawn > MAX_PRODUCT_ID:
        raise Unavailable("The service has no product id left to give; choose one and send it as product_id.")
    return drawn


def pass_taken_ids(taken: int) -> None:
    """Makes the next draw come after the contiguous run of taken ids that `taken` belongs to.

    Draws of others in between may be given again; they meet a taken id then, and pass it.
    """
    connection = write_connection()
    with connection.cursor() as cursor:
        cursor.execute(_END_OF_RUN, [taken])
        row = cursor.fetchone()
    dialect_of(connection).pass_identity(connection, _TABLE, taken if row is None else int(row[0]))
