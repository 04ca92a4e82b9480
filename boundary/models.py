"""The table of failed attempts to sign in; see boundary.limits.sign_in."""

from django.db import models


class SignInAttempt(models.Model):
    """An attempt whose password was wrong, or is not checked yet.

    `username` is a digest, because people sometimes type a password into the field for the name.
    """

    username = models.CharField(max_length=64)
    address = models.CharField(max_length=45)
    attempted_at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["username", "address", "attempted_at"], name="attempts_of_user"),
            models.Index(fields=["address", "attempted_at"], name="attempts_from_address"),
            models.Index(fields=["attempted_at"], name="attempts_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.address} at {self.attempted_at}"
