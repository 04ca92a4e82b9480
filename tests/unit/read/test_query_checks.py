"""The checks of queries name what a class has forgotten."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

import pytest
from msgspec import Meta

from products_read.checks import _faults_of, _unserved, check_queries
from products_read.documents.shapes import ProductInventoryDocument
from products_read.models import ProductInventory
from products_read.queries import QUERIES
from products_read.queries.definition import (
    QUERY_HANDLERS,
    DocumentQuery,
    ListQuery,
    PageQuery,
    Query,
    answers,
)


@pytest.fixture(autouse=True)
def no_handler_stays() -> Iterator[None]:
    before = dict(QUERY_HANDLERS)
    yield
    QUERY_HANDLERS.clear()
    QUERY_HANDLERS.update(before)


def found(*queries: type[Query]) -> list[tuple[str | None, str]]:
    return [(fault.id, fault.msg) for fault in _faults_of([*QUERIES, *queries])]


class FindShelves(PageQuery, frozen=True, kw_only=True):
    """A query that lacks nothing but a handler."""

    address = "shelves/"
    url_name = "shelves"
    read_model = ProductInventory
    document = ProductInventoryDocument

    size: Annotated[int, Meta(ge=1)] = 1


def test_checks__find_nothing_in_the_queries_of_today() -> None:
    assert check_queries() == []


def test_checks__name_a_missing_handler() -> None:
    assert found(FindShelves) == [("products_read.E003", "FindShelves: It has no handler.")]


def test_checks__name_a_fast_path_past_the_permission() -> None:
    class ShowShelf(DocumentQuery, frozen=True, kw_only=True):
        address = "shelves/<product_id:product_id>/"
        url_name = "shelf"
        read_model = ProductInventory
        document = ProductInventoryDocument
        has_fast_path = True

    fault = "ShowShelf: It has a fast path, which would answer everybody, and it is not public."
    assert found(ShowShelf) == [("products_read.E007", fault)]


def test_checks__are_satisfied_by_a_handler() -> None:
    answers(FindShelves)(lambda query, cursor: None)

    assert found(FindShelves) == []


def test_checks__name_a_missing_address_url_name_and_document() -> None:
    class FindNothing(ListQuery, frozen=True, kw_only=True):
        read_model = ProductInventory

    answers(FindNothing)(lambda product_id: [])

    assert found(FindNothing) == [
        ("products_read.E001", "FindNothing: It has no address."),
        ("products_read.E001", "FindNothing: It has no url_name."),
        ("products_read.E004", "FindNothing: It has no document."),
    ]


def test_checks__name_an_address_that_is_used_twice() -> None:
    class FindAgain(FindShelves, frozen=True, kw_only=True):
        address = "inventory/"
        url_name = "again"

    answers(FindAgain)(lambda query, cursor: None)

    assert {code for code, _ in found(FindAgain)} == {"products_read.E002"}
    assert len(found(FindAgain)) == 2


def test_checks__name_an_example_that_is_not_valid() -> None:
    class FindWrongly(FindShelves, frozen=True, kw_only=True):
        address = "wrong/"
        url_name = "wrong"
        example: ClassVar[str] = "size=0"

    answers(FindWrongly)(lambda query, cursor: None)

    ((code, message),) = found(FindWrongly)
    assert code == "products_read.E005"
    assert "size" in message


def test_checks__name_a_query_that_nobody_can_ask() -> None:
    (fault,) = _unserved([*QUERY_HANDLERS, FindShelves])

    assert fault.msg == "FindShelves: It has a handler and no address, so nobody can ask it."
