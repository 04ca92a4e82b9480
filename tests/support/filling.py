"""Fills a catalogue of any size by SQL. Its write tables and its log agree, as commands would leave them.

The data of an event depend only on the id of its product and on its version. A catalogue can thus be filled in steps,
and every size has one mixture of events: of ten events of a product five are ratings and two are shipments.
"""

from string import Template

import psycopg

FIRST_STOCK = 1_000_000

_WORDS = "ARRAY['Lamp','Table','Chair','Shelf','Clock','Mirror','Carpet','Stool']"
_KINDS = "ARRAY['Oak','Beech','Steel','Glass','Brass','Linen','Wool']"
_DESCRIPTION = (
    "Made to last and easy to mend. Every part can be ordered by itself; the joints are screwed, not glued."
)

# The columns of a product before its first change of price. They depend on its id.
_PRODUCT = f"""
    'P-' || id AS sku,
    ({_KINDS})[1 + id % 7] || ' ' || ({_WORDS})[1 + id % 8] || ' ' || id % 1000 AS name,
    '{_DESCRIPTION}' AS description,
    (100 + id % 9000) / 100.0 AS first_price,
    jsonb_build_array('category-' || lpad((id % 40)::text, 2, '0'), 'kind-' || id % 7) AS categories
"""

_IS_SHIPMENT = "version % 4 = 0"
_IS_PRICE_CHANGE = "version % 8 = 6"
_IS_RATING = f"version > 2 AND NOT {_IS_SHIPMENT} AND NOT {_IS_PRICE_CHANGE}"
_RATER = "1000000 + version"
_RATING = "1 + (id * 7 + version * 3) % 5"
_STOCK = f"{FIRST_STOCK} - version / 4"
_PRICE = "(first_price + (version + 2) / 8 * 0.01)::numeric(10, 2)"  # 0.01 more from versions 6, 14, 22 … on
_RECORDED_AT = "timestamptz '2026-01-01 00:00:00+00' + version * interval '1 millisecond'"

_TYPE = f"""CASE
    WHEN version = 1 THEN 'product.added' WHEN version = 2 THEN 'inventory.added'
    WHEN {_IS_SHIPMENT} THEN 'inventory.items_shipped' WHEN {_IS_PRICE_CHANGE} THEN 'product.price_changed'
    ELSE 'product.rated' END"""

_DATA = f"""CASE
    WHEN version = 1 THEN jsonb_build_object('sku', sku, 'name', name, 'description', description,
        'unit_price', {_PRICE}::text, 'categories', categories)
    WHEN version = 2 THEN jsonb_build_object('quantity', {FIRST_STOCK}, 'quantity_after', {FIRST_STOCK})
    WHEN {_IS_SHIPMENT} THEN jsonb_build_object('quantity', 1, 'quantity_after', {_STOCK})
    WHEN {_IS_PRICE_CHANGE} THEN jsonb_build_object('unit_price', {_PRICE}::text,
        'previous_unit_price', ({_PRICE} - 0.01)::text)
    ELSE jsonb_build_object('user_id', {_RATER}, 'rating', {_RATING}, 'previous_rating', NULL) END"""

_METADATA = (
    '{"actor_id": null, "command_id": "00000000-0000-4000-8000-000000000000", "command": "import-products",'
    ' "correlation_id": "filling", "causation_id": null, "traceparent": null}'
)

_EACH_VERSION = "generate_series($after::bigint + 1, $upto::bigint) AS version"
_EACH_PRODUCT = "generate_series(1, $products::bigint) AS id"

_STATEMENTS = (
    f"""INSERT INTO products_write_product
        (id, version, recorded_at, discontinued, sku, name, description, unit_price)
    SELECT id, version, {_RECORDED_AT}, false, sku, name, description, {_PRICE}
    FROM (SELECT id, $upto::bigint AS version, {_PRODUCT} FROM {_EACH_PRODUCT}) AS product
    ON CONFLICT (id) DO UPDATE SET version = excluded.version, recorded_at = excluded.recorded_at,
        unit_price = excluded.unit_price""",
    f"""INSERT INTO products_write_stockitem (product_id, quantity)
    SELECT id, {_STOCK} FROM {_EACH_PRODUCT}, (SELECT $upto::bigint AS version) AS last
    ON CONFLICT (product_id) DO UPDATE SET quantity = excluded.quantity""",
    f"""INSERT INTO products_write_stockmovement (product_id, version, quantity, effective_at)
    SELECT id, version, CASE version WHEN 2 THEN {FIRST_STOCK} ELSE -1 END, {_RECORDED_AT}
    FROM {_EACH_VERSION}, {_EACH_PRODUCT} WHERE version = 2 OR {_IS_SHIPMENT}""",
    f"""INSERT INTO products_write_rating (product_id, user_id, rating)
    SELECT id, {_RATER}, {_RATING} FROM {_EACH_VERSION}, {_EACH_PRODUCT} WHERE {_IS_RATING}""",
    f"""INSERT INTO products_write_category (slug)
    SELECT DISTINCT slug FROM {_EACH_PRODUCT}, LATERAL (SELECT {_PRODUCT}) AS product,
        jsonb_array_elements_text(categories) AS slug
    ON CONFLICT (slug) DO NOTHING""",
    f"""INSERT INTO products_write_productcategory (product_id, category_id)
    SELECT each.id, category.id FROM {_EACH_PRODUCT.replace("AS id", "AS each (id)")},
        LATERAL (SELECT {_PRODUCT}) AS product, jsonb_array_elements_text(categories) AS text
        JOIN products_write_category AS category ON category.slug = text
    ON CONFLICT (product_id, category_id) DO NOTHING""",
    f"""INSERT INTO events_event
        (id, product_id, version, type, schema_version, data, metadata, recorded_at, effective_at)
    SELECT gen_random_uuid(), id, version, {_TYPE}, 1, {_DATA}, '{_METADATA}', {_RECORDED_AT}, {_RECORDED_AT}
    FROM (SELECT id, version FROM {_EACH_VERSION}, {_EACH_PRODUCT} ORDER BY version, id) AS event,
        LATERAL (SELECT {_PRODUCT}) AS product""",
)


def fill(url: str, products: int, upto: int, after: int = 0) -> None:
    """Write the events `after` + 1 to `upto` of products 1 to `products`, and the write tables that agree with them.

    `url` names a migrated PostgreSQL database in which these products are at version `after`. The read tables stay
    as they are.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.transaction():
            for statement in _STATEMENTS:
                filled_in = Template(statement).substitute(products=products, upto=upto, after=after)
                connection.execute(
                    filled_in.encode()
                )  # psycopg takes bytes as they are; only numbers are filled in
        connection.execute("VACUUM ANALYZE")


def stock_at(version: int) -> int:
    """The stock of each product at this version, which is 2 or later."""
    return FIRST_STOCK - version // 4
