"""The user groups of a shop. `migrate` makes them and adds the permissions that they lack."""

from typing import Any

from django.contrib.auth.models import Group, Permission

from kernel.database.aliases import write_alias

_VIEW_PERMISSIONS = (
    "products_write.view_product",
    "products_write.view_category",
    "products_write.view_productcategory",
    "products_write.view_productrelation",
    "products_write.view_stockitem",
    "products_write.view_stockmovement",
    "products_write.view_rating",
    "products_read.view_productdisplay",
    "products_read.view_productinventory",
    "events.view_event",
)

GROUPS: dict[str, tuple[str, ...]] = {
    "Catalogue manager": (
        *_VIEW_PERMISSIONS,
        "products_write.add_new_product",
        "products_write.change_product_details",
        "products_write.change_price",
        "products_write.discontinue_product",
        "products_write.reinstate_product",
        "products_write.relate_products",
        "products_write.unrelate_products",
    ),
    "Warehouse": (
        *_VIEW_PERMISSIONS,
        "products_write.add_to_inventory",
        "products_write.confirm_items_shipped",
        "products_write.update_stock_from_inventory_recount",
    ),
    "Customer service": (
        *_VIEW_PERMISSIONS,
        "products_write.rate_for_others",
        "products_write.view_command",
    ),
}
"""The permissions of each group by its name, as app_label.codename."""


def make_groups(using: str, **kwargs: Any) -> None:
    """Makes the groups and adds the permissions that exist. `using` is the alias of the migrated database.

    This is a receiver of post_migrate. It runs after every app, because a permission exists only after the migration
    of its own app. Permissions that an operator has added to a group stay.
    """
    if using != write_alias():
        return
    known = _permissions()
    for name, labels in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        present = set(group.permissions.values_list("id", flat=True))
        group.permissions.add(*{known[label] for label in labels if label in known} - present)


def _permissions() -> dict[str, int]:
    """The id of every existing permission by app_label.codename."""
    rows = Permission.objects.values_list("content_type__app_label", "codename", "id")
    return {f"{app_label}.{codename}": permission_id for app_label, codename, permission_id in rows}
