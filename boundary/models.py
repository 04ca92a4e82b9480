"""What is remembered of attempts to sign in."""

from django.db import models


class SignInAttempt(models.Model):
    """A password tried and not found right. `username` is a digest: people type passwords there by mistake."""

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
