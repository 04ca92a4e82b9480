"""One product, its related products, and the categories."""

import pytest
from pytest_django import Settings
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from facts.product import ProductRelated
from products_read.models import ProductDisplay
from tests.integration.read.given import DISCONTINUED, append_and_project, product, rated
from tests.integration.read.querying import CATEGORIES, PRODUCTS, faults, get_json

pytestmark = pytest.mark.django_db

VARY = "Accept, Authorization, Cookie, Consistency-Token, Prefer"

NO_IDS = [
    "0",
    "-1",
    "01",
    "abc",
    "1.0",
    "9223372036854775808",
    "99999999999999999999",
    "%D9%A1",
    "1%0a",
    "1%00",
    "²",
]


def test_show__is_the_stored_document(api_client: APIClient) -> None:
    product(7, *rated(4, 5))
    response = api_client.get(f"{PRODUCTS}7/")
    assert response.content.decode() == ProductDisplay.objects.get(id=7).document
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-cache"
    assert response["Vary"] == VARY


def test_show__discontinued_too(api_client: APIClient) -> None:
    product(7, DISCONTINUED)
    assert get_json(api_client, f"{PRODUCTS}7/")["discontinued"] is True


@pytest.mark.parametrize("product_id", ["8", "9223372036854775807", *NO_IDS])
@pytest.mark.parametrize("rest", ["/", "/related/"])
def test_show__an_id_that_no_product_has_is_not_found(
    api_client: APIClient, product_id: str, rest: str
) -> None:
    product(1)
    response = api_client.get(f"{PRODUCTS}{product_id}{rest}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["code"] == "not_found"


def test_show__without_the_slash_is_not_found(api_client: APIClient) -> None:
    product(7)
    assert api_client.get(f"{PRODUCTS}7").status_code == 404


@pytest.mark.parametrize("path", [f"{PRODUCTS}7/related/", CATEGORIES])
def test_show__refuses_parameters(api_client: APIClient, path: str) -> None:
    product(7)
    assert faults(api_client.get(path, {"as_of": "2024-01-01T00:00:00Z"})) == ["as_of"]
    assert api_client.get(path, {"format": "json"}).status_code == 200


def test_etag__is_version_and_digest(api_client: APIClient) -> None:
    product(7, *rated(4))
    etag = api_client.get(f"{PRODUCTS}7/")["ETag"]
    version, digest = etag.strip('"').split("-")
    assert etag == f'"{version}-{digest}"'
    assert (version, len(digest)) == ("2", 16)


@pytest.mark.parametrize("sent", ["{}", "W/{}", '"other", {}', "*"])
def test_if_none_match__unchanged_is_304(api_client: APIClient, sent: str) -> None:
    product(7)
    etag = api_client.get(f"{PRODUCTS}7/")["ETag"]
    response = api_client.get(f"{PRODUCTS}7/", headers={"If-None-Match": sent.format(etag)})
    assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
    assert (response["Cache-Control"], response["Vary"]) == ("no-cache", VARY)


@pytest.mark.parametrize("sent", ['"1-0000000000000000"', "1", "", "garbage"])
def test_if_none_match__anything_else_is_200(api_client: APIClient, sent: str) -> None:
    product(7)
    assert api_client.get(f"{PRODUCTS}7/", headers={"If-None-Match": sent}).status_code == 200


def test_if_none_match__changed_is_200(api_client: APIClient) -> None:
    product(7)
    etag = api_client.get(f"{PRODUCTS}7/")["ETag"]
    append_and_project(7, *rated(4), after_version=1)
    response = api_client.get(f"{PRODUCTS}7/", headers={"If-None-Match": etag})
    assert response.status_code == 200
    assert response["ETag"] != etag


def test_related__in_the_order_related(api_client: APIClient) -> None:
    product(1, *(ProductRelated(related_product_id=product_id) for product_id in (4, 2, 3, 9)))
    product(2, name="Two")
    product(3, DISCONTINUED)
    product(4)
    related = get_json(api_client, f"{PRODUCTS}1/related/")
    assert [one["id"] for one in related] == [4, 2]
    assert related[1] == get_json(api_client, f"{PRODUCTS}2/")
    assert get_json(api_client, f"{PRODUCTS}2/related/") == []


def test_categories__count_the_products_that_are_not_discontinued(api_client: APIClient) -> None:
    product(1, categories=["oak", "chairs"])
    product(2, categories=["oak"])
    product(3, DISCONTINUED, categories=["oak", "gone"])
    assert get_json(api_client, CATEGORIES) == [
        {"slug": "chairs", "product_count": 1},
        {"slug": "oak", "product_count": 2},
    ]


@pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}7/", f"{PRODUCTS}7/related/", CATEGORIES])
def test_methods__only_read(user_client: APIClient, path: str) -> None:
    product(7)
    for method in ("post", "put", "patch", "delete"):
        response = getattr(user_client, method)(path)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
        assert response.json()["code"] == "method_not_allowed"
    assert (user_client.head(path).status_code, user_client.head(path).content) == (200, b"")
    assert user_client.options(path).status_code == 200


def test_browsable_page__shows_the_document(api_client: APIClient) -> None:
    product(7, name="<Oak> & \u201cAsh\u201d")
    for path in (PRODUCTS, f"{PRODUCTS}7/", f"{PRODUCTS}7/related/", CATEGORIES):
        response = api_client.get(path, headers={"Accept": "text/html"})
        assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert "ETag" not in response
    page = api_client.get(f"{PRODUCTS}7/", headers={"Accept": "text/html"}).content.decode()
    assert "    &quot;name&quot;: &quot;&lt;Oak&gt; &amp; \u201cAsh\u201d&quot;" in page
    assert api_client.get(f"{PRODUCTS}8/", headers={"Accept": "text/html"}).status_code == 404


@pytest.mark.parametrize("path", [PRODUCTS, f"{PRODUCTS}7/", f"{PRODUCTS}7/related/", CATEGORIES])
def test_permissions__public_unless_closed(
    api_client: APIClient, user_client: APIClient, settings: Settings, path: str
) -> None:
    product(7)
    assert api_client.get(path).status_code == 200
    settings.API_PUBLIC_READ = False
    refused = api_client.get(path)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert refused["WWW-Authenticate"] == "Token"
    assert user_client.get(path).status_code == 200


def test_permissions__a_bad_token_is_refused_on_a_public_query(api_client: APIClient) -> None:
    api_client.credentials(HTTP_AUTHORIZATION="Token no-such-token")
    assert not Token.objects.filter(key="no-such-token").exists()
    assert api_client.get(PRODUCTS).status_code == 401
