"""The permissions of the commands, and the groups that have them. `migrate` makes both from the command classes."""

from typing import Any

from django.apps import apps as installed_apps
from django.apps.registry import Apps

from kernel.database.aliases import write_alias
from products_write.commands import COMMANDS
from products_write.groups import PERMISSIONS_BESIDES_COMMANDS


def _permissions_of(group: str) -> tuple[str, ...]:
    of_commands = (command.permission for command in COMMANDS.values() if group in command.groups)
    return (*PERMISSIONS_BESIDES_COMMANDS[group], *filter(None, of_commands))


GROUPS: dict[str, tuple[str, ...]] = {group: _permissions_of(group) for group in PERMISSIONS_BESIDES_COMMANDS}
"""The permissions of each group by its name, as app_label.codename."""


def make_permissions(using: str, apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Makes the permission of each command, and brings its label up to date. `using` is the migrated database.

    This is a receiver of post_migrate, which a flush sends too. Existing permissions keep their ids, so users and
    groups keep them. The permission of a command that is gone stays.
    """
    if using != write_alias() or not _are_migrated(apps, "auth.Permission", "products_write.CommandRecord"):
        return
    # Django makes the permissions of a model's Meta for the same content type.
    content_type, _ = apps.get_model("contenttypes.ContentType")._default_manager.get_or_create(
        app_label="products_write", model="commandrecord"
    )
    permission: Any = apps.get_model("auth.Permission")
    permission._default_manager.bulk_create(
        [
            permission(
                content_type=content_type,
                codename=command.permission.partition(".")[2],
                name=command.permission_label,
            )
            for command in COMMANDS.values()
            if command.permission is not None
        ],
        update_conflicts=True,
        unique_fields=["content_type", "codename"],
        update_fields=["name"],
    )


def make_groups(using: str, apps: Apps = installed_apps, **kwargs: Any) -> None:
    """Makes the groups and adds the permissions that exist. `using` is the alias of the migrated database.

    This is a receiver of post_migrate. It runs after every app, because a permission exists only after the migration
    of its own app. Permissions that an operator has added to a group stay.
    """
    if using != write_alias() or not _are_migrated(apps, "auth.Group"):
        return
    groups: Any = apps.get_model("auth.Group")
    known = _permissions(apps)
    for name, labels in GROUPS.items():
        group, _ = groups._default_manager.get_or_create(name=name)
        present = set(group.permissions.values_list("id", flat=True))
        group.permissions.add(*{known[label] for label in labels if label in known} - present)


def _permissions(apps: Apps) -> dict[str, int]:
    """The id of every existing permission by app_label.codename."""
    rows = apps.get_model("auth.Permission")._default_manager.values_list(
        "content_type__app_label", "codename", "id"
    )
    return {f"{app_label}.{codename}": permission_id for app_label, codename, permission_id in rows}


def _are_migrated(apps: Apps, *models: str) -> bool:
    """Whether these models have tables. A `migrate` of one app alone may come before those of other apps."""
    try:
        return all(apps.get_model(model) for model in models)
    except LookupError:
        return False
