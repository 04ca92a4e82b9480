"""The common base of the read models' admins."""

from typing import Any, Protocol

import msgspec
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from kernel.read_only_admin import ReadOnlyAdmin
from products_read.name_search import prefix_range, searched_words

OF_THE_ROW = ("projection_version", "shown_document")
"""What a row's page shows after the fields of its document."""


class HasDocument(Protocol):
    """A row with the JSON text that queries serve."""

    document: str


class ReadModelAdmin(ReadOnlyAdmin):
    """An admin whose search takes an id, a SKU, or the beginnings of words in the name. Each uses an index."""

    word_table: type[models.Model]
    search_fields = ("sku",)  # makes Django show the search box; get_search_results does the search
    search_help_text = "An id, a SKU, or the beginnings of words in the name"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = searched_words(search_term)
        if not words:
            return queryset, False
        return queryset.filter(self._name_matches(words) | _id_or_sku_equals(search_term.strip())), False

    @admin.display(description="Document as served")
    def shown_document(self, row: HasDocument) -> str:
        return msgspec.json.format(row.document, indent=2)

    def _name_matches(self, words: list[str]) -> Q:
        matches = Q()
        for first, end in map(prefix_range, words):
            in_range = self.word_table._default_manager.filter(word__gte=first, word__lt=end)
            matches &= Q(id__in=in_range.values("product_id"))
        return matches


def _id_or_sku_equals(search_term: str) -> Q:
    # A number of 19 digits can be too large for the database's integer, which would be an error.
    is_id = search_term.isascii() and search_term.isdecimal() and len(search_term) < 19
    return Q(sku=search_term) | (Q(id=int(search_term)) if is_id else Q())
