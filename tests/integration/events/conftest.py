"""Fixtures for the tests of events."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from events.projections.base import Projection, registered_projections
from facts.product import ProductRated


@pytest.fixture
def display() -> Projection[Any]:
    return registered_projections()["product_display"]


@pytest.fixture
def inventory() -> Projection[Any]:
    return registered_projections()["product_inventory"]


@pytest.fixture
def failing_on(display: Projection[Any]) -> Callable[[int], AbstractContextManager[None]]:
    """Make a context in which the display's handler of ratings raises for one product."""

    @contextmanager
    def failing(product_id: int) -> Iterator[None]:
        rated = display.handlers[ProductRated]

        def fail_for_one(row: Any, event: ProductRated) -> None:
            if row.id == product_id:
                raise ArithmeticError("this rating cannot be")
            rated(row, event)

        display.handlers[ProductRated] = fail_for_one
        try:
            yield
        finally:
            display.handlers[ProductRated] = rated

    return failing
