"""Asking queries over HTTP as a client does."""

from typing import Any
from urllib.parse import urlencode

from rest_framework.response import Response
from rest_framework.test import APIClient

PRODUCTS = "/api/v1/products/"
INVENTORY = "/api/v1/inventory/"
OUT_OF_STOCK = "/api/v1/inventory/out-of-stock/"
CATEGORIES = "/api/v1/categories/"


def ask(client: APIClient, path: str, **parameters: object) -> Any:
    """The JSON of a query that must succeed."""
    response: Any = client.get(f"{path}?{urlencode(parameters)}" if parameters else path)
    assert response.status_code == 200, response.content
    return response.json()


def ids(client: APIClient, path: str, **parameters: object) -> list[int]:
    """Ids on the first page, in the order given."""
    return [one["id"] for one in ask(client, path, **parameters)["results"]]


def walk(client: APIClient, url: str | None, towards: str = "next") -> list[list[int]]:
    """Ids of all pages from `url` on, following `next` or `previous` to the end."""
    pages = []
    while url:
        page = ask(client, url)
        pages.append([one["id"] for one in page["results"]])
        url = page[towards]
    return pages


def faults(response: Response) -> list[str]:
    """The fields at fault in an answer that must be 400."""
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: Any = response.json()  # type: ignore[attr-defined]
    assert problem["code"] == "invalid"
    return [fault["field"] for fault in problem["errors"]]
