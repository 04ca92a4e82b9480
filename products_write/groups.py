"""The user groups of a shop. A command names the groups that get its permission."""

CATALOGUE_MANAGER = "Catalogue manager"
WAREHOUSE = "Warehouse"
CUSTOMER_SERVICE = "Customer service"

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

PERMISSIONS_BESIDES_COMMANDS: dict[str, tuple[str, ...]] = {
    CATALOGUE_MANAGER: _VIEW_PERMISSIONS,
    WAREHOUSE: _VIEW_PERMISSIONS,
    CUSTOMER_SERVICE: (
        *_VIEW_PERMISSIONS,
        "products_write.rate_for_others",
        "products_write.view_command",
    ),
}
"""Every group by its name, with its permissions that are no command's, written app_label.codename."""
