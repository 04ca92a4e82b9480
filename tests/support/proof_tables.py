"""Reads the tables after the standing proof by plain SQL, in the form of the oracle."""

import json
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

Database = psycopg.Connection[Any]
Facts = dict[int, dict[str, Any]]

_PRODUCTS = """
SELECT product.id, product.sku, product.name, product.description, product.unit_price, product.discontinued,
    product.version, stock.quantity,
    ARRAY(SELECT slug FROM products_write_productcategory link JOIN products_write_category category
          ON category.id = link.category_id WHERE link.product_id = product.id ORDER BY slug COLLATE "C"),
    ARRAY(SELECT related_product_id FROM products_write_productrelation relation
          WHERE relation.product_id = product.id ORDER BY id),
    (SELECT coalesce(jsonb_object_agg(user_id, rating), '{}') FROM products_write_rating rating
     WHERE rating.product_id = product.id)
FROM products_write_product product JOIN products_write_stockitem stock ON stock.product_id = product.id
ORDER BY product.id
"""
_LOG = """
SELECT position, product_id, version, type, metadata ->> 'command_id', data FROM events_event ORDER BY position
"""


def written(database: Database) -> Facts:
    """The facts of each product in the write tables."""
    return {
        row[0]: {
            "sku": row[1],
            "name": row[2],
            "description": row[3],
            "unit_price": str(row[4]),
            "discontinued": row[5],
            "version": row[6],
            "stock": row[7],
            "categories": row[8],
            "related": row[9],
            "ratings": {int(user_id): rating for user_id, rating in row[10].items()},
        }
        for row in database.execute(_PRODUCTS)
    }


def movements(database: Database) -> dict[int, list[tuple[int, int]]]:
    """(version, quantity) of each movement, by product."""
    rows = database.execute(
        "SELECT product_id, version, quantity FROM products_write_stockmovement ORDER BY product_id, version"
    ).fetchall()
    return {product_id: [row[1:] for row in moved] for product_id, moved in groupby(rows, itemgetter(0))}


def documents(database: Database, table: str) -> Facts:
    """The documents of a read table, as they are served."""
    query = f"SELECT id, document FROM products_read_{table} ORDER BY id"
    return {product_id: json.loads(document) for product_id, document in database.execute(query)}


def shown_categories(database: Database) -> dict[int, list[tuple[str, bool]]]:
    """(slug, whether the product is discontinued) from the read side's table of categories."""
    rows = database.execute(
        "SELECT product_id, slug, discontinued FROM products_read_displaycategory"
        ' ORDER BY product_id, slug COLLATE "C"'
    ).fetchall()
    return {product_id: [row[1:] for row in shown] for product_id, shown in groupby(rows, itemgetter(0))}


def log(database: Database) -> list[tuple[int, int, int, str, str]]:
    """(position, product, version, type, command id) of every event, in order."""
    return [row[:5] for row in database.execute(_LOG)]


def folded_log(database: Database) -> Facts:
    """The facts of each product, folded from its events. Raises KeyError for a stream without its first event."""
    facts: Facts = {}
    for _, product_id, version, event, _, data in database.execute(_LOG):
        if event == "product.added":
            facts[product_id] = dict(_NEW, ratings={}, related=[])
        _apply(facts[product_id], event, data)
        facts[product_id]["version"] = version
    return dict(sorted(facts.items()))


_NEW = {"discontinued": False, "stock": 0}
_DETAILS = ("sku", "name", "description", "categories")


def _apply(facts: dict[str, Any], event: str, data: dict[str, Any]) -> None:
    match event:
        case "product.added":
            facts |= data | {"unit_price": str(Decimal(data["unit_price"]))}
        case "product.details_changed":
            facts |= {name: data[name] for name in _DETAILS if name in data}
        case "product.price_changed":
            facts["unit_price"] = data["unit_price"]
        case "product.discontinued" | "product.reinstated":
            facts["discontinued"] = event == "product.discontinued"
        case "product.related":
            facts["related"].append(data["related_product_id"])
        case "product.unrelated":
            facts["related"].remove(data["related_product_id"])
        case "product.rated":
            facts["ratings"][data["user_id"]] = data["rating"]
        case "product.rating_withdrawn":
            del facts["ratings"][data["user_id"]]
        case _:
            facts["stock"] = data["quantity_after"]
