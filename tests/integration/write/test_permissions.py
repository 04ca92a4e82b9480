"""The permissions of commands and the groups that have them: both follow the command classes."""

import pytest
from django.apps.registry import Apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from events.log.triggers import triggers_lifted
from products_write.commands import COMMANDS
from products_write.models import CommandRecord
from products_write.permissions import GROUPS, make_groups, make_permissions

pytestmark = pytest.mark.django_db

NEEDED = {
    command.permission.partition(".")[2]: command.permission_label
    for command in COMMANDS.values()
    if command.permission
}
OTHERS = {"rate_for_others": "Can rate for other users", "view_command": "Can view everybody's commands"}


def labels() -> dict[str, str]:
    """The permissions of the model that all commands are recorded in."""
    content_type = ContentType.objects.get_for_model(CommandRecord)
    return dict(Permission.objects.filter(content_type=content_type).values_list("codename", "name"))


def test_permission__is_named_as_its_command() -> None:
    assert COMMANDS["change-price"].permission == "products_write.change_price"
    assert COMMANDS["rate-product"].permission is None


def test_permissions__are_those_of_the_commands_and_two_more() -> None:
    assert labels() == NEEDED | OTHERS


def test_permissions__made_again_keep_their_ids_and_their_owners(user: User) -> None:
    user.user_permissions.add(Permission.objects.get(codename="change_price"))
    before = list(Permission.objects.order_by("id").values_list())

    make_permissions(using="default")

    assert list(Permission.objects.order_by("id").values_list()) == before
    assert User.objects.get(pk=user.pk).has_perm("products_write.change_price")


def test_permissions__get_a_new_label_and_stay_the_same_permission() -> None:
    permission = Permission.objects.get(codename="change_price")
    Permission.objects.filter(pk=permission.pk).update(name="Can alter prices")

    make_permissions(using="default")

    assert Permission.objects.get(codename="change_price") == permission
    assert labels() == NEEDED | OTHERS


def test_permissions__that_are_missing_are_made() -> None:
    Permission.objects.filter(codename="change_price").delete()

    make_permissions(using="default")

    assert labels() == NEEDED | OTHERS


@pytest.mark.django_db(transaction=True)
def test_permissions__and_groups_are_there_after_a_flush() -> None:
    with triggers_lifted(connection):
        call_command("flush", interactive=False, verbosity=0)

    assert labels() == NEEDED | OTHERS
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)


def test_permissions__wait_for_the_tables_of_their_apps() -> None:
    Permission.objects.filter(codename="change_price").delete()
    Group.objects.all().delete()

    make_permissions(using="default", apps=Apps([]))
    make_groups(using="default", apps=Apps([]))

    assert "change_price" not in labels()
    assert not Group.objects.exists()


def test_groups__hold_exactly_the_permissions_they_are_for() -> None:
    for name, wanted in GROUPS.items():
        found = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
        assert {f"{label}.{codename}" for label, codename in found} == set(wanted)


def test_groups__have_the_commands_that_name_them() -> None:
    for command in COMMANDS.values():
        assert {group for group in GROUPS if command.permission in GROUPS[group]} == set(command.groups)


def test_groups__made_again_are_as_they_were() -> None:
    Group.objects.get(name="Warehouse").permissions.remove(
        Permission.objects.get(codename="add_to_inventory")
    )
    Group.objects.get(name="Customer service").delete()
    for _ in range(2):
        make_groups(using="default")
    assert set(Group.objects.values_list("name", flat=True)) == set(GROUPS)
    assert Group.objects.get(name="Warehouse").permissions.filter(codename="add_to_inventory").exists()
