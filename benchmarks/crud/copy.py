"""The copy of the service's write tables into the baseline's tables in one database."""

import psycopg

_STATEMENTS = (
    "INSERT INTO crud_category (id, slug) SELECT id, slug FROM products_write_category",
    "INSERT INTO crud_product (id, sku, name, description, unit_price, discontinued, version, updated_at)"
    " SELECT id, sku, name, description, unit_price, discontinued, version, recorded_at FROM products_write_product",
    "INSERT INTO crud_stock (product_id, quantity) SELECT product_id, quantity FROM products_write_stockitem",
    "INSERT INTO crud_product_categories (product_id, category_id)"
    " SELECT product_id, category_id FROM products_write_productcategory",
    "INSERT INTO crud_rating (product_id, user_id, rating)"
    " SELECT product_id, user_id, rating FROM products_write_rating",
    "VACUUM ANALYZE",
)


def copy_catalogue(url: str) -> None:
    """Fills the empty tables of the baseline. `url` names the database."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _STATEMENTS:
            connection.execute(statement)
