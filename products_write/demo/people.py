"""The people of the demo shop: its staff and its customers."""

import secrets
from typing import NamedTuple

from django.contrib.auth.models import Group, User
from django.core.management.base import CommandError
from django.db import transaction
from rest_framework.authtoken.models import Token

from kernel.database.aliases import write_alias
from products_write import groups

_DOMAIN = "demo.invalid"

OPERATOR, CUSTOMER = "operator", "customer"
CATALOGUE_PERSON, WAREHOUSE_PERSON, SERVICE_PERSON = "catalogue", "warehouse", "service"
STAFF = {
    CATALOGUE_PERSON: groups.CATALOGUE_MANAGER,
    WAREHOUSE_PERSON: groups.WAREHOUSE,
    SERVICE_PERSON: groups.CUSTOMER_SERVICE,
}
"""The group of each member of staff."""
RATERS = tuple(f"customer-{number:02}" for number in range(1, 31))


class Credential(NamedTuple):
    username: str
    password: str
    token: str
    about: str


def all_there() -> bool:
    """Whether all demo users exist. Raises CommandError when other users have their names."""
    names = {OPERATOR, CUSTOMER, *STAFF, *RATERS}
    found = dict(User.objects.filter(username__in=names).values_list("username", "email"))
    strangers = [name for name, email in found.items() if email != _address(name)]
    if strangers:
        raise CommandError(
            f"These users have names that the demo needs: {', '.join(sorted(strangers))}. Nothing was done. "
            "Rename or delete them first."
        )
    return len(found) == len(names)


@transaction.atomic(using=write_alias())
def make_people() -> list[Credential]:
    """Makes all demo users. Returns the credentials of those who sign in, with new passwords and tokens."""
    for name in RATERS:
        User.objects.get_or_create(username=name, email=_address(name), defaults={"password": "!"})
    made = [
        _person(OPERATOR, "superuser: has all permissions, and the admin", is_superuser=True, is_staff=True)
    ]
    for name, group in STAFF.items():
        credential = _person(name, f"group {group}, and the admin", is_staff=True)
        User.objects.get(username=name).groups.add(Group.objects.get(name=group))
        made.append(credential)
    return [*made, _person(CUSTOMER, "rates products")]


def _person(name: str, about: str, **flags: bool) -> Credential:
    password = secrets.token_urlsafe(12)
    user, _ = User.objects.update_or_create(username=name, email=_address(name), defaults=flags)
    user.set_password(password)
    user.save(update_fields=["password"])
    Token.objects.filter(user=user).delete()
    return Credential(name, password, Token.objects.create(user=user).key, about)


def _address(name: str) -> str:
    return f"{name}@{_DOMAIN}"
