"""A rebuild of the catalogue's read model, compared with SQL statements that fill equal rows."""

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack

import psycopg

from benchmarks.result import Row
from benchmarks.rig import Catalogue, Rig
from benchmarks.rounds import cpu_ms, in_turns, rates
from benchmarks.sides import Done
from tests.support.filling import fill
from tools.processes import DidNotStart, spawn

_TABLES = "products_read_productdisplay, products_read_displaycategory, products_read_displayword"
_DIGEST = "SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {} t"

# These statements handle only the event types of the log that tests.support.filling writes.
_INSERT_SELECT = (
    """
INSERT INTO products_read_productdisplay (id, version, projection_version, sku, name, description,
    unit_price_cents, is_out_of_stock, rating_sum, rating_count, categories, related_product_ids, discontinued,
    name_key, rating_key, rating_key_ascending, document)
WITH told AS (
    SELECT product_id AS id, max(version) AS version,
        max(data->>'sku') FILTER (WHERE type = 'product.added') AS sku,
        max(data->>'name') FILTER (WHERE type = 'product.added') AS name,
        max(data->>'description') FILTER (WHERE type = 'product.added') AS description,
        max((data->'categories')::text) FILTER (WHERE type = 'product.added') AS categories,
        (max(ARRAY[version, (100 * (data->>'unit_price')::numeric)::bigint])
            FILTER (WHERE type IN ('product.added', 'product.price_changed')))[2] AS cents,
        (max(ARRAY[version, (data->>'quantity_after')::bigint])
            FILTER (WHERE type IN ('inventory.added', 'inventory.items_shipped')))[2] AS stock,
        coalesce(sum((data->>'rating')::int - coalesce((data->>'previous_rating')::int, 0))
            FILTER (WHERE type = 'product.rated'), 0) AS rating_sum,
        count(*) FILTER (WHERE type = 'product.rated' AND data->>'previous_rating' IS NULL) AS rating_count
    FROM events_event GROUP BY product_id
), rated AS (
    SELECT *, CASE rating_count WHEN 0 THEN -1
        ELSE (200 * rating_sum + rating_count) / (2 * rating_count) END AS rating_key
    FROM told
)
SELECT id, version, 1, sku, name, description, cents, stock = 0, rating_sum, rating_count, categories::jsonb, '[]',
    false, lower(name), rating_key, CASE rating_key WHEN -1 THEN 501 ELSE rating_key END,
    '{"id":' || id || ',"sku":' || to_json(sku) || ',"name":' || to_json(name) || ',"description":'
    || to_json(description) || ',"unit_price":"' || cents / 100 || '.' || lpad((cents % 100)::text, 2, '0')
    || '","currency":"EUR","is_out_of_stock":' || (stock = 0)::text || ',"user_rating":'
    || CASE WHEN rating_key = -1 THEN 'null' WHEN rating_key % 100 = 0 THEN rating_key / 100 || '.0'
        ELSE (rating_key / 100.0)::float8::text END
    || ',"rating_count":' || rating_count || ',"categories":' || replace(categories, ', ', ',')
    || ',"related_product_ids":[],"discontinued":false,"version":' || version || '}'
FROM rated
""",
    """
INSERT INTO products_read_displaycategory (product_id, slug, discontinued)
SELECT id, slug, discontinued FROM products_read_productdisplay, jsonb_array_elements_text(categories) AS slug
""",
    """
INSERT INTO products_read_displayword (product_id, word)
SELECT id, word FROM products_read_productdisplay, string_to_table(name_key, ' ') AS word
""",
)


def measure(rig: Rig) -> Iterator[Row]:
    """Events per second of both ways. Raises DidNotStart when the rows of the two ways differ."""
    catalogue = rig.catalogue(rig.scale.log_products, rig.scale.events_each)
    events = catalogue.products * catalogue.events_each
    with ExitStack() as ends:
        service = rig.side(ends, "benchmarks.service", catalogue.url)

        def ours() -> Done:
            rig.execute(catalogue.url, f"TRUNCATE {_TABLES}")
            return service.ask("rebuild_display")

        ours()
        right = _digests(catalogue)
        _insert_select(rig, catalogue)
        if _digests(catalogue) != right:
            raise DidNotStart(
                "The INSERT … SELECT statements do not fill the rows that the rebuild fills. Correct them."
            )
        our_rounds, their_rounds = in_turns(
            rig.scale.log_rounds, ours, lambda: _insert_select(rig, catalogue)
        )
    rig.drop(catalogue)
    yield Row(
        what=f"rebuild of {events:,} events over {catalogue.products:,} products, 1 process",
        against="INSERT … SELECT that fills the same rows",
        unit="events/s",
        ours=rates(our_rounds),
        theirs=[events / seconds for seconds in their_rounds],
        reach=0.10,
        beyond=0.27,
        cpu=(cpu_ms(our_rounds), None),
    )


def _insert_select(rig: Rig, catalogue: Catalogue) -> float:
    """The seconds that the SQL statements take to fill the empty tables, in one transaction."""
    rig.execute(catalogue.url, f"TRUNCATE {_TABLES}")
    started = time.perf_counter()
    with psycopg.connect(catalogue.url) as connection:
        for statement in _INSERT_SELECT:
            connection.execute(statement)
    return time.perf_counter() - started


def _digests(catalogue: Catalogue) -> list[object]:
    with psycopg.connect(catalogue.url) as connection:
        return [
            connection.execute(_DIGEST.format(table).encode()).fetchone() for table in re.split(", ", _TABLES)
        ]


def measure_memory(rig: Rig) -> Iterator[Row]:
    """The peak memory of a rebuild with ten times the events of an equal number of products."""
    products = rig.scale.log_products // 10
    catalogue = rig.catalogue(products, rig.scale.events_each)
    few, first = _peak_mib(rig, catalogue), catalogue.events_each
    fill(catalogue.url, products, upto=10 * first, after=first)
    many = _peak_mib(rig, catalogue)
    rig.drop(catalogue)
    yield Row(
        what=f"memory of a rebuild of {10 * first * products:,} events",
        against=f"of {first * products:,} over the same products",
        unit="MiB",
        ours=[many],
        theirs=[few],
        reach=1.2,
        beyond=1.05,
        at_most=True,
    )


def _peak_mib(rig: Rig, catalogue: Catalogue) -> float:
    process = spawn(
        [sys.executable, "manage.py", "rebuild_read_models", "product_display", "--noinput"],
        env=rig.env(catalogue.url),
        output=-3,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise DidNotStart(f"rebuild_read_models ended with status {process.returncode}.")
    return usage.ru_maxrss / 1024
