from django.apps import AppConfig


class ProductsWriteConfig(AppConfig):
    name = "products_write"
    verbose_name = "Products (write)"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_write_model()
        make_groups_after_migrate()


def register_write_model() -> None:
    from events.verify import register_write_model as register
    from products_write.replay import ProductWriteModel

    register(ProductWriteModel())


def make_groups_after_migrate() -> None:
    from django.db.models.signals import post_migrate

    from products_write.groups import make_groups

    post_migrate.connect(make_groups, dispatch_uid="products_write.groups")
