"""Who asks: a signed-in user, nobody, or the system itself."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.contrib.auth.models import AbstractUser, AnonymousUser


@dataclass(frozen=True, slots=True)
class Actor:
    """An identity and what it may do. `user_id` is None for the system and for somebody not signed in."""

    user_id: int | None
    label: str
    is_authenticated: bool
    _may: Callable[[str], bool] = field(repr=False, compare=False)

    def may(self, permission: str) -> bool:
        """Whether this actor holds `permission`, written `app_label.codename`."""
        return self._may(permission)

    @classmethod
    def of(cls, user: AbstractUser | AnonymousUser) -> "Actor":
        """The actor behind a request's user."""
        if not user.is_authenticated:
            return ANONYMOUS
        return cls(user.pk, f"user:{user.pk}", True, user.has_perm)


SYSTEM = Actor(None, "system", True, lambda permission: True)
ANONYMOUS = Actor(None, "anonymous", False, lambda permission: False)
