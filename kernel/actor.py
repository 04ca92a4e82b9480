"""The actor of a request: a signed-in user, an anonymous client, or the system itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractUser, AnonymousUser


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity with its permissions. `user_id` is None for the system and for an anonymous client."""

    user_id: int | None
    label: str
    is_authenticated: bool
    _may: Callable[[str], bool] = field(repr=False, compare=False)

    def may(self, permission: str) -> bool:
        """Tells whether the actor has this permission, written `app_label.codename`."""
        return self._may(permission)

    @classmethod
    def of(cls, user: AbstractUser | AnonymousUser) -> "Actor":
        """Returns the actor for a request's user."""
        if not user.is_authenticated:
            return ANONYMOUS
        return cls(user.pk, f"user:{user.pk}", True, user.has_perm)


SYSTEM = Actor(None, "system", True, lambda permission: True)
ANONYMOUS = Actor(None, "anonymous", False, lambda permission: False)
