"""The queue of accepted commands, in the database."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Min
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.log import now
from kernel.database.aliases import write_connection
from kernel.database.dialect import dialect_of
from products_write.models.command_record import CommandRecord

LINE_LOCK_CLASS = 7_203
_MAX_LINES = 1_000
_RETRY_PERIOD = timedelta(minutes=10)


class QueuedCommandManager(models.Manager["QueuedCommand"]):
    """Adds commands to the queue, finds the next one, and locks it."""

    def enqueue(self, record: CommandRecord, payload: str, expected_version: int | None) -> "QueuedCommand":
        """Puts the command at the end of its product's line. It waits there from the caller's commit on."""
        if record.product_id is not None:
            _lock_end_of_line(record.product_id)
        return self.create(
            record=record,
            product_id=record.product_id,
            payload=payload,
            expected_version=expected_version,
            accepted_at=now(),
        )

    def next_in_line(self, waiting: "QueuedCommand") -> "QueuedCommand | None":
        """The first command in the line that `waiting` belongs to; None if that line is empty."""
        line = (
            self.filter(id=waiting.id)
            if waiting.product_id is None
            else self.filter(product_id=waiting.product_id)
        )
        return line.select_related("record").order_by("id").first()

    def one_of_each_line(self) -> "models.QuerySet[QueuedCommand, int]":
        """For each line the record id of one command; the line that has waited longest comes first."""
        # A command without a product is a line of its own; a negative number never meets a product's id.
        lines = self.annotate(line=Coalesce("product_id", -F("id"))).values("line")
        longest_waiting = lines.annotate(one=Min("record_id"), first=Min("id")).order_by("first")
        return longest_waiting.values_list("one", flat=True)[:_MAX_LINES]

    def claim(self, queued_id: int) -> bool:
        """Locks the command until the transaction ends.

        Returns False if the command is executed already, or if another worker holds it.
        """
        return self.select_for_update(skip_locked=True).filter(id=queued_id).first() is not None


class QueuedCommand(models.Model):
    """A command that is accepted and not yet executed. The row is removed when the response is stored.

    The commands of one product form a line in the order of `id`, which is the order of acceptance. A command without
    a product is a line of its own. `payload` is the JSON of the validated fields. `accepted_at` is by the database's
    clock.
    """

    record = models.OneToOneField(CommandRecord, on_delete=models.CASCADE)
    product_id = models.BigIntegerField(null=True)
    payload = models.TextField()
    expected_version = models.BigIntegerField(null=True)
    accepted_at = models.DateTimeField()

    objects = QueuedCommandManager()

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=["product_id", "id"], name="queued_command_line"),)

    def __str__(self) -> str:
        return f"queued {self.record_id}"

    def is_past_retry_period(self) -> bool:
        """Whether a command that fails by a fault in our code is given up.

        The period is long enough to undo a bad release.
        """
        return timezone.now() - self.accepted_at > _RETRY_PERIOD


def _lock_end_of_line(product_id: int) -> None:
    """Keeps all other commands out of this product's line until commit, so that ids become visible in their order.

    Without this lock a later id could be committed and executed while the earlier one is still invisible.
    """
    connection = write_connection()
    dialect_of(connection).lock_until_commit(connection, LINE_LOCK_CLASS, product_id)
