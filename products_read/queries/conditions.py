"""Parts of a WHERE clause that several queries share."""

from django.db import models

from products_read.name_search import prefix_range, searched_words
from products_read.queries.keyset import Condition


def name_matches(search: str, word_table: type[models.Model]) -> list[Condition]:
    """Conditions for a name in which each word of `search` begins a word. Each reads a range of the word table's index.

    A search without words gives no condition.
    """
    in_range = f"id IN (SELECT product_id FROM {word_table._meta.db_table} WHERE word >= %s AND word < %s)"
    return [Condition(in_range, prefix_range(word)) for word in searched_words(search)]
