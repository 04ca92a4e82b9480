"""The command log: the commands that were sent, and their responses."""

from django.db import models

from products_write.limits import COMMAND_SLUG_LENGTH

SYSTEM_ACTOR_ID = 0
"""The `actor_id` of the system. It is not NULL, because a unique index treats each NULL as different."""


class CommandRecord(models.Model):
    """A command that was sent, its idempotency key, and the response to it.

    A `binding` record gives its response to every later command with its key. The refusal of a synchronous command
    does not bind: it is kept for people to read. `body` is the exact text of the response.
    """

    class Status(models.TextChoices):
        PENDING = "pending"
        SUCCEEDED = "succeeded"
        REFUSED = "refused"

    actor_id = models.BigIntegerField()
    command_id = models.UUIDField()
    name = models.CharField(max_length=COMMAND_SLUG_LENGTH)
    fingerprint = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status)
    binding = models.BooleanField()
    http_status = models.SmallIntegerField(null=True)
    body = models.TextField(blank=True)
    product_id = models.BigIntegerField(null=True)
    correlation_id = models.CharField(max_length=64)
    received_at = models.DateTimeField(db_index=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        # The permissions that are no command's. products_write.permissions makes those of the commands.
        permissions = (
            ("rate_for_others", "Can rate for other users"),
            ("view_command", "Can view everybody's commands"),
        )
        constraints = (
            # The id of the command comes first: an operator looks for it without knowing the sender.
            models.UniqueConstraint(fields=["command_id", "actor_id"], name="command_once_per_actor"),
            models.CheckConstraint(
                condition=models.Q(status__in=["pending", "succeeded", "refused"]),
                name="command_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(status="pending")
                | models.Q(http_status__isnull=False, finished_at__isnull=False),
                name="command_answered_once_ended",
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.command_id}"
