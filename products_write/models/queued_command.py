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
_LINES = 1_000
_PATIENCE = timedelta(minutes=10)


class QueuedCommandManager(models.Manager["QueuedCommand"]):
    def enqueue(self, record: CommandRecord, payload: str, expected_version: int | None) -> "QueuedCommand":
        """The command, last in its line, from the moment the caller's transaction commits."""
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
        """What is to be executed first of all that wait for the same product as `waiting`."""
        line = (
            self.filter(id=waiting.id)
            if waiting.product_id is None
            else self.filter(product_id=waiting.product_id)
        )
        return line.select_related("record").order_by("id").first()

    def one_of_each_line(self) -> "models.QuerySet[QueuedCommand, int]":
        """The record's id of one command of each line, the line that has waited longest first."""
        lines = self.annotate(line=Coalesce("product_id", -F("id"))).values("line")
        longest_waiting = lines.annotate(one=Min("record_id"), first=Min("id")).order_by("first")
        return longest_waiting.values_list("one", flat=True)[:_LINES]

    def claim(self, queued_id: int) -> bool:
        """Whether it is ours until the transaction ends: not executed already, nor just now by somebody else."""
        return self.select_for_update(skip_locked=True).filter(id=queued_id).first() is not None


class QueuedCommand(models.Model):
    """A command that was accepted and is not yet executed; the row goes when the answer is stored.

    The commands of one product form a line, in the order of `id`, which is the order of acceptance; one without
    a product is a line of its own. `payload` is the JSON of the validated fields, `accepted_at` the database's clock.
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

    def is_past_patience(self) -> bool:
        """Whether, failing by a fault of ours, it has been tried for long enough to undo a bad release."""
        return timezone.now() - self.accepted_at > _PATIENCE


def _lock_end_of_line(product_id: int) -> None:
    """Until commit nobody else joins this product's line, so that ids are visible in their order.

    Without it a later id could be committed, and executed, before an earlier one is seen.
    """
    connection = write_connection()
    dialect_of(connection).lock_until_commit(connection, LINE_LOCK_CLASS, product_id)
