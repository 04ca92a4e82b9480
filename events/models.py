"""The log, the progress of each projection in it, and the products that wait for an operator."""

from django.db import models
from django.db.models.functions import Now

from kernel.read_only_models import ReadOnlyModel


class Event(ReadOnlyModel):
    """One fact. Triggers in the database refuse to change or remove it (see events.log.triggers).

    `position` gives the order of all events. `version` counts 1, 2, 3 … within the product's stream.
    """

    position = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(unique=True, db_column="id")
    product_id = models.BigIntegerField()
    version = models.BigIntegerField()
    type = models.CharField(max_length=100)
    schema_version = models.PositiveSmallIntegerField()
    data = models.JSONField()
    metadata = models.JSONField()
    recorded_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["product_id", "version"], name="event_stream_version"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="event_version_positive"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.type} of product {self.product_id} version {self.version}"


class Checkpoint(models.Model):
    """The position up to which one projection has read the log in one partition.

    A partition has the products whose id modulo `partitions` is `partition`. `event_id` is the id of the event at
    `position`. If that position has another event or none, the rows came from another log; the projection then stops,
    and `halted` says why. A checkpoint is written in the transaction that writes the rows.
    """

    projection = models.CharField(max_length=100)
    partition = models.PositiveIntegerField()
    partitions = models.PositiveIntegerField()
    position = models.BigIntegerField(default=0)
    event_id = models.UUIDField(null=True)
    projection_version = models.PositiveIntegerField()
    halted = models.TextField(default="", db_default="")
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("projection", "partition")
        constraints = (
            models.UniqueConstraint(fields=["projection", "partition"], name="checkpoint_of_partition"),
            models.CheckConstraint(
                condition=models.Q(partition__lt=models.F("partitions")), name="checkpoint_partition_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.projection} {self.partition}/{self.partitions} at {self.position}"


class ParkedKey(models.Model):
    """A product whose events one projection cannot apply. Its later events wait, and all other products go on.

    A `held` product has an event that this code does not know yet; every sweep tries it again. A `parked` product has
    failed and waits for an operator. `position` and `version` are those of the first event that cannot be applied.
    """

    class Kind(models.TextChoices):
        HELD = "held"
        PARKED = "parked"

    projection = models.CharField(max_length=100)
    product_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    position = models.BigIntegerField()
    version = models.BigIntegerField()
    error = models.TextField()
    traceback = models.TextField(default="", db_default="")
    attempts = models.PositiveIntegerField(default=1)
    parked_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("projection", "product_id")
        constraints = (
            models.UniqueConstraint(fields=["projection", "product_id"], name="parked_key_of_product"),
        )

    def __str__(self) -> str:
        return f"{self.projection}:{self.product_id} {self.kind} at version {self.version}"


class SkippedEvent(models.Model):
    """An event that an operator told one projection to skip, and the reason. Every fold reads it."""

    projection = models.CharField(max_length=100)
    event_id = models.UUIDField()
    product_id = models.BigIntegerField()
    version = models.BigIntegerField()
    reason = models.TextField()
    skipped_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("projection", "product_id", "version")
        constraints = (models.UniqueConstraint(fields=["projection", "event_id"], name="skipped_event_once"),)

    def __str__(self) -> str:
        return f"{self.projection}:{self.product_id} version {self.version}: {self.reason}"


class Snapshot(models.Model):
    """The fold of a long stream up to one version. A past state then needs only the events after that version.

    It is made from the log alone. Rebuild and verify never use it. `recorded_at` is that of the event at `version`.
    """

    projection = models.CharField(max_length=100)
    projection_version = models.PositiveIntegerField()
    product_id = models.BigIntegerField()
    version = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    state = models.JSONField()

    class Meta:
        ordering = ("projection", "product_id", "version")
        constraints = (
            models.UniqueConstraint(
                fields=["projection", "projection_version", "product_id", "version"],
                name="snapshot_of_version",
            ),
        )

    def __str__(self) -> str:
        return f"{self.projection}:{self.product_id} at version {self.version}"


class Divergence(models.Model):
    """One stored field that differs from the log, as a background verify has found.

    A later verify that finds the field right removes it. `where` is a projection's name or "write tables".
    """

    where = models.CharField(max_length=100)
    product_id = models.BigIntegerField()
    field = models.CharField(max_length=100)
    expected = models.TextField()
    found = models.TextField()
    found_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("where", "product_id", "field")
        constraints = (
            models.UniqueConstraint(fields=["where", "product_id", "field"], name="divergence_of_field"),
        )

    def __str__(self) -> str:
        return f"{self.where}:{self.product_id} {self.field}"
