"""What the admins of read models share."""

from typing import Any, Protocol

import msgspec
from django.contrib import admin
from django.db import models
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from kernel.read_only_admin import ReadOnlyAdmin
from products_read.name_search import prefix_range, searched_words


class HasDocument(Protocol):
    document: str


class ReadModelAdmin(ReadOnlyAdmin):
    """Its search takes an id, a SKU, or the beginnings of words in the name, each by an index."""

    word_table: type[models.Model]
    search_fields = ("sku",)
    search_help_text = "An id, a SKU, or the beginnings of words in the name"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = searched_words(search_term)
        if not words:
            return queryset, False
        return queryset.filter(self._named(words) | _identified(search_term.strip())), False

    @admin.display(description="Document as served")
    def shown_document(self, row: HasDocument) -> str:
        return msgspec.json.format(row.document, indent=2)

    def _named(self, words: list[str]) -> Q:
        named = Q()
        for first, end in map(prefix_range, words):
            in_range = self.word_table._default_manager.filter(word__gte=first, word__lt=end)
            named &= Q(id__in=in_range.values("product_id"))
        return named


def _identified(search_term: str) -> Q:
    is_id = search_term.isascii() and search_term.isdecimal() and len(search_term) < 19
    return Q(sku=search_term) | (Q(id=int(search_term)) if is_id else Q())
