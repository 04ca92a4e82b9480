"""Sends queries over HTTP, as a client does."""

from typing import Any
from urllib.parse import urlencode

from rest_framework.response import Response
from rest_framework.test import APIClient

PRODUCTS = "/api/v1/products/"
INVENTORY = "/api/v1/inventory/"
OUT_OF_STOCK = "/api/v1/inventory/out-of-stock/"
CATEGORIES = "/api/v1/categories/"


def get_json(client: APIClient, path: str, **parameters: object) -> Any:
    """The JSON of the response. The query must succeed."""
    response: Any = client.get(f"{path}?{urlencode(parameters)}" if parameters else path)
    assert response.status_code == 200, response.content
    return response.json()


def ids(client: APIClient, path: str, **parameters: object) -> list[int]:
    """The ids on the first page, in the order of the page."""
    return [one["id"] for one in get_json(client, path, **parameters)["results"]]


def walk(client: APIClient, url: str | None, towards: str = "next") -> list[list[int]]:
    """The ids of each page from `url` on. It follows `next` or `previous` to the end."""
    pages = []
    while url:
        page = get_json(client, url)
        pages.append([one["id"] for one in page["results"]])
        url = page[towards]
    return pages


def faults(response: Response) -> list[str]:
    """The fields at fault. The response must be 400."""
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: Any = response.json()  # type: ignore[attr-defined]
    assert problem["code"] == "invalid"
    return [fault["field"] for fault in problem["errors"]]
