"""Product ids that the service chooses, apart from all ids that clients have chosen.

Ids are drawn from the identity column of a small table. A client may have taken the drawn id already. The insert of
the product then fails, and the next draw comes after the whole run of taken ids.
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
    """Holds the identity column that ids are drawn from. Its rows have no meaning."""

    id = models.BigAutoField(primary_key=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.id)


def draw_product_id() -> int:
    """The next id, which the product of a client may have already. Raises Unavailable when no id is left."""
    connection = write_connection()
    drawn = dialect_of(connection).draw_identity(connection, _TABLE)
    if drawn > MAX_PRODUCT_ID:
        raise Unavailable(
            "The service has no product id left. Choose an id yourself and send it as product_id."
        )
    return drawn


def pass_taken_ids(taken: int) -> None:
    """Makes the next draw come after the unbroken run of taken ids that contains `taken`.

    Another command may draw an id at this moment, and the same id can be drawn again later. That is no harm: the
    later insert finds the id taken, and draws again.
    """
    connection = write_connection()
    with connection.cursor() as cursor:
        cursor.execute(_END_OF_RUN, [taken])
        row = cursor.fetchone()
    dialect_of(connection).pass_identity(connection, _TABLE, taken if row is None else int(row[0]))
