from django.apps import AppConfig


class ProductsReadConfig(AppConfig):
    name = "products_read"
    verbose_name = "Products (read)"

    def ready(self) -> None:
        register_projections()
        register_product_id_in_paths()
        name_faults_of_queries()


def register_projections() -> None:
    """Registers this app's projections with the engine. Raises ImproperlyConfigured for wrong modes in the settings."""
    from events.projections.base import register_projection
    from events.projections.sync_modes import refuse_unusable_modes
    from products_read.projections.product_display import ProductDisplayProjection
    from products_read.projections.product_inventory import ProductInventoryProjection

    register_projection(ProductDisplayProjection())
    register_projection(ProductInventoryProjection())
    refuse_unusable_modes()


def register_product_id_in_paths() -> None:
    """Lets URL patterns use `<product_id:…>`."""
    from django.urls import register_converter

    from products_read.api.product_ids import ProductIdConverter

    register_converter(ProductIdConverter, "product_id")


def name_faults_of_queries() -> None:
    """Makes `manage.py check` name what a query's class lacks."""
    from django.core.checks import register

    from products_read import checks

    register(checks.check_queries, "products_read")
